import { randomUUID } from 'node:crypto';
import type { CreateRoute, ListRoutes, SetVpnRoutes } from '@isthmus/contracts';
import { violations } from '@isthmus/testing';
import { REGION } from '../../test/commands';
import { holdNext } from '../../test/held-fabric';
import { type NetworkApp, startNetworkApp } from '../../test/network-app';
import { PeeringCommands } from '../../test/peerings';
import { VpnRouteWorld } from '../../test/vpn-routes';
import type { FabricFault } from '../fabric/fabric-fault';
import { PrivateNetworkService } from '../private-network/private-network.service';
import { RouteReader } from '../route/route.reader';
import { RouteService } from '../route/route.service';
import { VpcService } from '../vpc/vpc.service';
import { VpnRouteService } from './vpn-route.service';

const RACES = 8;

describe('the routes of VPN connections', () => {
  let network: NetworkApp;
  let vpn: VpnRouteService;
  let commands: PeeringCommands;
  let world: VpnRouteWorld;
  let vpcId: string;
  let lan: string;
  let connectionId: string;
  let gatewayId: string;

  beforeAll(async () => {
    network = await startNetworkApp();
    vpn = network.app.get(VpnRouteService);
    commands = new PeeringCommands(network);
    world = new VpnRouteWorld(network);
  });

  beforeEach(async () => {
    vpcId = await commands.router();
    lan = (await commands.networkOf('10.0.0.0/24', vpcId)).id;
    [connectionId, gatewayId] = [randomUUID(), randomUUID()];
  });

  afterEach(async () => {
    world.fabric.faults.length = 0;
    await world.clear();
    expect([await world.inRows(), world.inFabric()]).toEqual([[], []]);
    expect(await violations(network.database)).toEqual([]);
  });

  afterAll(() => network.stop());

  const command = (destinations: string[], change: Partial<SetVpnRoutes> = {}): SetVpnRoutes => {
    const own = { connectionId, gatewayId, vpcId, localSubnets: ['10.0.0.0/16'] };
    return { ...own, nextHop: { privateNetworkId: lan, address: '10.0.0.4' }, destinations, ...change };
  };

  const set = (destinations: string[], change: Partial<SetVpnRoutes> = {}, context = network.context()) =>
    vpn.set(command(destinations, change), context);

  const custom = (destination: string, change: Partial<CreateRoute> = {}) => {
    const hop = { nextHopAttachmentId: null, nextHopPrivateNetworkId: lan };
    const route = { region: REGION, vpcId, description: '', tags: [], destination, ...hop, ...change };
    return network.app.get(RouteService).create(route, network.context());
  };

  async function expectRoutes(...told: string[]): Promise<void> {
    const expected = told.map((one) => `${vpcId} ${one}`).sort();
    expect([await world.inRows(), world.inFabric()]).toEqual([expected, expected]);
  }

  function failOnce(call: FabricFault['call']): void {
    world.fabric.faults.push({ call, times: 1, code: 'unavailable', message: 'Away.' });
  }

  it('are set as a whole, once per request, and changed in place', async () => {
    const first = network.context();
    await set(['192.168.0.0/24', '192.168.1.0/24', '192.168.0.0/24'], {}, first);
    await expectRoutes('192.168.0.0/24 10.0.0.4', '192.168.1.0/24 10.0.0.4');
    await set(['192.168.1.0/24', '192.168.2.0/24'], { nextHop: { privateNetworkId: lan, address: '10.0.0.5' } });
    const present = ['192.168.1.0/24 10.0.0.5', '192.168.2.0/24 10.0.0.5'];
    await expectRoutes(...present);
    await set(['192.168.0.0/24'], {}, first);
    await expectRoutes(...present);
    await set([]);
    await set([]);
    await expectRoutes();
  });

  it('are told to the fabric again by the repetition of a request, the ones that had gone too', async () => {
    const making = network.context();
    failOnce('ensureRoute');
    await expect(set(['192.168.0.0/24'], {}, making)).rejects.toMatchObject({ code: 'unavailable' });
    await set(['192.168.0.0/24'], {}, making);
    await expectRoutes('192.168.0.0/24 10.0.0.4');
    const changing = network.context();
    failOnce('removeRoute');
    await expect(set(['192.168.1.0/24'], {}, changing)).rejects.toMatchObject({ code: 'unavailable' });
    await set(['192.168.1.0/24'], {}, changing);
    await expectRoutes('192.168.1.0/24 10.0.0.4');
  });

  it('are as before when a set is undone, whether it ran, was cut short or comes late', async () => {
    await set(['192.168.0.0/24']);
    const cutShort = network.context();
    failOnce('removeRoute');
    await expect(set(['192.168.1.0/24'], {}, cutShort)).rejects.toMatchObject({ code: 'unavailable' });
    for (const undo of [network.context(), network.context()]) {
      await set(['192.168.0.0/24'], { buries: cutShort.requestId }, undo);
      await expectRoutes('192.168.0.0/24 10.0.0.4');
    }
    await expect(set(['192.168.1.0/24'], {}, cutShort)).rejects.toMatchObject({ code: 'interrupted' });
    const late = network.context();
    await set([], { buries: late.requestId });
    await expect(set(['192.168.2.0/24'], {}, late)).rejects.toMatchObject({ code: 'interrupted' });
    await expectRoutes();
  });

  it('are gone when the undo overtakes the set on its way to the fabric', async () => {
    const late = network.context();
    const held = holdNext(world.fabric, 'ensureRoute');
    const setting = set(['192.168.0.0/24'], {}, late);
    await held.isHeld();
    await set([], { buries: late.requestId });
    held.letGo();
    await setting;
    await expectRoutes();
  });

  it('leave nothing, whenever the undo comes', async () => {
    for (let race = 0; race < RACES; race++) {
      const late = network.context();
      await Promise.allSettled([set(['192.168.0.0/24'], {}, late), set([], { buries: late.requestId })]);
      await expectRoutes();
    }
  });

  it('may share a destination with those of the same gateway, of another one never', async () => {
    await set(['192.168.0.0/24']);
    const hop = { nextHop: { privateNetworkId: lan, address: '10.0.0.5' } };
    await set(['192.168.0.0/24'], { connectionId: randomUUID(), ...hop });
    await expectRoutes('192.168.0.0/24 10.0.0.4', '192.168.0.0/24 10.0.0.5');
    const rival = () => ({ connectionId: randomUUID(), gatewayId: randomUUID() });
    await expect(set(['192.168.0.0/24'], rival())).rejects.toMatchObject({ code: 'already-exists' });
    await set(['192.168.0.0/25'], rival());
    const race = await Promise.allSettled([1, 2, 3, 4].map(() => set(['192.168.9.0/24'], rival())));
    const refused = race.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(3);
    for (const problem of refused) expect(problem).toMatchObject({ code: 'already-exists' });
  });

  it('stand back behind custom routes to the same destination, and these behind them', async () => {
    const { resource } = await network.succeed(custom('192.168.0.0/24'));
    const taken = { code: 'already-exists', meta: { resource: 'route', resourceId: resource.id } };
    await expect(set(['192.168.1.0/24', '192.168.0.0/24'])).rejects.toMatchObject(taken);
    await expectRoutes();
    await set(['192.168.1.0/24', '192.168.0.0/25']);
    await expect(custom('192.168.1.0/24')).rejects.toMatchObject({ code: 'already-exists' });
    const move = { routeId: resource.id, region: REGION, destination: '192.168.1.0/24' };
    const moving = network.app.get(RouteService).update(move, network.context());
    await expect(moving).rejects.toMatchObject({ code: 'already-exists' });
    await set([]);
    await network.succeed(network.app.get(RouteService).update(move, network.context()));
  });

  it('race with custom routes for a destination: one of the two gets it', async () => {
    for (let race = 0; race < RACES; race++) {
      const destination = `192.168.${race}.0/24`;
      connectionId = randomUUID();
      const [made, given] = await Promise.allSettled([custom(destination), set([destination])]);
      if (made.status === 'fulfilled') await network.succeed(Promise.resolve(made.value));
      const loser = [made, given].filter(({ status }) => status === 'rejected');
      expect(loser).toMatchObject([{ reason: { code: 'already-exists' } }]);
    }
  });

  it('never replace the route of a subnet', async () => {
    await commands.networkOf('10.5.0.0/24', vpcId);
    await commands.networkOf('10.6.0.0/24', null);
    await expect(set(['192.168.0.0/24', '10.5.0.0/24'])).rejects.toMatchObject({ code: 'already-exists' });
    await set(['10.5.0.0/25', '10.6.0.0/24']);
    await expectRoutes('10.5.0.0/25 10.0.0.4', '10.6.0.0/24 10.0.0.4');
  });

  it('lie in each peered VPC of the project whose network is meant, too', async () => {
    const [reached, other] = [await commands.router(), await commands.router()];
    const [near, far] = [
      await commands.networkOf('10.7.1.0/24', reached),
      await commands.networkOf('10.7.2.0/24', other),
    ];
    for (const { id } of [near, far]) {
      const there = await commands.made(lan, id);
      await commands.made(id, lan);
      await commands.until(there, 'active');
    }
    const localSubnets = ['10.0.0.0/24', '10.7.1.0/24'];
    await set(['192.168.0.0/24'], { localSubnets });
    const expected = [vpcId, reached].map((id) => `${id} 192.168.0.0/24 10.0.0.4`).sort();
    expect([await world.inRows(), world.inFabric()]).toEqual([expected, expected]);
    const inPeer = { vpcId: reached, nextHopPrivateNetworkId: near.id };
    await expect(custom('192.168.0.0/24', inPeer)).rejects.toMatchObject({ code: 'already-exists' });
    await network.succeed(custom('192.168.1.0/24', inPeer));
    await expect(set(['192.168.1.0/24'], { localSubnets })).rejects.toMatchObject({ code: 'already-exists' });
    await expect(set(['10.7.1.0/24'], { localSubnets })).rejects.toMatchObject({ code: 'already-exists' });
    const deletion = network.app.get(VpcService).delete({ vpcId: reached, region: REGION }, network.context());
    await expect(deletion).rejects.toMatchObject({ message: expect.stringContaining(connectionId) });
    await set(['192.168.1.0/24'], { localSubnets: ['10.0.0.0/24', '10.7.2.0/23'] });
    const moved = [vpcId, other].map((id) => `${id} 192.168.1.0/24 10.0.0.4`).sort();
    expect([await world.inRows(), world.inFabric()]).toEqual([moved, moved]);
  });

  it('need a VPC that routes, and a next hop on a network that is routed', async () => {
    const off = await commands.router(undefined, false);
    const isolated = (await commands.networkOf('10.8.0.0/24', null)).id;
    const hop = (privateNetworkId: string) => ({ nextHop: { privateNetworkId, address: '10.0.0.4' } });
    const cases: [Partial<SetVpnRoutes>, string, string?][] = [
      [{ vpcId: off }, 'precondition-failed', 'vpc'],
      [{ vpcId: randomUUID() }, 'not-found', 'vpc'],
      [{ vpcId: await commands.router(randomUUID()) }, 'not-found', 'vpc'],
      [hop(isolated), 'precondition-failed', 'private-network'],
      [hop(randomUUID()), 'not-found', 'private-network'],
      [{ destinations: ['192.168.0.1/24'] }, 'invalid-argument'],
      [{ destinations: ['fd00::/64'] }, 'invalid-argument'],
      [{ localSubnets: ['all'] }, 'invalid-argument'],
    ];
    for (const [change, code, resource] of cases) {
      const refused = set(['192.168.0.0/24'], change);
      await expect(refused).rejects.toMatchObject({ code, meta: resource ? { resource } : {} });
      const dry = set(['192.168.0.0/24'], { ...change, isDryRun: true });
      await expect(dry).rejects.toMatchObject({ code });
    }
  });

  it('may lead to a network of another VPC of the project', async () => {
    const elsewhere = (await commands.networkOf('10.9.0.0/24', await commands.router())).id;
    await set(['192.168.0.0/24'], { nextHop: { privateNetworkId: elsewhere, address: '10.9.0.4' } });
    const wanted = [`${vpcId} 192.168.0.0/24 10.9.0.4`];
    expect([await world.inRows(), world.inFabric()]).toEqual([wanted, wanted]);
  });

  it('keep their VPC, and the network that they lead to, from going or moving', async () => {
    await set(['192.168.0.0/24']);
    const blocked = { code: 'precondition-failed', message: expect.stringContaining(connectionId) };
    const networks = network.app.get(PrivateNetworkService);
    const target = { privateNetworkId: lan, region: REGION };
    await expect(networks.delete(target, network.context())).rejects.toMatchObject(blocked);
    await expect(commands.setRouter(lan, null)).rejects.toMatchObject(blocked);
    const vpcs = network.app.get(VpcService);
    await expect(vpcs.delete({ vpcId, region: REGION }, network.context())).rejects.toMatchObject(blocked);
    const move = vpcs.move({ vpcId, region: REGION, toRegion: 'nl-ams' }, network.context());
    await expect(move).rejects.toMatchObject(blocked);
    const drop = (table: string, id: string) =>
      network.database.query(`DELETE FROM network.${table} WHERE id = $1`, [id]);
    await expect(drop('private_network', lan)).rejects.toMatchObject({
      constraint: 'vpn_route_next_hop_private_network',
    });
    await set([]);
    await network.succeed(networks.delete(target, network.context()));
    await vpcs.delete({ vpcId, region: REGION }, network.context());
  });

  it('are checked by a dry run without anything being written', async () => {
    await set(['192.168.0.0/24']);
    const before = await network.contents();
    await set(['192.168.1.0/24'], { isDryRun: true });
    const rival = { connectionId: randomUUID(), gatewayId: randomUUID(), isDryRun: true };
    await expect(set(['192.168.0.0/24'], rival)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await network.contents()).toEqual(before);
    await expectRoutes('192.168.0.0/24 10.0.0.4');
  });

  it('are listed among the others, by page, order and filter, and cannot be changed there', async () => {
    const reader = network.app.get(RouteReader);
    await set(['192.168.0.0/16']);
    await network.succeed(custom('172.16.0.0/12', { tags: ['a'] }));
    const list = async (query: Partial<ListRoutes>) => {
      const scope = { region: REGION, vpcId, isIpv6: false, paging: { page: 1, pageSize: 50 } };
      const { items, totalCount } = await reader.list({ ...scope, ...query }, network.context());
      return [items.map(({ route }) => `${route.type} ${route.destination}`), totalCount];
    };
    const [subnet, tunnel, own] = ['subnet 10.0.0.0/24', 'vpn 192.168.0.0/16', 'custom 172.16.0.0/12'];
    expect(await list({})).toEqual([[subnet, tunnel, own], 3]);
    expect(await list({ orderBy: 'prefix_len_asc' })).toEqual([[own, tunnel, subnet], 3]);
    expect(await list({ orderBy: 'destination_desc', paging: { page: 1, pageSize: 1 } })).toEqual([[tunnel], 3]);
    expect(await list({ paging: { page: 3, pageSize: 2 } })).toEqual([[], 3]);
    expect(await list({ contains: '192.168.7.0/24' })).toEqual([[tunnel], 1]);
    expect(await list({ nextHopPrivateNetworkId: lan })).toEqual([[subnet, tunnel, own], 3]);
    expect(await list({ nextHopType: 'attachment' })).toEqual([[], 0]);
    expect(await list({ tags: ['a'] })).toEqual([[own], 1]);
    expect(await list({ region: 'nl-ams' })).toEqual([[], 0]);
    const { items } = await reader.list({ region: REGION, vpcId, paging: { page: 1, pageSize: 9 } }, network.context());
    const listed = items.find(({ route }) => route.type === 'vpn');
    expect(listed).toMatchObject({ nextHopName: 'net', nextHopType: 'private-network' });
    const target = { region: REGION, routeId: listed?.route.id ?? '' };
    expect(await reader.get(target, network.context())).toEqual(listed?.route);
    expect(listed?.route).toMatchObject({
      isReadOnly: true,
      description: `VPN connection ${connectionId}`,
      nextHopPrivateNetworkId: lan,
      state: 'active',
    });
    const routes = network.app.get(RouteService);
    const readOnly = { code: 'precondition-failed', message: expect.stringContaining('VPN connection') };
    await expect(routes.delete(target, network.context())).rejects.toMatchObject(readOnly);
    await expect(routes.update({ ...target, tags: [] }, network.context())).rejects.toMatchObject(readOnly);
    await expect(reader.get(target, network.context(randomUUID()))).rejects.toMatchObject({ code: 'not-found' });
  });
});
