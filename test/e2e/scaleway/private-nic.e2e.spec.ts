import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '@isthmus/testing';
import { Errors, InstanceApi, type Instancev1, scalewayClient, VpcApi, type Vpcv2 } from '../../fixtures/scaleway/sdk';

describe('Scaleway private NICs, by the official SDK', () => {
  let stack: Stack;
  let vpc: Vpcv2.API;
  let instances: Instancev1.API;
  let privateNetworkId: string;

  beforeAll(async () => {
    stack = await startStack();
    const client = scalewayClient(stack.url, stack.credentials);
    vpc = new VpcApi(client);
    instances = new InstanceApi(client);
    privateNetworkId = (await vpc.createPrivateNetwork({ name: 'pn', defaultRoutePropagationEnabled: false })).id;
  });
  afterAll(() => stack.stop());

  const create = async (serverId: string, request: Partial<Instancev1.CreatePrivateNICRequest> = {}) =>
    (await instances.createPrivateNIC({ serverId, privateNetworkId, ...request })).privateNic as Instancev1.PrivateNIC;

  it('plugs a server in', async () => {
    const serverId = randomUUID();
    const nic = await create(serverId, { tags: ['t'] });
    expect(nic).toMatchObject({ serverId, privateNetworkId, zone: 'fr-par-1', tags: ['t'], state: 'available' });
    expect(nic.macAddress).toMatch(/^02:00:00(:[0-9a-f]{2}){3}$/);
    expect(nic.creationDate).toBeInstanceOf(Date);
    expect((await instances.getPrivateNIC({ serverId, privateNicId: nic.id })).privateNic).toEqual(nic);
  });

  it('lists all pages with their total', async () => {
    const serverId = randomUUID();
    const networks = [privateNetworkId];
    for (const name of ['b', 'c']) {
      networks.push((await vpc.createPrivateNetwork({ name, defaultRoutePropagationEnabled: false })).id);
    }
    for (const id of networks) await create(serverId, { privateNetworkId: id, tags: [id] });
    const page = await instances.listPrivateNICs({ serverId, perPage: 2 });
    expect([page.totalCount, page.privateNics.length]).toEqual([3, 2]);
    const all = await instances.listPrivateNICs({ serverId, perPage: 2 }).all();
    expect(all.map((nic) => nic.privateNetworkId)).toEqual(networks);
    const tagged = await instances.listPrivateNICs({ serverId, tags: [privateNetworkId] });
    expect(tagged.privateNics).toHaveLength(1);
  });

  it('changes tags and unplugs', async () => {
    const serverId = randomUUID();
    const { id: privateNicId } = await create(serverId);
    await instances.updatePrivateNIC({ serverId, privateNicId, tags: ['new'] });
    expect((await instances.getPrivateNIC({ serverId, privateNicId })).privateNic?.tags).toEqual(['new']);
    await instances.deletePrivateNIC({ serverId, privateNicId });
    await expect(instances.getPrivateNIC({ serverId, privateNicId })).rejects.toMatchObject({
      name: 'ResourceNotFoundError',
      resource: 'instance_private_nic',
      resourceId: privateNicId,
    });
  });

  it('keeps a network with a NIC from being deleted', async () => {
    const { id } = await vpc.createPrivateNetwork({ name: 'busy', defaultRoutePropagationEnabled: false });
    const serverId = randomUUID();
    const nic = await create(serverId, { privateNetworkId: id });
    await expect(vpc.deletePrivateNetwork({ privateNetworkId: id })).rejects.toThrow(Errors.PreconditionFailedError);
    await instances.deletePrivateNIC({ serverId, privateNicId: nic.id });
    await vpc.deletePrivateNetwork({ privateNetworkId: id });
  });

  it('lets a server be on eight networks', async () => {
    const serverId = randomUUID();
    const networks = await Promise.all(
      Array.from({ length: 9 }, () => vpc.createPrivateNetwork({ defaultRoutePropagationEnabled: false })),
    );
    for (const { id } of networks.slice(1)) await create(serverId, { privateNetworkId: id });
    await expect(create(serverId, { privateNetworkId: networks[0]?.id })).rejects.toThrow(Errors.QuotasExceededError);
  });

  it('throws the typed errors of the SDK', async () => {
    const serverId = randomUUID();
    await expect(create(serverId, { privateNetworkId: 'x' })).rejects.toMatchObject({
      name: 'InvalidArgumentsError',
      details: [{ argumentName: 'private_network_id' }],
    });
    await expect(create(serverId, { privateNetworkId: randomUUID() })).rejects.toMatchObject({
      name: 'ResourceNotFoundError',
    });
    const elsewhere = create(serverId, { zone: 'nl-ams-1' });
    await expect(elsewhere).rejects.toMatchObject({ status: 404 });
  });
});
