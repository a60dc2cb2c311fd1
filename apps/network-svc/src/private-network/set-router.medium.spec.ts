import { randomUUID } from 'node:crypto';
import { until, violations } from '@isthmus/testing';
import { REGION } from '../../test/commands';
import { type NetworkApp, startNetworkApp } from '../../test/network-app';
import { PeeringCommands } from '../../test/peerings';
import { FabricDriver } from '../fabric/fabric.driver';
import type { MemoryFabricDriver } from '../fabric/memory-fabric.driver';
import { RouteService } from '../route/route.service';
import { VpcService } from '../vpc/vpc.service';

describe('the router of a network', () => {
  let network: NetworkApp;
  let commands: PeeringCommands;
  let fabric: MemoryFabricDriver;

  beforeAll(async () => {
    network = await startNetworkApp();
    commands = new PeeringCommands(network);
    fabric = network.app.get(FabricDriver);
  });

  afterEach(async () => expect(await violations(network.database)).toEqual([]));

  afterAll(() => network.stop());

  const subnets = (id: string) =>
    network.database.query('SELECT DISTINCT vpc_id, is_joined FROM ipam.subnet WHERE private_network_id = $1', [id]);

  it('is attached, changed and detached, and the subnets go along', async () => {
    const { id } = await commands.networkOf('10.0.0.0/24', null);
    for (const vpcId of [await commands.router(), await commands.router()]) {
      const { resource } = await network.succeed(commands.setRouter(id, vpcId));
      expect(resource).toMatchObject({ vpcId, connectivity: 'joined', state: 'updating' });
      expect(fabric.networks.get(id)?.routerId).toBe(vpcId);
      expect(await subnets(id)).toEqual([{ vpc_id: vpcId, is_joined: true }]);
    }
    const { resource } = await network.succeed(commands.setRouter(id, null));
    expect(resource).toMatchObject({ connectivity: 'isolated' });
    expect(fabric.networks.get(id)?.routerId).toBeNull();
    expect(await subnets(id)).toEqual([{ vpc_id: resource.vpcId, is_joined: false }]);
  });

  it('is refused where the subnets overlap, and where there is none', async () => {
    const vpcId = await commands.router();
    await commands.networkOf('10.1.0.0/16', vpcId);
    const { id } = await commands.networkOf('10.1.2.0/24', null);
    await expect(commands.setRouter(id, vpcId)).rejects.toMatchObject({ code: 'conflict' });
    await expect(commands.setRouter(id, randomUUID())).rejects.toMatchObject({ meta: { resource: 'vpc' } });
    await expect(commands.setRouter(id, await commands.router(randomUUID()))).rejects.toMatchObject({
      meta: { resource: 'vpc' },
    });
    await expect(commands.setRouter(randomUUID(), vpcId)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is attached to one of two networks that overlap and race for it', async () => {
    const vpcId = await commands.router();
    const rivals = [await commands.networkOf('10.2.0.0/24', null), await commands.networkOf('10.2.0.0/24', null)];
    let start: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (start = resolve));
    network.probe.arm('before', 'do', 'rehome-subnets', 2, () => started);
    const moves = await Promise.all(rivals.map(({ id }) => commands.setRouter(id, vpcId)));
    start();
    const ended = await Promise.all(moves.map(({ operation }) => network.ended(operation.id)));
    expect(ended.map(({ state }) => state).sort()).toEqual(['failure', 'success']);
    const joined = await network.database.query(
      `SELECT id FROM network.private_network WHERE vpc_id = $1 AND connectivity = 'joined' AND former_vpc_id IS NULL`,
      [vpcId],
    );
    expect(joined).toHaveLength(1);
  });

  it('is not taken away while routes lead to the network, nor its VPC while it is left', async () => {
    const vpcId = await commands.router();
    const { id } = await commands.networkOf('10.3.0.0/24', vpcId);
    const hop = { nextHopAttachmentId: null, nextHopPrivateNetworkId: id };
    const route = { region: REGION, vpcId, description: '', tags: [], destination: '192.168.0.0/24', ...hop };
    const { resource } = await network.succeed(network.app.get(RouteService).create(route, network.context()));
    await expect(commands.setRouter(id, null)).rejects.toMatchObject({
      meta: { precondition: 'network_is_no_next_hop' },
    });
    const removal = network.app.get(RouteService).delete({ routeId: resource.id, region: REGION }, network.context());
    await network.succeed(removal);
    let goOn: () => void = () => undefined;
    network.probe.arm('before', 'do', 'rehome-subnets', 1, () => new Promise((resolve) => (goOn = resolve)));
    const { operation } = await commands.setRouter(id, null);
    const vpcs = network.app.get(VpcService);
    await expect(vpcs.delete({ vpcId, region: REGION }, network.context())).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    await until('the network is on its way', () => network.probe.struck === 1);
    goOn();
    expect(await network.ended(operation.id)).toMatchObject({ state: 'success' });
    network.probe.disarm();
    await vpcs.delete({ vpcId, region: REGION }, network.context());
  });
});
