import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '@isthmus/testing';
import {
  Errors,
  InstanceApi,
  type Instancev1,
  IpamApi,
  type Ipamv1,
  scalewayClient,
  VpcApi,
  type Vpcv2,
} from '../../fixtures/scaleway/sdk';

const MAC = 'bc:24:11:74:d0:5a';
const OTHER_MAC = 'bc:24:11:74:d0:5b';

describe('Scaleway IPAM, by the official SDK', () => {
  let stack: Stack;
  let vpc: Vpcv2.API;
  let ipam: Ipamv1.API;
  let instances: Instancev1.API;
  let network: Vpcv2.PrivateNetwork;

  beforeAll(async () => {
    stack = await startStack();
    const client = scalewayClient(stack.url, stack.credentials);
    vpc = new VpcApi(client);
    ipam = new IpamApi(client);
    instances = new InstanceApi(client);
    network = await vpc.createPrivateNetwork({
      name: 'pn',
      subnets: ['10.50.0.0/24'],
      defaultRoutePropagationEnabled: false,
    });
  });
  afterAll(() => stack.stop());

  const book = (request: Partial<Ipamv1.BookIPRequest> = {}) =>
    ipam.bookIP({ source: { privateNetworkId: network.id }, isIpv6: false, ...request });
  const subnetId = (family: 4 | 6): string | undefined => network.subnets[family === 4 ? 0 : 1]?.id;

  it('books, tags, and releases', async () => {
    const ip = await book({ tags: ['a'] });
    expect(ip).toMatchObject({
      address: expect.stringMatching(/^10\.50\.0\.\d+\/24$/),
      isIpv6: false,
      projectId: stack.credentials.projectId,
      region: 'fr-par',
      zone: null,
      source: { subnetId: subnetId(4) },
      resource: undefined,
      tags: ['a'],
      reverses: [],
    });
    expect(await ipam.getIP({ ipId: ip.id })).toEqual(ip);
    const changed = await ipam.updateIP({ ipId: ip.id, tags: [], reverses: [{ hostname: 'db.example.com' }] });
    expect(changed).toMatchObject({ tags: [], reverses: [{ hostname: 'db.example.com', address: null }] });
    expect(await ipam.updateIP({ ipId: ip.id })).toEqual(changed);
    await ipam.releaseIP({ ipId: ip.id });
    await expect(ipam.getIP({ ipId: ip.id })).rejects.toMatchObject({
      name: 'ResourceNotFoundError',
      resource: 'ip',
      resourceId: ip.id,
    });
  });

  it('books from every private source, of both families, and given addresses', async () => {
    const six = await book({ isIpv6: true });
    expect(six).toMatchObject({ isIpv6: true, source: { subnetId: subnetId(6) } });
    expect(six.address).toMatch(/^fd.*\/64$/);
    expect(await book({ address: '10.50.0.77' })).toMatchObject({ address: '10.50.0.77/24' });
    const bySubnet = await book({ source: { subnetId: subnetId(4) as string } });
    expect(bySubnet.source).toMatchObject({ subnetId: subnetId(4) });
    expect((await book({ source: { vpcId: network.vpcId } })).address).toMatch(/\/\d+$/);
  });

  it('attaches, moves and detaches machines of the user', async () => {
    const ip = await book({ resource: { macAddress: MAC, name: 'vm' } });
    const resource = { type: 'custom', id: ip.id, macAddress: MAC.toUpperCase(), name: 'vm' };
    expect(ip.resource).toEqual(resource);
    const { id: ipId } = ip;
    const busy = ipam.attachIP({ ipId, resource: { macAddress: OTHER_MAC } });
    await expect(busy).rejects.toMatchObject({ status: 409, name: 'AlreadyExistsError' });
    await expect(ipam.releaseIP({ ipId })).rejects.toThrow(Errors.PreconditionFailedError);
    const wrong = ipam.detachIP({ ipId, resource: { macAddress: OTHER_MAC } });
    await expect(wrong).rejects.toThrow(Errors.PreconditionFailedError);
    const moved = await ipam.moveIP({
      ipId,
      fromResource: { macAddress: MAC },
      toResource: { macAddress: OTHER_MAC },
    });
    expect(moved.resource).toEqual({ ...resource, macAddress: OTHER_MAC.toUpperCase(), name: null });
    const without = await ipam.moveIP({ ipId, fromResource: { macAddress: OTHER_MAC.toUpperCase() } });
    expect(without.resource).toBeUndefined();
    expect((await ipam.attachIP({ ipId, resource: { macAddress: MAC } })).resource?.id).toBe(ipId);
    expect((await ipam.detachIP({ ipId, resource: { macAddress: MAC } })).resource).toBeUndefined();
    await ipam.releaseIP({ ipId });
  });

  it('leaves the addresses of NICs to their NICs', async () => {
    const serverId = randomUUID();
    const booked = await book();
    const { privateNic } = await instances.createPrivateNIC({
      serverId,
      privateNetworkId: network.id,
      ipamIpIds: [booked.id],
    });
    const nicId = privateNic?.id as string;
    const held = await ipam.listIPs({ resourceId: nicId, resourceType: 'instance_private_nic' }).all();
    expect(held.map(({ id }) => id)).toEqual([booked.id]);
    expect(held[0]?.resource).toMatchObject({ macAddress: privateNic?.macAddress.toUpperCase() });
    const detach = ipam.detachIP({ ipId: booked.id, resource: { macAddress: privateNic?.macAddress as string } });
    await expect(detach).rejects.toMatchObject({
      name: 'PermissionsDeniedError',
      list: [{ action: 'write', resource: 'ip' }],
    });
    await expect(ipam.releaseIP({ ipId: booked.id })).rejects.toMatchObject({ status: 412 });
    await instances.deletePrivateNIC({ serverId, privateNicId: nicId });
    expect((await ipam.getIP({ ipId: booked.id })).resource).toBeUndefined();
    await ipam.releaseIP({ ipId: booked.id });
  });

  it('releases sets whole or not at all', async () => {
    const free = await book();
    const held = await book({ resource: { macAddress: MAC } });
    await expect(ipam.releaseIPSet({ ipIds: [free.id, held.id] })).rejects.toMatchObject({ status: 412 });
    expect(await ipam.getIP({ ipId: free.id })).toEqual(free);
    await ipam.detachIP({ ipId: held.id, resource: { macAddress: MAC } });
    await ipam.releaseIPSet({ ipIds: [free.id, held.id] });
    await expect(ipam.releaseIPSet({ ipIds: [free.id] })).rejects.toThrow(Errors.ResourceNotFoundError);
    await ipam.releaseIPSet({ ipIds: [] });
  });

  describe('lists', () => {
    const ids: Record<string, string> = {};
    let other: Vpcv2.PrivateNetwork;

    beforeAll(async () => {
      const { id: vpcId } = await vpc.createVPC({ name: 'listing', enableRouting: true });
      other = await vpc.createPrivateNetwork({
        vpcId,
        subnets: ['10.60.0.0/24'],
        defaultRoutePropagationEnabled: false,
      });
      const source = { privateNetworkId: other.id };
      ids.plain = (await book({ source, tags: ['x'], address: '10.60.0.9' })).id;
      ids.vm = (await book({ source, tags: ['y'], resource: { macAddress: MAC, name: 'web-1' } })).id;
      ids.six = (await book({ source, isIpv6: true })).id;
    });

    const named = async (request: Ipamv1.ListIPsRequest): Promise<string[]> => {
      const found = await ipam.listIPs({ orderBy: 'created_at_asc', pageSize: 2, ...request }).all();
      return found.map((ip) => Object.keys(ids).find((name) => ids[name] === ip.id) ?? ip.id);
    };

    it.each<[string, () => Ipamv1.ListIPsRequest, string[]]>([
      ['the network', () => ({ privateNetworkId: other.id }), ['plain', 'vm', 'six']],
      ['the subnet', () => ({ subnetId: other.subnets[0]?.id }), ['plain', 'vm']],
      ['the VPC', () => ({ vpcId: other.vpcId }), ['plain', 'vm', 'six']],
      ['the source VPC', () => ({ sourceVpcId: other.vpcId }), ['plain', 'vm', 'six']],
      ['any type', () => ({ vpcId: other.vpcId, resourceType: 'unknown_type' }), ['plain', 'vm', 'six']],
      ['a type', () => ({ vpcId: other.vpcId, resourceType: 'custom' }), ['vm']],
      ['types', () => ({ vpcId: other.vpcId, resourceTypes: ['custom', 'unknown_type'] }), ['vm']],
      ['a resource', () => ({ resourceId: ids.vm }), ['vm']],
      ['resources', () => ({ resourceIds: [ids.vm as string, randomUUID()] }), ['vm']],
      ["part of the resource's name", () => ({ vpcId: other.vpcId, resourceName: 'eb-' }), ['vm']],
      ['a MAC address', () => ({ vpcId: other.vpcId, macAddress: MAC.toUpperCase() }), ['vm']],
      ['attached ones', () => ({ vpcId: other.vpcId, attached: true }), ['vm']],
      ['free ones', () => ({ vpcId: other.vpcId, attached: false }), ['plain', 'six']],
      ['any of the tags', () => ({ vpcId: other.vpcId, tags: ['x', 'y'] }), ['plain', 'vm']],
      ['the family', () => ({ vpcId: other.vpcId, isIpv6: true }), ['six']],
      ['ids', () => ({ ipIds: [ids.plain as string, ids.six as string] }), ['plain', 'six']],
      ['another project', () => ({ projectId: randomUUID() }), []],
      ['another organization', () => ({ organizationId: randomUUID() }), []],
      ['a zone', () => ({ zonal: 'fr-par-2' }), []],
      ['another region', () => ({ region: 'nl-ams' }), []],
    ])('by %s', async (_filter, request, expected) => {
      expect(await named(request())).toEqual(expected);
    });

    it.each<[Ipamv1.ListIPsRequestOrderBy, string[]]>([
      ['created_at_desc', ['six', 'vm', 'plain']],
      ['updated_at_asc', ['plain', 'vm', 'six']],
      ['ip_address_asc', ['vm', 'plain', 'six']],
      ['ip_address_desc', ['six', 'plain', 'vm']],
    ])('in the order %s', async (orderBy, expected) => {
      expect(await named({ vpcId: other.vpcId, orderBy })).toEqual(expected);
    });

    it.each<Ipamv1.ListIPsRequestOrderBy>([
      'attached_at_asc',
      'attached_at_desc',
      'mac_address_asc',
      'mac_address_desc',
    ])('in the order %s with what has none at the end', async (orderBy) => {
      expect((await named({ vpcId: other.vpcId, orderBy }))[0]).toBe('vm');
    });
  });

  it('throws the typed errors of the SDK', async () => {
    const taken = await book();
    const address = taken.address.split('/')[0] as string;
    await expect(book({ address })).rejects.toMatchObject({ name: 'AlreadyExistsError', resourceId: taken.id });
    await expect(book({ address: '10.99.0.1' })).rejects.toMatchObject({
      name: 'InvalidArgumentsError',
      details: [{ argumentName: 'address' }],
    });
    await expect(book({ address: `${address}/24` })).rejects.toMatchObject({
      details: [{ argumentName: 'address', reason: 'format' }],
    });
    await expect(book({ isIpv6: true, address: '10.50.0.99' })).rejects.toMatchObject({
      details: [{ argumentName: 'address' }],
    });
    const nowhere = randomUUID();
    await expect(book({ source: { privateNetworkId: nowhere } })).rejects.toMatchObject({
      name: 'ResourceNotFoundError',
      resource: 'private_network',
      resourceId: nowhere,
    });
    await expect(book({ projectId: nowhere })).rejects.toMatchObject({ resource: 'project', resourceId: nowhere });
    await expect(book({ resource: { macAddress: 'x' } })).rejects.toMatchObject({
      details: [{ argumentName: 'resource.mac_address', reason: 'format' }],
    });
    await expect(ipam.listIPs({ resourceName: 'x' })).rejects.toMatchObject({
      details: [{ argumentName: 'resource_name', reason: 'constraint' }],
    });
    const { id: tiny } = await vpc.createPrivateNetwork({
      subnets: ['10.70.0.0/29'],
      defaultRoutePropagationEnabled: false,
    });
    for (let count = 0; count < 5; count += 1) await book({ source: { privateNetworkId: tiny } });
    await expect(book({ source: { privateNetworkId: tiny } })).rejects.toMatchObject({
      name: 'OutOfStockError',
      body: { capacity: { free: '0' } },
    });
  });
});
