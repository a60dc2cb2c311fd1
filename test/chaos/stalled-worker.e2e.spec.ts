import { ApiClient, type Stack, startStack, until } from '@isthmus/testing';
import { busy, expectAllWell, submitLoad } from './chaos-load';

/** F2, F14: a worker is stopped longer than its lease, another takes over, and the first wakes up in mid-step. */
describe('the same operation on two workers', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    const env = { FABRIC_LATENCY_MS: '300', OPERATION_LEASE_MS: '1000', SETTLE_WINDOW_MS: '0' };
    stack = await startStack({ hasVpn: true, env });
    client = ApiClient.of(stack);
  });

  afterAll(() => stack.stop());

  it('counts once: the stalled worker is fenced', async () => {
    const [stalled] = stack.processes('network-svc');
    const operations = await submitLoad(client, 20, 20);
    await busy(stack, 10);
    await stalled?.signal('SIGSTOP');
    await stack.start('network-svc');
    await expectAllWell(stack, client, operations);
    const taken = await stack.database.query('SELECT id FROM ops.operation WHERE attempt > 1');
    expect(taken.length).toBeGreaterThan(0);
    const before = await stack.database.query('SELECT * FROM ops.operation ORDER BY id');
    await stalled?.signal('SIGCONT');
    // It is awake again when it works again: of many operations it gets some.
    const later = await submitLoad(client, 30, 0);
    await expectAllWell(stack, client, later);
    const ids = before.map(({ id }) => id);
    expect(await stack.database.query('SELECT * FROM ops.operation WHERE id = ANY($1) ORDER BY id', [ids])).toEqual(
      before,
    );
  });

  it('hands its work on at SIGTERM in mid-saga', async () => {
    const operations = await submitLoad(client, 30, 30);
    await busy(stack, 10);
    const [first] = stack.processes('network-svc');
    await first?.signal('SIGTERM');
    await expectAllWell(stack, client, operations);
  });

  it('survives the loss of every database connection', async () => {
    const operations = await submitLoad(client, 30, 30);
    await busy(stack, 10);
    await stack.database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await until('the gateway is ready again', async () => (await client.send('GET', '/readyz')).status === 200);
    await expectAllWell(stack, client, operations);
  });
});
