import { randomUUID } from 'node:crypto';
import { connectDatabase, type Database } from '@isthmus/db';
import { createTestDatabase, type TestDatabase } from '@isthmus/testing';
import { migrations } from '../app.module';
import { NETWORK_ID } from '../views.fixture';
import { OperationReader } from './operation.reader';

describe('OperationReader', () => {
  let store: TestDatabase;
  let database: Database;
  let reader: OperationReader;
  const projectId = randomUUID();

  beforeAll(async () => {
    store = await createTestDatabase();
    database = await connectDatabase({ url: store.url, schema: 'gateway', entities: [], migrations });
    reader = new OperationReader(database);
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await store.drop();
  });

  async function insert(end?: { state: string; reason: string | null; message: string | null; code: string | null }) {
    const [row] = await store.query<{ id: string }>(
      `INSERT INTO ops.operation (project_id, service, kind, resource_type, resource_id, reference_type, reference_id, input,
                                  saga_steps, state, reason, message, code, finished_at, wake_at, deadline, principal, request_id)
       VALUES ($1, 'network', 'private-network.create', 'private-network', $2, 'private-network', $2, '{}',
               '{reserve-subnets,ensure-network}', $3, $4, $5, $6, CASE WHEN $3 = 'pending' THEN NULL ELSE now() END,
               now(), now() + interval '1 minute', 'key', 'request')
       RETURNING id`,
      [projectId, NETWORK_ID, end?.state ?? 'pending', end?.reason, end?.message, end?.code],
    );
    return row?.id as string;
  }
  const failure = { state: 'failure', reason: 'conflict', message: 'Taken.', code: 'already-exists' };

  it('reads an operation of the project, and none of another', async () => {
    const id = await insert(failure);
    const { state, reason, message } = failure;
    const reference = { type: 'private-network', id: NETWORK_ID };
    expect(await reader.find(id, projectId)).toEqual({ id, state, reason, message, reference });
    expect(await reader.findDetails(id, projectId)).toMatchObject({
      kind: 'private-network.create',
      ...failure,
      resource: reference,
      reference,
    });
    expect(await reader.find(id, randomUUID())).toBeUndefined();
    expect(await reader.findDetails(id, randomUUID())).toBeUndefined();
    expect(await reader.find(randomUUID(), projectId)).toBeUndefined();
  });

  it('reads those of many that have ended', async () => {
    const [pending, ended] = [await insert(), await insert(failure)];
    expect(await reader.findEnded([pending, ended, randomUUID()])).toEqual([expect.objectContaining({ id: ended })]);
  });

  it('reads the steps, journaled or not, with times in microseconds', async () => {
    const id = await insert();
    await store.query(
      `INSERT INTO ops.operation_step (operation_id, position, name, state, attempt, started_at, ended_at)
       VALUES ($1, 0, 'reserve-subnets', 'done', 1, '2026-08-05T12:59:37.782632Z', '2026-08-05T12:59:38Z')`,
      [id],
    );
    const details = await reader.findDetails(id, projectId);
    expect(details).toMatchObject({ id, state: 'pending', direction: 'forward', isStuck: false, progressPercent: 50 });
    expect(details?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(details?.steps).toEqual([
      {
        name: 'reserve-subnets',
        state: 'done',
        attempt: 1,
        startedAt: '2026-08-05T12:59:37.782632Z',
        endedAt: '2026-08-05T12:59:38.000000Z',
        error: null,
      },
      { name: 'ensure-network', state: 'running', attempt: 0, startedAt: null, endedAt: null, error: null },
    ]);
  });

  it('may read operations and nothing more of the services', async () => {
    await expect(database.query('SELECT 1 FROM ops.operation LIMIT 1')).resolves.toEqual(expect.any(Array));
    await expect(database.query('DELETE FROM ops.operation')).rejects.toThrow(/permission denied/);
    await expect(database.query('SELECT 1 FROM network.private_network')).rejects.toThrow(/permission denied/);
  });
});
