import { ApiClient, type Stack, startStack } from '@isthmus/testing';

interface Quota {
  resource: string;
  limit: number;
  used: number;
}

describe('quotas', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, env: { QUOTA_PRIVATE_NETWORKS: '3', QUOTA_VPCS: '7' } });
    client = ApiClient.of(stack);
  });
  afterAll(() => stack.stop());

  const quotas = async (by = client): Promise<Record<string, [used: number, limit: number]>> => {
    const { body } = await by.send<{ items: Quota[] }>('GET', '/v1/quotas');
    return Object.fromEntries(body.items.map(({ resource, used, limit }) => [resource, [used, limit]]));
  };

  it('tell what the project may have of everything, and has', async () => {
    expect(await quotas()).toEqual({
      vpc: [0, 7],
      'private-network': [0, 3],
      route: [0, expect.any(Number)],
      'vpn-gateway': [0, expect.any(Number)],
      'customer-gateway': [0, expect.any(Number)],
      'vpn-connection': [0, expect.any(Number)],
    });
    const { reference } = await client.succeed('POST', '/v2/private-network', { name: 'one' });
    await client.succeed('POST', '/v2/private-network', { name: 'two' });
    expect(await quotas()).toMatchObject({ vpc: [1, 7], 'private-network': [2, 3] });
    await client.succeed('DELETE', `/v2/private-network/${reference.id}`);
    expect(await quotas()).toMatchObject({ 'private-network': [1, 3] });
  });

  it('are told to read keys, of their own project', async () => {
    const { body: project } = await client.send('POST', '/v1/projects', { name: 'other' });
    const key = { name: 'key', projectId: project.id, scope: 'read' };
    const { body } = await client.send('POST', '/v1/api-keys', key);
    expect(await quotas(new ApiClient(stack.url, body.secretKey as string))).toMatchObject({
      vpc: [0, 7],
      'private-network': [0, 3],
    });
  });
});
