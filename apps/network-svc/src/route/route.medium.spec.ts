import { randomUUID } from 'node:crypto';
import type { CreateRoute, ListRoutes } from '@isthmus/contracts';
import type { AttachmentView, PrivateNetworkView, RouteView } from '@isthmus/model';
import { violations } from '@isthmus/testing';
import { joinedNetwork, REGION } from '../../test/commands';
import { type NetworkApp, startNetworkApp } from '../../test/network-app';
import { AttachmentService } from '../attachment/attachment.service';
import { FabricDriver } from '../fabric/fabric.driver';
import type { MemoryFabricDriver } from '../fabric/memory-fabric.driver';
import { PrivateNetworkService } from '../private-network/private-network.service';
import { VpcService } from '../vpc/vpc.service';
import { RouteReader } from './route.reader';
import { RouteService } from './route.service';

const QUOTA = 6;

describe('routes', () => {
  let network: NetworkApp;
  let routes: RouteService;
  let reader: RouteReader;
  let fabric: MemoryFabricDriver;
  let projectId: string;
  let lan: PrivateNetworkView;
  let nic: AttachmentView;

  beforeAll(async () => {
    network = await startNetworkApp({ quotas: { vpc: 100, 'private-network': 100, route: QUOTA } });
    routes = network.app.get(RouteService);
    reader = network.app.get(RouteReader);
    fabric = network.app.get(FabricDriver);
  });

  beforeEach(async () => {
    projectId = randomUUID();
    lan = await makeNetwork('10.0.0.0/24', 'lan');
    nic = await attach(lan);
  });

  afterEach(async () => {
    network.probe.disarm();
    expect(await violations(network.database)).toEqual([]);
  });

  afterAll(() => network.stop());

  const context = () => network.context(projectId);

  async function makeNetwork(cidr: string, name: string, vpcId: string | null = null): Promise<PrivateNetworkView> {
    const command = joinedNetwork({ name, vpcId, addressing: { kind: 'subnets', cidrs: [cidr] } });
    return (await network.succeed(network.app.get(PrivateNetworkService).create(command, context()))).resource;
  }

  async function attach({ id }: PrivateNetworkView): Promise<AttachmentView> {
    const place = {
      region: REGION,
      privateNetworkId: id,
      instanceId: randomUUID(),
      instanceZone: 'fr-par-1',
      tags: [],
    };
    return (await network.succeed(network.app.get(AttachmentService).create(place, context()))).resource;
  }

  function command(change: Partial<CreateRoute> = {}): CreateRoute {
    const route = { region: REGION, vpcId: lan.vpcId, description: '', tags: [], destination: '192.168.0.0/16' };
    return { ...route, nextHopAttachmentId: nic.id, nextHopPrivateNetworkId: null, ...change };
  }

  const make = async (change: Partial<CreateRoute> = {}): Promise<RouteView> =>
    (await network.succeed(routes.create(command(change), context()))).resource;

  it('lead to the address of a NIC in their own family, or into a network', async () => {
    const [v4, v6, wide] = [
      await make(),
      await make({ destination: 'fd12::/48' }),
      await make({ destination: '0.0.0.0/0', nextHopAttachmentId: null, nextHopPrivateNetworkId: lan.id }),
    ];
    const known = { routerId: lan.vpcId, networkId: lan.id };
    expect(fabric.routes.get(v4.id)).toMatchObject({ ...known, destination: '192.168.0.0/16', nextHop: '10.0.0.2' });
    expect(fabric.routes.get(v6.id)).toMatchObject({ ...known, nextHop: expect.stringMatching(/^fd/) });
    expect(fabric.routes.get(wide.id)).toMatchObject({ ...known, nextHop: null });
    expect(v4).toMatchObject({ description: 'Custom route', type: 'custom', isReadOnly: false });
  });

  it('refuse a next hop that is missing, unknown, foreign, isolated or elsewhere', async () => {
    const other = await makeNetwork('10.1.0.0/24', 'other');
    const vpcs = network.app.get(VpcService);
    const vpc = await vpcs.create({ region: REGION, name: 'far', tags: [], isRoutingEnabled: true }, context());
    const far = await makeNetwork('10.2.0.0/24', 'far', vpc.id);
    for (const change of [
      { nextHopAttachmentId: null },
      { nextHopAttachmentId: randomUUID() },
      { nextHopPrivateNetworkId: other.id },
      { nextHopAttachmentId: null, nextHopPrivateNetworkId: far.id },
      { nextHopAttachmentId: null, nextHopPrivateNetworkId: randomUUID() },
      { vpcId: vpc.id },
      { destination: '192.168.0.1/16' },
    ]) {
      const refused = routes.create(command(change), context());
      await expect(refused).rejects.toMatchObject({ code: 'invalid-argument' });
    }
    const theirs = routes.create(command({ vpcId: randomUUID() }), context());
    await expect(theirs).rejects.toMatchObject({ code: 'not-found', meta: { resource: 'vpc' } });
    const foreign = routes.create(command(), network.context(randomUUID()));
    await expect(foreign).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('refuse a VPC that does not route', async () => {
    const vpcs = network.app.get(VpcService);
    const vpc = await vpcs.create({ region: REGION, name: 'off', tags: [], isRoutingEnabled: false }, context());
    const off = await makeNetwork('10.3.0.0/24', 'off', vpc.id);
    const change = { vpcId: vpc.id, nextHopAttachmentId: null, nextHopPrivateNetworkId: off.id };
    const refused = routes.create(command(change), context());
    await expect(refused).rejects.toMatchObject({ code: 'precondition-failed', meta: { resource: 'vpc' } });
  });

  it('are one per destination, of several at once too, and never in place of a subnet', async () => {
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => make()));
    const refused = all.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(4);
    for (const problem of refused) expect(problem).toMatchObject({ code: 'already-exists' });
    const subnet = routes.create(command({ destination: '10.0.0.0/24' }), context());
    await expect(subnet).rejects.toMatchObject({ code: 'already-exists', meta: { resource: 'route' } });
    await make({ destination: '10.0.0.128/25' });
  });

  it('are at most as many as the quota says, however many are made at once', async () => {
    const destinations = Array.from({ length: QUOTA + 3 }, (_, index) => `192.168.${index}.0/24`);
    const all = await Promise.allSettled(destinations.map((destination) => make({ destination })));
    const refused = all.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(3);
    for (const problem of refused) expect(problem).toMatchObject({ code: 'quota-exceeded' });
  });

  it('keep what they lead to from going or moving', async () => {
    const { id } = await make({ nextHopPrivateNetworkId: lan.id });
    const blocked = { code: 'precondition-failed', message: expect.stringContaining(id) };
    const attachments = network.app.get(AttachmentService);
    await expect(attachments.delete({ attachmentId: nic.id }, context())).rejects.toMatchObject(blocked);
    const { privateNetworkId, instanceId } = nic;
    const move = attachments.updateIp({ region: REGION, privateNetworkId, instanceId }, context());
    await expect(move).rejects.toMatchObject(blocked);
    const networks = network.app.get(PrivateNetworkService);
    const target = { region: REGION, privateNetworkId: lan.id };
    await expect(networks.delete(target, context())).rejects.toMatchObject(blocked);
    const drop = (table: string, key: string) =>
      network.database.query(`DELETE FROM network.${table} WHERE id = $1`, [key]);
    await expect(drop('attachment', nic.id)).rejects.toMatchObject({ constraint: 'route_next_hop_attachment' });
    await network.succeed(routes.delete({ routeId: id, region: REGION }, context()));
    await network.succeed(attachments.delete({ attachmentId: nic.id }, context()));
    await network.succeed(networks.delete(target, context()));
  });

  it('change, and the fabric follows', async () => {
    const { id } = await make();
    const taken = await make({ destination: '192.168.9.0/24' });
    const target = { routeId: id, region: REGION };
    const update = { ...target, destination: '192.168.8.0/24', nextHopPrivateNetworkId: lan.id, tags: ['a'] };
    await network.succeed(routes.update(update, context()));
    expect(fabric.routes.get(id)).toMatchObject({ destination: '192.168.8.0/24', nextHop: '10.0.0.2' });
    const clash = routes.update({ ...target, destination: taken.destination }, context());
    await expect(clash).rejects.toMatchObject({ code: 'already-exists' });
    const nowhere = { ...target, nextHopAttachmentId: null, nextHopPrivateNetworkId: null };
    await expect(routes.update(nowhere, context())).rejects.toMatchObject({ code: 'invalid-argument' });
    await network.succeed(routes.update({ ...target, nextHopAttachmentId: null }, context()));
    expect(fabric.routes.get(id)).toMatchObject({ destination: '192.168.8.0/24', nextHop: null });
    await network.succeed(routes.delete(target, context()));
    expect(fabric.routes.has(id)).toBe(false);
    await expect(reader.get(target, context())).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are listed with those of subnets, by page, order and every filter', async () => {
    await make({ tags: ['a', 'b'] });
    await make({ destination: '192.168.1.0/24', nextHopAttachmentId: null, nextHopPrivateNetworkId: lan.id });
    const list = async (query: Partial<ListRoutes>) => {
      const paging = { page: 1, pageSize: 50 };
      const { items, totalCount } = await reader.list({ region: REGION, paging, isIpv6: false, ...query }, context());
      return [items.map(({ route }) => route.destination).join(' '), totalCount];
    };
    const [wide, narrow, subnet] = ['192.168.0.0/16', '192.168.1.0/24', '10.0.0.0/24'];
    expect(await list({})).toEqual([`${subnet} ${wide} ${narrow}`, 3]);
    expect(await list({ orderBy: 'destination_desc' })).toEqual([`${narrow} ${wide} ${subnet}`, 3]);
    expect(await list({ orderBy: 'prefix_len_asc', paging: { page: 2, pageSize: 2 } })).toEqual([narrow, 3]);
    expect(await list({ paging: { page: 5, pageSize: 2 } })).toEqual(['', 3]);
    expect(await list({ contains: '192.168.1.7', orderBy: 'prefix_len_desc' })).toEqual([`${narrow} ${wide}`, 2]);
    expect(await list({ contains: '10.0.0.64/26' })).toEqual([subnet, 1]);
    expect(await list({ tags: ['b'] })).toEqual([wide, 1]);
    expect(await list({ nextHopAttachmentId: nic.id })).toEqual([wide, 1]);
    expect(await list({ nextHopPrivateNetworkId: lan.id })).toEqual([`${subnet} ${narrow}`, 2]);
    expect(await list({ nextHopType: 'attachment' })).toEqual([wide, 1]);
    expect(await list({ vpcId: randomUUID() })).toEqual(['', 0]);
    expect((await list({ isIpv6: true }))[1]).toBe(1);
    await expect(list({ contains: 'ten' })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('say where they lead; those of subnets cannot be changed', async () => {
    const custom = await make();
    const { items } = await reader.list({ region: REGION, paging: { page: 1, pageSize: 9 }, isIpv6: false }, context());
    const instanceName = `instance-${nic.instanceId.slice(0, 8)}`;
    expect(items.find(({ route }) => route.id === custom.id)).toMatchObject({
      nextHopIp: '10.0.0.2',
      nextHopName: instanceName,
      nextHopType: 'attachment',
    });
    const own = items.find(({ route }) => route.type === 'subnet');
    expect(own).toMatchObject({ nextHopIp: null, nextHopName: 'lan', route: { isReadOnly: true, tags: [] } });
    const target = { region: REGION, routeId: own?.route.id ?? '' };
    expect(await reader.get(target, context())).toEqual(own?.route);
    await expect(routes.delete(target, context())).rejects.toMatchObject({ code: 'precondition-failed' });
    await expect(reader.get(target, network.context(randomUUID()))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are told by a dry run without anything being written', async () => {
    const before = await network.contents();
    const told = await routes.create(command({ isDryRun: true }), context());
    expect(told).toMatchObject({ resource: { destination: '192.168.0.0/16' }, operation: { kind: 'route.create' } });
    expect(await network.contents()).toEqual(before);
  });
});
