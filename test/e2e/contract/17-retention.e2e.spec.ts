import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack, until } from '@isthmus/testing';
import { Client } from 'pg';
import { MANAGED, NETWORKS } from './operations';

const DAY_MS = 24 * 3_600_000;

describe('17: operations are kept for 30 days, and then gone', () => {
  let stack: Stack;
  let clients: [ApiClient, ApiClient];

  beforeAll(async () => {
    stack = await startStack({ gateways: 2 });
    clients = [ApiClient.of(stack, 0), ApiClient.of(stack, 1)];
  }, 60_000);
  afterAll(() => stack.stop());

  /** The id of an operation that was made so many days ago. */
  const idOf = (daysAgo: number): string => {
    const moment = Math.floor(Date.now() - daysAgo * DAY_MS)
      .toString(16)
      .padStart(12, '0');
    return `${moment.slice(0, 8)}-${moment.slice(8)}-7${randomUUID().slice(15)}`;
  };

  /** The month of that day, with its operations, steps and events. */
  async function addMonth(daysAgo: number): Promise<string> {
    const month = new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 7);
    const name = month.replace('-', '_');
    for (const table of ['operation', 'operation_step', 'event']) {
      await stack.database.query(
        `CREATE TABLE IF NOT EXISTS ops.${table}_${name} PARTITION OF ops.${table}
           FOR VALUES FROM ('${await firstIdOf(month)}') TO ('${await firstIdOf(month, 1)}')`,
      );
    }
    return name;
  }

  async function firstIdOf(month: string, later = 0): Promise<string> {
    const [row] = await stack.database.query<{ id: string }>(
      "SELECT ops.first_id_at(($1::timestamp + make_interval(months => $2)) AT TIME ZONE 'UTC') AS id",
      [`${month}-01`, later],
    );
    return row?.id as string;
  }

  async function addOperation(daysAgo: number, state = 'success'): Promise<string> {
    await addMonth(daysAgo);
    const id = idOf(daysAgo);
    await stack.database.query(
      `INSERT INTO ops.operation (id, project_id, service, kind, resource_type, resource_id, reference_type, reference_id,
                                  input, saga_steps, state, wake_at, deadline, principal, request_id, created_at, finished_at)
       SELECT $1, $2, 'network', 'private-network.create', 'private-network', r, 'private-network', r, '{}', '{}', $3,
              now(), now(), 'key', 'request', now() - make_interval(days => $4),
              CASE WHEN $3 = 'pending' THEN NULL ELSE now() - make_interval(days => $4) END
         FROM gen_random_uuid() r`,
      [id, stack.credentials.projectId, state, daysAgo],
    );
    return id;
  }

  const months = async (): Promise<string[]> => {
    const rows = await stack.database.query<{ name: string }>(
      "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'ops.operation'::regclass ORDER BY 1",
    );
    return rows.map(({ name }) => name.slice(-7));
  };
  const statuses = async (id: string): Promise<number[]> => {
    const paths = [
      `/v1/operations/${id}`,
      `/v2/operation/${id}`,
      `/v1/operations/${id}/wait`,
      `/v1/operations/${id}/events`,
    ];
    const reads = clients.flatMap((client) => paths.map((path) => client.send('GET', path)));
    const cancelled = clients[0].send('POST', `/v1/operations/${id}/cancel`);
    return (await Promise.all([...reads, cancelled])).map(({ status }) => status);
  };

  it('what is older is dropped with its month when a service starts, and is 410 then', async () => {
    // One that has just started would drop it as soon as it is there.
    for (const service of stack.processes('network-svc')) await service.signal('SIGTERM');
    const [old, young] = [await addOperation(100), await addOperation(29)];
    for (const id of [old, young]) {
      expect(await clients[0].send('GET', `/v1/operations/${id}`)).toMatchObject({ status: 200, body: { id } });
    }
    const cursor = Buffer.from(old).toString('base64url');
    const oldMonth = await addMonth(100);
    await stack.start('network-svc');
    await until('the old month is dropped', async () => !(await months()).includes(oldMonth));
    const tables = await stack.database.query("SELECT 1 FROM pg_class WHERE relname LIKE '%' || $1", [oldMonth]);
    expect(tables).toEqual([]);
    expect(await statuses(old)).toEqual(Array(9).fill(410));
    expect((await clients[1].send('GET', `/v1/operations/${old}`)).body).toMatchObject({ code: 'gone' });
    expect((await clients[0].send('GET', `/v1/operations?cursor=${cursor}`)).status).toBe(410);
    for (const client of clients) {
      expect(await client.send('GET', `/v1/operations/${young}`)).toMatchObject({ status: 200, body: { id: young } });
    }
  });

  it('what never was is 404', async () => {
    for (const id of [idOf(0), idOf(29), idOf(-1), randomUUID()])
      expect(await statuses(id)).toEqual(Array(9).fill(404));
  });

  it('a month in which something is still pending stays', async () => {
    const month = await addMonth(200);
    const id = await addOperation(200, 'pending');
    expect(await stack.database.query("SELECT ops.purge_partitions('30 days') AS month")).toEqual([{ month: null }]);
    await stack.database.query("UPDATE ops.operation SET state = 'success', finished_at = now() WHERE id = $1", [id]);
    expect(await stack.database.query("SELECT ops.purge_partitions('30 days') AS month")).toEqual([{ month }]);
  });

  it('gives way to whoever uses the table, and makes no writer wait', async () => {
    const month = await addMonth(150);
    const reader = new Client({ connectionString: stack.database.url });
    await reader.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM ops.operation');
    const purge = () => stack.database.query("SELECT ops.purge_partitions('30 days') AS month");
    const purging = Array.from({ length: 10 }, () => purge().catch((error: { code: string }) => error.code));
    // While the reader holds its lock nothing can be dropped, and everybody else goes on.
    const created = clients[1].succeed('POST', NETWORKS, { name: 'meanwhile', ...MANAGED });
    // One waits for the lock and gives up, the others see that one is at it.
    for (const outcome of await Promise.all(purging)) expect(['55P03', [{ month: null }]]).toContainEqual(outcome);
    expect((await created).state).toBe('success');
    expect(await months()).toContain(month);
    await reader.query('COMMIT');
    await reader.end();
    await until('it is dropped', async () => (await purge().catch(() => [{ month: null }]))[0]?.month === month);
  });
});
