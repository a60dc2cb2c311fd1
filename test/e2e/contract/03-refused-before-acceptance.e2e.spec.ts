import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { countOperations, MANAGED, NETWORKS } from './operations';

const NOWHERE = '04aaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const SCALEWAY = '/vpc/v2/regions/fr-par';

describe('03: bad input never creates an operation', () => {
  let stack: Stack;
  let client: ApiClient;
  let networkId: string;

  beforeAll(async () => {
    stack = await startStack({ env: { QUOTA_PRIVATE_NETWORKS: '2' } });
    client = ApiClient.of(stack);
    networkId = (await client.succeed('POST', NETWORKS, { name: 'taken', ...MANAGED })).reference.id;
  }, 60_000);
  afterAll(() => stack.stop());

  const refused = async (status: number, method: string, path: string, body?: unknown): Promise<void> => {
    const before = await countOperations(stack);
    const answer = await client.send(method, path, body);
    expect([answer.status, answer.headers.get('operation-id')]).toEqual([status, null]);
    expect(await countOperations(stack)).toBe(before);
  };

  it.each([
    ['no name', {}],
    ['a range without its mask', { name: 'x', 'start-ip': '10.0.0.2' }],
    ['a range that is none', { name: 'x', ...MANAGED, 'start-ip': '10.0.3.255', 'end-ip': '10.0.0.1' }],
    ['a mask with holes', { name: 'x', ...MANAGED, netmask: '255.0.255.0' }],
  ])('syntax: %s', (_name, body) => refused(400, 'POST', NETWORKS, body));

  it('references: a network that is not there', () =>
    refused(404, 'PUT', `${NETWORKS}/${NOWHERE}:attach`, { instance: { id: randomUUID() } }));

  it('references: a VPC that is not there', () =>
    refused(404, 'POST', `${SCALEWAY}/private-networks`, { name: 'x', vpc_id: NOWHERE }));

  it('conflicts: an address outside of the network', () =>
    refused(400, 'PUT', `${NETWORKS}/${networkId}:attach`, { instance: { id: randomUUID() }, ip: '192.168.0.1' }));

  it('conflicts: a network that is in use', async () => {
    await client.succeed('PUT', `${NETWORKS}/${networkId}:attach`, { instance: { id: randomUUID() } });
    await refused(409, 'DELETE', `${NETWORKS}/${networkId}`);
  });

  it('quotas: one network more than allowed', async () => {
    await client.succeed('POST', NETWORKS, { name: 'the last one' });
    await refused(403, 'POST', NETWORKS, { name: 'one too many' });
  });
});
