import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { holdWork, MANAGED, NETWORKS, submitHeld } from './operations';

describe('04: fast work answers success in the POST', () => {
  let stack: Stack;

  beforeAll(async () => {
    // So long that a slow machine does not matter; what is tested is that the answer comes with the end.
    stack = await startStack({ gateways: 2, env: { SETTLE_WINDOW_MS: '20000' } });
  }, 60_000);
  afterAll(() => stack.stop());

  it('on every gateway, though another process does the work', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        ApiClient.of(stack, n % 2).send('POST', NETWORKS, { name: `fast-${n}`, ...MANAGED }),
      ),
    );
    expect(answers.map(({ status, body }) => [status, body.state])).toEqual(Array(20).fill([200, 'success']));
  });

  it('even when all signals are lost', async () => {
    const release = await holdWork(stack);
    const client = ApiClient.of(stack);
    const answer = client.send('POST', NETWORKS, { name: 'deaf', ...MANAGED });
    // The subscriptions of the gateways to the ends of operations are cut from Redis's side, for as long as it takes.
    const cut = async (): Promise<void> => {
      await stack.redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    };
    const cutting = setInterval(() => void cut(), 20);
    try {
      await release();
      expect((await answer).body).toMatchObject({ state: 'success' });
    } finally {
      clearInterval(cutting);
    }
  });

  it('and what is not done in the window answers pending', async () => {
    const impatient = await stack.start('api-gateway', { SETTLE_WINDOW_MS: '100' });
    const client = new ApiClient(impatient.ready.url as string, stack.credentials.secretKey);
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'slow');
    await release();
    expect(await client.ended(id)).toMatchObject({ state: 'success' });
  });
});
