import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { detailsOf, MANAGED, NETWORKS } from './operations';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('07: the reference is complete from the first answer', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    stack = await startStack({ env: { SETTLE_WINDOW_MS: '100', FABRIC_LATENCY_MS: '1000' } });
    client = ApiClient.of(stack);
  }, 60_000);
  afterAll(() => stack.stop());

  it('for a creation that has not begun, and the link leads to the resource', async () => {
    const { id, state, reference } = await client.submit('POST', NETWORKS, { name: 'referred', ...MANAGED });
    expect(state).toBe('pending');
    expect(reference).toEqual({
      id: expect.stringMatching(UUID),
      link: `/v2/private-network/${reference.id}`,
      command: 'get-private-network',
    });
    expect(await client.send('GET', reference.link)).toMatchObject({ status: 200, body: { id: reference.id } });
    const ended = await client.ended(id);
    expect(ended.reference).toEqual(reference);
    expect((await detailsOf(client, id)).reference).toEqual({ type: 'private-network', id: reference.id });
  });

  it('in the dialects that answer the resource with the operation beside it', async () => {
    const network = { name: 's', subnets: ['172.16.9.0/24'] };
    const scaleway = await client.send('POST', '/vpc/v2/regions/fr-par/private-networks', network);
    const ip_networks = { ip_network: [{ address: '10.7.0.0/24', family: 'IPv4' }] };
    const upcloud = await client.send<Record<string, { uuid: string }>>('POST', '/1.3/network', {
      network: { name: 'u', zone: 'fi-hel1', ip_networks },
    });
    expect(scaleway.body.operation).toMatchObject({ state: 'pending', reference: { id: scaleway.body.id } });
    expect(upcloud.body.operation).toMatchObject({
      state: 'pending',
      reference: { id: upcloud.body.network?.uuid, link: `/1.3/network/${upcloud.body.network?.uuid}` },
    });
    for (const { headers } of [scaleway, upcloud]) await client.ended(headers.get('operation-id') as string);
  });

  it('for an attachment it is the network that shows it', async () => {
    const { reference } = await client.succeed('POST', NETWORKS, { name: 'home', ...MANAGED });
    const instance = { id: '4c8e35a1-74f9-4b82-8652-e7ae822faf18' };
    const attach = await client.submit('PUT', `${NETWORKS}/${reference.id}:attach`, { instance });
    expect(attach.reference).toEqual(reference);
    expect(await detailsOf(client, attach.id)).toMatchObject({
      resource: { type: 'attachment' },
      reference: { type: 'private-network', id: reference.id },
    });
  });
});
