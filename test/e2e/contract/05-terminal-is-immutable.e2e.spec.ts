import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { detailsOf, MANAGED, NETWORKS, untilOperation } from './operations';

describe('05: the state is monotone, and an ended operation never changes', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    const faults = JSON.stringify([
      { call: 'ensureNetwork', networkName: 'broken', code: 'fault', message: 'Broken.' },
    ]);
    stack = await startStack({ gateways: 2, env: { FABRIC_FAULTS: faults, FABRIC_LATENCY_MS: '200' } });
    client = ApiClient.of(stack);
  }, 60_000);
  afterAll(() => stack.stop());

  const textOf = async (gateway: number, path: string): Promise<string> => {
    const headers = { 'x-auth-token': stack.credentials.secretKey };
    return (await fetch(stack.urls[gateway] + path, { headers })).text();
  };
  const shapesOf = async (id: string): Promise<string[]> =>
    Promise.all([0, 1].flatMap((n) => [textOf(n, `/v1/operations/${id}`), textOf(n, `/v2/operation/${id}`)]));

  it('goes from pending to its end once, on whichever gateway it is read', async () => {
    const { id } = await client.submit('POST', NETWORKS, { name: 'watched', ...MANAGED });
    const seen: string[] = [];
    await untilOperation(client, id, 'ends', ({ state }) => {
      seen.push(state);
      return state !== 'pending';
    });
    for (let n = 0; n < 20; n++) seen.push((await detailsOf(ApiClient.of(stack, n % 2), id)).state);
    const pending = seen.filter((state) => state === 'pending');
    expect(seen).toEqual([...pending, ...Array<string>(seen.length - pending.length).fill('success')]);
    expect(seen.length - pending.length).toBe(21);
  });

  it.each([
    ['success', 'sound'],
    ['failure', 'broken'],
  ])('after %s it is the same byte for byte, whatever happens then', async (state, name) => {
    const { id, reference } = await client.submit('POST', NETWORKS, { name, ...MANAGED });
    expect(await client.ended(id)).toMatchObject({ state });
    const before = await shapesOf(id);
    // Its worker is woken again, its resource changes, somebody wants to cancel it, and its service starts anew.
    await stack.database.query(
      'INSERT INTO ops.outbox (service, operation_id) SELECT service, id FROM ops.operation WHERE id = $1',
      [id],
    );
    if (state === 'success') {
      await client.succeed('PUT', `${NETWORKS}/${reference.id}:attach`, { instance: { id: randomUUID() } });
    }
    expect((await client.send('POST', `/v1/operations/${id}/cancel`)).status).toBe(409);
    const [service] = stack.processes('network-svc').slice(-1);
    await service?.signal('SIGKILL');
    await stack.start('network-svc');
    await client.succeed('POST', NETWORKS, { name: 'something else' });
    expect(await shapesOf(id)).toEqual(before);
  });
});
