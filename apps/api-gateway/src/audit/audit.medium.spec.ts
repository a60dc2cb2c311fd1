import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { connectDatabase, type Database } from '@isthmus/db';
import { type AuditedMutation, recordAudit } from '@isthmus/operations';
import { createLogger } from '@isthmus/telemetry';
import { createTestDatabase, type TestDatabase, until, violations } from '@isthmus/testing';
import { migrations } from '../app.module';
import { AuditList } from './audit.list';
import { AuditSealer } from './audit.sealer';

const log = createLogger('test', 'silent');

describe('the audit on a real store', () => {
  let store: TestDatabase;
  let gateway: Database;
  let network: Database;
  const sealers: AuditSealer[] = [];

  beforeEach(async () => {
    store = await createTestDatabase();
    network = await connectDatabase({ url: store.url, schema: 'network', entities: [], migrations: [] });
    gateway = await connectDatabase({ url: store.url, schema: 'gateway', entities: [], migrations });
  });

  afterEach(async () => {
    await Promise.all(sealers.splice(0).map((sealer) => sealer.onModuleDestroy()));
    await Promise.all([network.onApplicationShutdown(), gateway.onApplicationShutdown()]);
    await store.drop();
  });

  function startSealer(): void {
    const sealer = new AuditSealer(gateway, log);
    sealers.push(sealer);
    sealer.onApplicationBootstrap();
  }

  function write(
    projectId: string | null,
    mutation: Partial<AuditedMutation> = {},
    on: Database = network,
  ): Promise<void> {
    const origin = { projectId, principal: 'SCWKEY', sourceAddress: '192.0.2.7', requestId: randomUUID() };
    const whole = { action: 'vpc.create', resourceType: 'vpc', resourceId: randomUUID(), ...mutation };
    return recordAudit(on, { ...origin, internalRequestId: null, traceparent: null }, [whole]);
  }

  async function untilSealed(count: number): Promise<void> {
    await until(`${count} entries are sealed`, async () => (await sealed()) >= count);
  }

  async function sealed(): Promise<number> {
    const [row] = await store.query<{ count: number }>('SELECT count(*)::int FROM ops.audit_seal');
    return row?.count ?? 0;
  }

  /** As a superuser with the triggers off: whom nothing in the database stops. */
  async function tamper(sql: string): Promise<void> {
    const client = new Client({ connectionString: store.url });
    await client.connect();
    try {
      await client.query(`SET session_replication_role = replica; ${sql}`);
    } finally {
      await client.end();
    }
  }

  it('seals every entry of many writers once, in the order of the commits', async () => {
    const projectId = randomUUID();
    startSealer();
    startSealer();
    const early = randomUUID();
    const late = randomUUID();
    // Written first, committed last.
    await network.transaction(async (tx) => {
      const origin = { projectId, principal: 'a', sourceAddress: null, requestId: 'r', internalRequestId: null };
      const mutation = { action: 'vpc.create', resourceType: 'vpc', resourceId: late };
      await recordAudit(tx, { ...origin, traceparent: null }, [mutation]);
      await write(projectId, { resourceId: early });
      await Promise.all(Array.from({ length: 300 }, () => write(projectId)));
      await untilSealed(301);
    });
    await untilSealed(302);

    const { items } = await new AuditList(gateway).page(projectId, {}, { limit: 1_000 });
    const positions = items.map(({ position }) => position as number).sort((a, b) => a - b);
    expect(positions).toEqual(Array.from({ length: 302 }, (_, n) => n + 1));
    expect(items.find(({ resourceId }) => resourceId === late)?.position).toBe(302);
    expect(items.find(({ resourceId }) => resourceId === early)?.position).toBe(1);
    expect(new Set(items.map(({ hash }) => hash)).size).toBe(302);
    expect(await violations(store)).toEqual([]);
  });

  it('cannot be changed, not even by its owner, and its writers choose neither time nor id', async () => {
    await write(randomUUID());
    startSealer();
    await untilSealed(1);
    const forbidden = ['UPDATE % SET entry_id = entry_id', 'DELETE FROM %', 'TRUNCATE %'];
    for (const statement of [
      ...forbidden.map((sql) => sql.replace('%', 'ops.audit_seal')),
      ...forbidden.map((sql) => sql.replace('%', 'ops.audit_entry').replaceAll('entry_id', 'action')),
    ]) {
      await expect(store.query(statement)).rejects.toThrow('the audit is append-only');
      await expect(network.queryDynamic(statement)).rejects.toThrow('permission denied');
    }
    const insert = `INSERT INTO ops.audit_entry (at, request_id, action, outcome) VALUES ('2001-01-01', 'r', 'a', 'accepted')`;
    await expect(network.queryDynamic(insert)).rejects.toThrow('permission denied');
    await expect(network.queryDynamic('SELECT FROM ops.audit_entry')).rejects.toThrow('permission denied');
    expect(await violations(store)).toEqual([]);
  });

  it.each([
    ['another actor', `UPDATE ops.audit_entry SET principal = 'somebody' WHERE id = $id`, 'was changed'],
    ['another time', `UPDATE ops.audit_entry SET at = at - interval '1 us' WHERE id = $id`, 'was changed'],
    ['a changed view', `UPDATE ops.audit_entry SET after = after || '{"name": "x"}' WHERE id = $id`, 'was changed'],
    ['a missing entry', 'DELETE FROM ops.audit_entry WHERE id = $id', 'is gone'],
    [
      'an entry taken out with its seal',
      'DELETE FROM ops.audit_entry WHERE id = $id; DELETE FROM ops.audit_seal WHERE entry_id = $id',
      'has no position 2',
    ],
    [
      'an entry slipped in',
      `INSERT INTO ops.audit_entry (request_id, action, outcome) VALUES ('r', 'vpc.create', 'accepted')`,
      'neither sealed nor about to be',
    ],
    ['a chain cut off', 'DELETE FROM ops.audit_seal WHERE position >= 2', 'its head is at 3'],
    [
      'two entries swapped',
      `CREATE TEMP TABLE pair AS SELECT * FROM ops.audit_seal WHERE position < 3;
       DELETE FROM ops.audit_seal WHERE position < 3;
       INSERT INTO ops.audit_seal
       SELECT o.position, s.entry_id, o.hash FROM pair s JOIN pair o ON o.position = 3 - s.position`,
      'was changed',
    ],
  ])('tells the doctor of %s', async (_what, sql, breach) => {
    for (let n = 0; n < 3; n++) await write(randomUUID(), { after: { id: '1', name: 'as it was' } });
    startSealer();
    await untilSealed(3);
    expect(await violations(store)).toEqual([]);

    const [second] = await store.query<{ id: string }>('SELECT entry_id AS id FROM ops.audit_seal WHERE position = 2');
    await tamper(sql.replaceAll('$id', `'${second?.id}'`));
    expect(await violations(store)).toContainEqual(expect.stringContaining(breach));
  });

  it('tells the doctor of an operation of a user that nobody audited', async () => {
    const projectId = randomUUID();
    await store.query(
      `INSERT INTO ops.operation (project_id, service, kind, resource_type, resource_id, reference_type, reference_id, input,
                                  saga_steps, wake_at, deadline, principal, request_id, state, finished_at)
       VALUES ($1, 'network', 'vpc.delete', 'vpc', $1, 'vpc', $1, '{}', '{}', now(), now(), 'SCWAAAAAAAAAAAAAAAAA', 'r', 'success', now())`,
      [projectId],
    );
    const unaudited = async (): Promise<string[]> =>
      (await violations(store)).filter((breach) => breach.startsWith('I12'));
    expect(await unaudited()).toEqual([]);
    await insertKey(projectId, 'SCWAAAAAAAAAAAAAAAAA');
    expect(await unaudited()).toEqual([expect.stringContaining('of SCWAAAAAAAAAAAAAAAAA is not audited')]);
    await write(projectId, { resourceId: projectId });
    expect(await unaudited()).toHaveLength(1);
    const origin = {
      projectId,
      principal: 'SCWAAAAAAAAAAAAAAAAA',
      sourceAddress: null,
      requestId: 'r',
      internalRequestId: null,
    };
    const mutation = { action: 'vpc.delete', resourceType: 'vpc', resourceId: projectId };
    await recordAudit(network, { ...origin, traceparent: null }, [mutation]);
    expect(await unaudited()).toEqual([]);
  });

  async function insertKey(projectId: string, accessKey: string): Promise<void> {
    await store.query(`INSERT INTO gateway.project (id, name, organization_id) VALUES ($1, 'p', $1)`, [projectId]);
    await store.query(
      `INSERT INTO gateway.api_key (access_key, project_id, name, scope, secret_sha256, secret_sealed, master_key_id)
       VALUES ($2, $1, 'key', 'admin', sha256('key'), 'sealed', 'k')`,
      [projectId, accessKey],
    );
  }

  it('lists the entries of one project, filtered and page by page', async () => {
    const [mine, other] = [randomUUID(), randomUUID()];
    const resourceId = randomUUID();
    for (let n = 0; n < 5; n++) await write(mine);
    await write(mine, { action: 'vpc.delete', resourceId, denial: { code: 'busy', detail: 'wait' } });
    await write(other);
    await write(null);
    const list = new AuditList(gateway);

    const first = await list.page(mine, {}, { limit: 4 });
    expect(first.items).toHaveLength(4);
    const second = await list.page(mine, {}, { limit: 4, cursor: first.next as string });
    expect(second).toMatchObject({ items: { length: 2 }, next: null });
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    await expect(list.page(mine, {}, { limit: 4, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'invalid-argument',
    });

    const denied = first.items[0];
    const expected = { outcome: 'denied', code: 'busy', detail: 'wait', sourceAddress: '192.0.2.7', position: null };
    expect(denied).toMatchObject({ ...expected, action: 'vpc.delete', resourceId, hash: null });
    const after = second.items[0]?.timestamp as string;
    for (const [filter, count] of [
      [{ outcome: 'denied' }, 1],
      [{ action: 'vpc.create' }, 5],
      [{ resourceId }, 1],
      [{ principal: 'SCWKEY' }, 6],
      [{ principal: 'nobody' }, 0],
      [{ after }, 4],
      [{ before: after }, 1],
    ] as const) {
      expect((await list.page(mine, filter, { limit: 100 })).items).toHaveLength(count);
    }
  });
});
