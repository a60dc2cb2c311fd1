import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack, violations } from '@isthmus/testing';
import { countOperations, MANAGED, NETWORKS } from './operations';

describe('16: one change of a resource at a time', () => {
  let stack: Stack;
  let clients: [ApiClient, ApiClient];

  beforeAll(async () => {
    const env = { SETTLE_WINDOW_MS: '0', FABRIC_LATENCY_MS: '300' };
    stack = await startStack({ gateways: 2, replicas: 2, env });
    clients = [ApiClient.of(stack, 0), ApiClient.of(stack, 1)];
  }, 60_000);
  afterAll(() => stack.stop());

  const clientOf = (n: number): ApiClient => clients[n % 2] as ApiClient;

  it('a second one is refused, naming the first, on whichever gateway it is asked', async () => {
    const { reference } = await clientOf(0).succeed('POST', NETWORKS, { name: 'contested', ...MANAGED });
    const before = await countOperations(stack);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => clientOf(n).send('PUT', reference.link, { name: `name-${n}` })),
    );
    const [first, ...more] = answers.filter(({ status }) => status === 200);
    expect(more).toEqual([]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(19);
    for (const { status, body } of refused) {
      expect([status, JSON.stringify(body)]).toEqual([409, expect.stringContaining(String(first?.body.id))]);
    }
    expect(await countOperations(stack)).toBe(before + 1);
    expect(await clientOf(1).ended(String(first?.body.id))).toMatchObject({ state: 'success' });
    // And then the next one may.
    await clientOf(1).succeed('PUT', reference.link, { name: 'at last' });
  });

  it('many creations under one parent all succeed', async () => {
    const { reference } = await clientOf(0).succeed('POST', NETWORKS, { name: 'parent', ...MANAGED });
    const attaches = Array.from({ length: 40 }, (_, n) =>
      clientOf(n).submit('PUT', `${reference.link}:attach`, { instance: { id: randomUUID() } }),
    );
    const creates = Array.from({ length: 40 }, (_, n) =>
      clientOf(n).submit('POST', NETWORKS, { name: `sibling-${n}`, ...MANAGED }),
    );
    const accepted = await Promise.all([...attaches, ...creates]);
    const ended = await Promise.all(accepted.map(({ id }, n) => clientOf(n + 1).ended(id)));
    expect(ended.filter(({ state }) => state !== 'success')).toEqual([]);
    expect(await violations(stack.database)).toEqual([]);
  });
});
