import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { connectDatabase, type Database } from '@isthmus/db';
import { createTestDatabase, type TestDatabase } from '@isthmus/testing';
import { MAX_EVENT_TEXT, recordEvent } from '.';
import { EventFeed1763900000000 } from './migrations/1763900000000-event-feed';

const INSERT = `
  INSERT INTO ops.event (type, project_id, resource_type, resource_id, payload)
  VALUES ('operation.succeeded', gen_random_uuid(), 'vpc', $1, '{}')`;

describe('events on a real store', () => {
  let store: TestDatabase;

  beforeEach(async () => {
    store = await createTestDatabase();
  });
  afterEach(() => store.drop());

  async function asRole<T>(schema: string, work: (database: Database) => Promise<T>): Promise<T> {
    const database = await connectDatabase({ url: store.url, schema, entities: [], migrations: [] });
    try {
      return await work(database);
    } finally {
      await database.onApplicationShutdown();
    }
  }

  const queued = () => store.query('SELECT resource_id AS id FROM ops.event_queue ORDER BY number');

  it.each(['network', 'ipam', 'vpn'])('are queued whoever of the services writes them: %s', async (schema) => {
    const id = randomUUID();
    await asRole(schema, async (database) => {
      await database.execute(INSERT, [id]);
      await expect(database.query('TABLE ops.event_queue')).rejects.toThrow(/permission denied/);
    });
    expect(await queued()).toEqual([{ id }]);
  });

  it('are not queued when what they tell is rolled back', async () => {
    await asRole('network', async (database) => {
      const failing = database.transaction(async (tx) => {
        await tx.execute(INSERT, [randomUUID()]);
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
    });
    expect(await queued()).toEqual([]);
  });

  it('that were there before there was a feed are told in it, the oldest first', async () => {
    const dataSource = await new DataSource({ type: 'postgres', url: store.url }).initialize();
    const runner = dataSource.createQueryRunner();
    const ids = Array.from({ length: 5 }, () => randomUUID());
    try {
      await new EventFeed1763900000000().down(runner);
      for (const id of ids) await store.query(INSERT, [id]);
      await new EventFeed1763900000000().up(runner);
    } finally {
      await runner.release();
      await dataSource.destroy();
    }
    await store.query(INSERT, [ids[0]]);
    expect(await store.query('SELECT * FROM ops.sequence_events(100)')).toEqual([
      { first_position: '1', last_position: '6' },
    ]);
    expect(
      await store.query('SELECT resource_id AS id, resource_sequence AS n FROM ops.event_feed ORDER BY position'),
    ).toEqual([...ids.map((id) => ({ id, n: '1' })), { id: ids[0], n: '2' }]);
  });

  it('carry the request that caused them, and texts of a bounded length', async () => {
    const cause = { requestId: randomUUID(), traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    const [projectId, id] = [randomUUID(), randomUUID()];
    const payload = { reason: `x${'🦊'.repeat(MAX_EVENT_TEXT)}`, nested: { name: 'kept' } };
    const resource = { type: 'peering', id } as const;
    await asRole('network', (database) =>
      database.transaction((tx) =>
        recordEvent(tx, { type: 'peering.state_changed', projectId, resource, payload, cause }),
      ),
    );
    const [event] = await store.query<{ payload: typeof payload }>(
      `SELECT type, project_id AS "projectId", resource_type || ' ' || resource_id AS resource,
              request_id AS "requestId", traceparent, payload FROM ops.event`,
    );
    expect(event).toMatchObject({ type: 'peering.state_changed', projectId, resource: `peering ${id}`, ...cause });
    expect(event?.payload.nested).toEqual({ name: 'kept' });
    expect(Array.from(event?.payload.reason ?? '')).toHaveLength(MAX_EVENT_TEXT);
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(20_000);
  });

  it('are numbered by one at a time; another one is told so at once', async () => {
    await store.query(INSERT, [randomUUID()]);
    await asRole('gateway', (database) =>
      database.transaction(async (tx) => {
        expect(await tx.query('SELECT * FROM ops.sequence_events(100)')).toHaveLength(1);
        expect(await database.query('SELECT * FROM ops.sequence_events(100)')).toEqual([]);
      }),
    );
    expect(await store.query('SELECT * FROM ops.sequence_events(100)')).toEqual([
      { first_position: '2', last_position: '1' },
    ]);
  });
});
