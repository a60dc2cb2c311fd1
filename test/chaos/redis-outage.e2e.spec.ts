import { ApiClient, type Stack, startStack } from '@isthmus/testing';
import { busy, expectAllWell, submitLoad } from './chaos-load';

/** F3: Redis forgets everything, dies, or is away. PostgreSQL is the truth, so this costs time and nothing else. */
describe('Redis fails with operations in flight', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeEach(async () => {
    const env = { FABRIC_LATENCY_MS: '100', OPERATION_LEASE_MS: '2000', SETTLE_WINDOW_MS: '0' };
    stack = await startStack({ replicas: 2, env });
    client = ApiClient.of(stack);
  });

  afterEach(() => stack.stop());

  it('FLUSHALL, again and again', async () => {
    const operations = await submitLoad(client, 60, 60);
    for (let flush = 0; flush < 5; flush++) {
      await stack.redis.client.flushall();
      await busy(stack, 1).catch(() => undefined);
    }
    await expectAllWell(stack, client, operations);
  });

  it('kill -9 and restart, empty', async () => {
    const operations = await submitLoad(client, 30, 30);
    await busy(stack, 5);
    await stack.redis.restart();
    await expectAllWell(stack, client, operations);
  });

  it('away for a while: requests are refused as unavailable, accepted work goes on afterwards', async () => {
    const operations = await submitLoad(client, 20, 20);
    await busy(stack, 5);
    await stack.redis.kill();
    const refused = await client.send('POST', '/v2/private-network', { name: 'in the dark' });
    expect(refused.status).toBe(503);
    await stack.redis.restart();
    await expectAllWell(stack, client, operations);
    await client.succeed('POST', '/v2/private-network', { name: 'in the light' });
  });
});
