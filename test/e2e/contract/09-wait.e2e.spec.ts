import { ApiClient, startStack, type Stack, until } from '@isthmus/testing';
import { detailsOf, holdWork, MANAGED, NETWORKS, type Operation, submitHeld } from './operations';

const FAULT = { call: 'ensureNetwork', networkName: 'broken', code: 'fault', message: 'Broken.' };
const WAITERS = 2_000;
const PATIENCE = { timeoutMs: 50_000, everyMs: 20 };

describe('09: a long poll answers with the end, or with what is true when its time is over', () => {
  let stack: Stack;
  let client: ApiClient;
  let other: ApiClient;

  beforeAll(async () => {
    const env = { SETTLE_WINDOW_MS: '100', FABRIC_FAULTS: JSON.stringify([FAULT]), POLL_RATE_PER_OPERATION: '100000' };
    stack = await startStack({ gateways: 2, env });
    client = ApiClient.of(stack, 0);
    other = ApiClient.of(stack, 1);
  }, 60_000);
  afterAll(() => stack.stop());

  const wait = (id: string, seconds: number | string, by = client) =>
    by.send<Operation>('GET', `/v1/operations/${id}/wait?timeout=${seconds}`);

  it('as soon as it has ended, on every gateway', async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'awaited');
    const answers = Promise.all([wait(id, 60), wait(id, 60, other)]);
    await release();
    for (const { status, headers, body } of await answers) {
      expect([status, body.state, body.progressPercent]).toEqual([200, 'success', 100]);
      expect(headers.get('retry-after')).toBeNull();
    }
  });

  it('a failure is told as a failure', async () => {
    const { id } = await client.submit('POST', NETWORKS, { name: 'broken', ...MANAGED });
    const { status, body } = await wait(id, 60, other);
    expect([status, body]).toMatchObject([200, { state: 'failure', reason: 'fault', message: 'Broken.' }]);
    // And again, when there is nothing to wait for.
    expect((await wait(id, 60)).body).toEqual(body);
  });

  it('pending, with when to look again, when the time is over', async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'endless');
    for (const seconds of [0, 1]) {
      const { status, headers, body } = await wait(id, seconds);
      expect([status, body.id, body.state, headers.get('retry-after')]).toEqual([200, id, 'pending', '1']);
    }
    await release();
    await client.ended(id);
  });

  it.each(['61', '-1', '1.5', 'long'])('refuses to wait %s seconds', async (seconds) => {
    const { id } = await client.submit('POST', NETWORKS, { name: `never-${seconds}` });
    expect(await wait(id, seconds)).toMatchObject({ status: 400, body: { code: 'invalid-argument' } });
  });

  it('what is not there is not waited for', async () => {
    expect((await wait('01a1f8c0-3b65-7e4f-9ae0-5847928e86bf', 60)).status).toBe(404);
  });

  it('when the gateway stops, with what is true then', async () => {
    const third = await stack.start('api-gateway');
    const client = new ApiClient(third.ready.url as string, stack.credentials.secretKey);
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'interrupted');
    const asked = Array.from({ length: 5 }, () => wait(id, 60, client));
    await until('all of them are connected', async () => (await waitersOn(third.ready.url as string)) >= 5);
    // What was sent before these is in hand when they are answered.
    for (let n = 0; n < 2; n++) await detailsOf(client, id);
    const stopped = third.signal('SIGTERM');
    for (const { status, body } of await Promise.all(asked)) expect([status, body.state]).toEqual([200, 'pending']);
    await stopped;
    await release();
    await other.ended(id);
  });

  /** Connections that a server has accepted and not closed, as the kernel counts them. */
  async function waitersOn(url: string): Promise<number> {
    const { readFile } = await import('node:fs/promises');
    const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
    const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n');
    return lines.filter((line) => new RegExp(`^ *\\d+: [0-9A-F]+:${port} [0-9A-F]+:[0-9A-F]+ 01 `).test(line)).length;
  }

  it(`${WAITERS} waiters on one gateway cost one listener`, async () => {
    const { client: redis } = stack.redis;
    const listeners = async () => ({
      connections: String(await redis.call('CLIENT', 'LIST'))
        .trim()
        .split('\n').length,
      subscriptions: await redis.call('PUBSUB', 'NUMSUB', 'signal:operation-done'),
    });
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'popular');
    const before = await listeners();
    const asked: ReturnType<typeof wait>[] = [];
    while (asked.length < WAITERS) {
      asked.push(...Array.from({ length: 100 }, () => wait(id, 60)));
      await until('these are connected', async () => (await waitersOn(stack.url)) >= asked.length, PATIENCE);
    }
    expect(await listeners()).toEqual(before);
    const [sessions] = await stack.database.query<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'isthmus-gateway'`,
    );
    // The pools of two gateways.
    expect(sessions?.count).toBeLessThanOrEqual(2 * 16);
    expect((await detailsOf(other, id)).state).toBe('pending');
    await release();
    const states = (await Promise.all(asked)).map(({ status, body }) => `${status} ${body.state}`);
    expect(new Set(states)).toEqual(new Set(['200 success']));
  }, 120_000);
});
