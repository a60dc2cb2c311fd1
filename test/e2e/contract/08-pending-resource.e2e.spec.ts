import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack, violations } from '@isthmus/testing';
import { MANAGED, NETWORKS } from './operations';

const FAULT = { call: 'ensureNetwork', networkName: 'broken', code: 'fault', message: 'Broken.' };

describe('08: what is being made is there, but not usable; what could not be made holds nothing', () => {
  let stack: Stack;
  let clients: ApiClient[];
  let client: ApiClient;

  beforeAll(async () => {
    const env = { SETTLE_WINDOW_MS: '200', FABRIC_LATENCY_MS: '2000', FABRIC_FAULTS: JSON.stringify([FAULT]) };
    stack = await startStack({ gateways: 2, env });
    clients = [ApiClient.of(stack, 0), ApiClient.of(stack, 1)];
    client = clients[0] as ApiClient;
  }, 60_000);
  afterAll(() => stack.stop());

  const listedOn = async (gateway: ApiClient): Promise<string[]> => {
    const { body } = await gateway.send<Record<string, { id: string }[]>>('GET', NETWORKS);
    return (body['private-networks'] ?? []).map(({ id }) => id);
  };

  it('is in get and list on every gateway while it is pending, and refuses to be used', async () => {
    const { id, state, reference } = await client.submit('POST', NETWORKS, { name: 'coming', ...MANAGED });
    expect(state).toBe('pending');
    for (const gateway of clients) {
      expect((await gateway.send('GET', reference.link)).status).toBe(200);
      expect(await listedOn(gateway)).toContain(reference.id);
    }
    const use = await client.send('PUT', `${reference.link}:attach`, { instance: { id: randomUUID() } });
    expect([use.status, JSON.stringify(use.body)]).toEqual([409, expect.stringContaining(reference.id)]);
    await client.ended(id);
    // The very next read, on the other gateway.
    const answers = await Promise.all(
      clients.map((gateway) => gateway.send('PUT', `${reference.link}:attach`, { instance: { id: randomUUID() } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    for (const { body } of answers) await client.ended(String(body.id));
  });

  it('a failed creation is gone and holds no address', async () => {
    const { id, reference } = await client.submit('POST', NETWORKS, { name: 'broken', ...MANAGED });
    expect(await client.ended(id)).toMatchObject({ state: 'failure' });
    expect((await client.send('GET', reference.link)).status).toBe(404);
    expect(await listedOn(client)).not.toContain(reference.id);
    const [held] = await stack.database.query(
      `SELECT (SELECT count(*)::int FROM ipam.subnet WHERE private_network_id = $1) AS subnets,
              (SELECT count(*)::int FROM ipam.address WHERE private_network_id = $1) AS addresses`,
      [reference.id],
    );
    expect(held).toEqual({ subnets: 0, addresses: 0 });
    expect(await violations(stack.database)).toEqual([]);
  });
});
