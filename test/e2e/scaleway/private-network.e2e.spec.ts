import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '@isthmus/testing';
import { Errors, scalewayClient, VpcApi, type Vpcv2 } from '../../fixtures/scaleway/sdk';

describe('Scaleway private networks, by the official SDK', () => {
  let stack: Stack;
  let vpc: Vpcv2.API;

  beforeAll(async () => {
    stack = await startStack();
    vpc = new VpcApi(scalewayClient(stack.url, stack.credentials));
  });
  afterAll(() => stack.stop());

  const create = (request: Partial<Vpcv2.CreatePrivateNetworkRequest> = {}) =>
    vpc.createPrivateNetwork({ name: 'pn', defaultRoutePropagationEnabled: false, ...request });

  it('creates one with an IPv4 /22, an IPv6 /64 and DHCP', async () => {
    const network = await create({ tags: ['a', 'b'] });
    expect(network).toMatchObject({
      name: 'pn',
      region: 'fr-par',
      projectId: stack.credentials.projectId,
      tags: ['a', 'b'],
      dhcpEnabled: true,
      defaultRoutePropagationEnabled: false,
    });
    expect(network.createdAt).toBeInstanceOf(Date);
    expect(network.subnets.map(({ subnet }) => subnet)).toEqual([
      expect.stringMatching(/^172\.(1[6-9]|2\d|3[01])\.\d+\.0\/22$/),
      expect.stringMatching(/^fd[0-9a-f:]+::\/64$/),
    ]);
    expect(await vpc.getPrivateNetwork({ privateNetworkId: network.id })).toEqual(network);
  });

  it('takes given subnets and adds IPv6', async () => {
    const { subnets } = await create({ subnets: ['10.11.0.0/24'] });
    expect(subnets.map(({ subnet }) => subnet)).toEqual(['10.11.0.0/24', expect.stringContaining('::/64')]);
  });

  it('puts networks without a VPC into one default VPC, where they never overlap', async () => {
    const networks = await Promise.all([create(), create(), create()]);
    expect(new Set(networks.map(({ vpcId }) => vpcId)).size).toBe(1);
    expect(new Set(networks.flatMap(({ subnets }) => subnets.map(({ subnet }) => subnet))).size).toBe(6);
  });

  it('updates, enables DHCP and deletes', async () => {
    const { id: privateNetworkId } = await create({ tags: ['old'] });
    const updated = await vpc.updatePrivateNetwork({
      privateNetworkId,
      name: 'new',
      defaultRoutePropagationEnabled: true,
    });
    expect(updated).toMatchObject({ name: 'new', tags: ['old'], defaultRoutePropagationEnabled: true });
    expect(await vpc.enableDHCP({ privateNetworkId })).toMatchObject({ id: privateNetworkId, dhcpEnabled: true });
    await vpc.deletePrivateNetwork({ privateNetworkId });
    await expect(vpc.getPrivateNetwork({ privateNetworkId })).rejects.toThrow(Errors.ResourceNotFoundError);
  });

  it('lists with filters, orders and pages', async () => {
    const tag = randomUUID();
    const names = ['c-list', 'a-list', 'b-list'];
    for (const name of names) await create({ name, tags: [tag, name] });
    const namesOf = async (request: Vpcv2.ListPrivateNetworksRequest): Promise<string[]> =>
      (await vpc.listPrivateNetworks({ tags: [tag], ...request }).all()).map(({ name }) => name);
    expect(await namesOf({})).toEqual(names);
    expect(await namesOf({ orderBy: 'created_at_desc' })).toEqual([...names].reverse());
    expect(await namesOf({ orderBy: 'name_asc' })).toEqual(['a-list', 'b-list', 'c-list']);
    expect(await namesOf({ pageSize: 1 })).toEqual(names);
    expect(await namesOf({ name: 'b-li' })).toEqual(['b-list']);
    expect(await namesOf({ tags: [tag, 'a-list'] })).toEqual(['a-list']);
    expect(await namesOf({ dhcpEnabled: false })).toEqual([]);
    expect(await namesOf({ region: 'nl-ams' })).toEqual([]);
    const page = await vpc.listPrivateNetworks({ tags: [tag], page: 2, pageSize: 2 });
    expect([page.totalCount, page.privateNetworks.length]).toEqual([3, 1]);
  });

  it('throws the typed errors of the SDK', async () => {
    const privateNetworkId = randomUUID();
    const missing = vpc.getPrivateNetwork({ privateNetworkId });
    await expect(missing).rejects.toMatchObject({
      status: 404,
      resource: 'private_network',
      resourceId: privateNetworkId,
    });
    await expect(create({ projectId: randomUUID() })).rejects.toMatchObject({
      name: 'ResourceNotFoundError',
      resource: 'project',
    });
    await expect(create({ vpcId: randomUUID() })).rejects.toMatchObject({
      name: 'ResourceNotFoundError',
      resource: 'vpc',
    });
    await expect(create({ subnets: ['10.0.0.1/24'] })).rejects.toMatchObject({
      name: 'InvalidArgumentsError',
      details: [{ argumentName: 'subnets' }],
    });
    await expect(create({ subnets: ['10.11.0.128/25'] })).rejects.toMatchObject({ status: 409 });
    await expect(create({ region: 'xx-xxx' })).rejects.toMatchObject({
      name: 'ResourceNotFoundError',
      resource: 'region',
    });
    const stranger = scalewayClient(stack.url, { accessKey: 'SCWXXXXXXXXXXXXXXXXX', secretKey: randomUUID() });
    await expect(new VpcApi(stranger).listPrivateNetworks()).rejects.toMatchObject({
      name: 'DeniedAuthenticationError',
      reason: 'not_found',
    });
  });
});
