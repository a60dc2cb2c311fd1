import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { holdWork, NETWORKS, submitHeld } from './operations';

describe('01: an accepted operation is committed before its answer begins', () => {
  let stack: Stack;
  let clients: [ApiClient, ApiClient];

  beforeAll(async () => {
    stack = await startStack({ gateways: 2, env: { SETTLE_WINDOW_MS: '0' } });
    clients = [ApiClient.of(stack, 0), ApiClient.of(stack, 1)];
  }, 60_000);
  afterAll(() => stack.stop());

  it('can be read on each gateway as soon as the headers of the answer are there', async () => {
    const accept = async (n: number): Promise<string> => {
      const response = await fetch(stack.urls[n % 2] + NETWORKS, {
        method: 'POST',
        headers: { 'x-auth-token': stack.credentials.secretKey, 'content-type': 'application/json' },
        body: JSON.stringify({ name: `read-at-once-${n}` }),
      });
      // The body has not been read yet, and is not needed: the id is in the headers.
      const id = response.headers.get('operation-id') as string;
      const reads = await Promise.all(
        clients.flatMap((client) => [
          client.send('GET', `/v1/operations/${id}`),
          client.send('GET', `/v2/operation/${id}`),
        ]),
      );
      expect(reads.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const told = (await response.json()) as { id: string };
      expect(told.id).toBe(id);
      return id;
    };
    const ids = await Promise.all(Array.from({ length: 60 }, (_, n) => accept(n)));
    expect(new Set(ids).size).toBe(60);
  });

  it('survives the death of the gateway that accepted it', async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(clients[0], 'orphan');
    const [gateway] = stack.processes('api-gateway');
    await gateway?.signal('SIGKILL');
    expect((await clients[1].send('GET', `/v2/operation/${id}`)).body).toMatchObject({ id, state: 'pending' });
    await release();
    expect(await clients[1].ended(id)).toMatchObject({ state: 'success' });
  });
});
