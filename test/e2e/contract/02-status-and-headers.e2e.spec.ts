import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { makePlace } from '../../fixtures/huawei/place';
import { detailsOf, MANAGED, NETWORKS, untilOperation } from './operations';

/** One creation in each dialect, with the status that its clients expect. */
const CREATIONS = [
  { dialect: 'Exoscale', path: NETWORKS, status: 200, body: { name: 'e', ...MANAGED } },
  {
    dialect: 'Scaleway',
    path: '/vpc/v2/regions/fr-par/private-networks',
    status: 200,
    body: { name: 's', subnets: ['172.16.8.0/24'] },
  },
  {
    dialect: 'UpCloud',
    path: '/1.3/network',
    status: 201,
    body: {
      network: {
        name: 'u',
        zone: 'fi-hel1',
        ip_networks: { ip_network: [{ address: '10.1.0.0/24', family: 'IPv4' }] },
      },
    },
  },
];

describe('02: each dialect keeps its status, and all tell the operation in the same headers', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, env: { SETTLE_WINDOW_MS: '100', FABRIC_LATENCY_MS: '1000' } });
    client = ApiClient.of(stack);
  }, 60_000);
  afterAll(() => stack.stop());

  it.each(CREATIONS)('$status of $dialect, with Retry-After while it is pending', async ({ path, status, body }) => {
    const answer = await client.send('POST', path, body);
    expect(answer.status).toBe(status);
    const id = answer.headers.get('operation-id') as string;
    const location = answer.headers.get('operation-location') as string;
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const pending = await client.send('GET', location);
    expect([pending.status, pending.body]).toMatchObject([200, { id, state: 'pending' }]);
    expect(pending.headers.get('retry-after')).toBe('1');
    await client.ended(id);
    const ended = await client.send('GET', location);
    expect(ended.body).toMatchObject({ id, state: 'success' });
    expect(ended.headers.get('retry-after')).toBeNull();
  });

  it('201 of Huawei, whose answers carry the same headers', async () => {
    const { vpcId, subnetId } = await makePlace(stack);
    const gateway = { network_type: 'private', vpc_id: vpcId, connect_subnet: subnetId, local_subnets: ['10.0.0.0/8'] };
    const path = `/v5/${stack.credentials.projectId.replaceAll('-', '')}/vpn-gateways`;
    const answer = await client.send('POST', path, { vpn_gateway: gateway });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([201, '1']);
    const id = answer.headers.get('operation-id') as string;
    const pending = await client.send('GET', answer.headers.get('operation-location') as string);
    expect([pending.status, pending.body]).toMatchObject([200, { id, state: 'pending' }]);
    expect(await client.ended(id)).toMatchObject({ id, state: 'success' });
  });

  it('tells no Retry-After where the answer is the end', async () => {
    const patient = await stack.start('api-gateway', { SETTLE_WINDOW_MS: '30000' });
    const calm = new ApiClient(patient.ready.url as string, stack.credentials.secretKey);
    const answer = await calm.send('POST', NETWORKS, { name: 'waited for' });
    expect(answer.body).toMatchObject({ state: 'success' });
    expect(answer.headers.get('operation-id')).toBe(answer.body.id);
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  it('202 of the native API', async () => {
    const { id } = await client.submit('POST', NETWORKS, { name: 'native', ...MANAGED });
    await untilOperation(client, id, 'can be cancelled', ({ isCancellable }) => isCancellable);
    const answer = await client.send('POST', `/v1/operations/${id}/cancel`);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('operation-id')).toBe(id);
    expect(answer.headers.get('operation-location')).toBe(`/v1/operations/${id}`);
    expect(answer.headers.get('retry-after')).toBe('1');
    await client.ended(id);
    expect(await detailsOf(client, id)).toMatchObject({ state: 'failure', reason: 'interrupted' });
  });
});
