import { randomUUID } from 'node:crypto';
import type { PlugPorts } from '@isthmus/contracts';
import { until, violations } from '@isthmus/testing';
import { REGION } from '../../test/commands';
import { holdNext } from '../../test/held-fabric';
import { type NetworkApp, startNetworkApp } from '../../test/network-app';
import { PeeringCommands } from '../../test/peerings';
import { FabricDriver } from '../fabric/fabric.driver';
import type { FabricFault } from '../fabric/fabric-fault';
import type { MemoryFabricDriver } from '../fabric/memory-fabric.driver';
import { PrivateNetworkService } from '../private-network/private-network.service';
import { GatewayPortService } from './gateway-port.service';

const RACES = 8;

describe('the ports of gateways', () => {
  let network: NetworkApp;
  let ports: GatewayPortService;
  let commands: PeeringCommands;
  let fabric: MemoryFabricDriver;
  let vpcId: string;
  let lan: string;
  let gatewayId: string;

  beforeAll(async () => {
    network = await startNetworkApp();
    ports = network.app.get(GatewayPortService);
    fabric = network.app.get(FabricDriver);
    commands = new PeeringCommands(network);
  });

  beforeEach(async () => {
    vpcId = await commands.router();
    lan = (await commands.networkOf('10.0.0.0/24', vpcId)).id;
    gatewayId = randomUUID();
  });

  afterEach(async () => {
    network.probe.disarm();
    fabric.faults.length = 0;
    // No VPN gateway stands behind these ports, so none may be left.
    const left = await network.database.query<{ id: string }>(
      'SELECT DISTINCT gateway_id AS id FROM network.gateway_port',
    );
    for (const { id } of left) await ports.unplug({ gatewayId: id }, network.context());
    expect(await violations(network.database)).toEqual([]);
  });

  afterAll(() => network.stop());

  const rows = () =>
    network.database.query<{ id: string }>('SELECT id FROM network.gateway_port WHERE gateway_id = $1', [gatewayId]);

  function twoPorts(privateNetworkId = lan): PlugPorts {
    const port = { privateNetworkId, name: 'access', addresses: ['10.0.0.4'] };
    const other = { privateNetworkId, name: 'standby', addresses: ['10.0.0.5', 'FD00:0::5'] };
    return { gatewayId, ports: [port, other].map((wanted) => ({ id: randomUUID(), ...wanted })) };
  }

  function failOnce(call: FabricFault['call']): void {
    fabric.faults.push({ call, times: 1, code: 'unavailable', message: 'Away.' });
  }

  /** Starts the deletion of the network and holds it. */
  async function holdDeletion(id: string) {
    const letGo = network.probe.hold('before', 'do', 'remove-network');
    const target = { privateNetworkId: id, region: REGION };
    const { operation } = await network.app.get(PrivateNetworkService).delete(target, network.context());
    await until('the deletion is held', () => network.probe.struck === 1);
    return { letGo, ended: () => network.ended(operation.id) };
  }

  it('are plugged in with a MAC of their own, and keep it when they change', async () => {
    const command = twoPorts();
    const context = network.context();
    const plugged = await ports.plug(command, context);
    expect(plugged).toEqual([
      { ...command.ports[0], macAddress: expect.stringMatching(/^02:00:01(:[0-9a-f]{2}){3}$/) },
      { ...command.ports[1], addresses: ['10.0.0.5', 'fd00::5'], macAddress: expect.stringMatching(/^02:00:01/) },
    ]);
    expect(plugged[0]?.macAddress).not.toBe(plugged[1]?.macAddress);
    expect(await ports.plug(command, context)).toEqual(plugged);
    const [first] = command.ports;
    const moved = { ...first, name: 'renamed', addresses: ['10.0.0.9'] } as PlugPorts['ports'][number];
    const changed = await ports.plug({ gatewayId, ports: [moved] }, network.context());
    expect(changed).toEqual([{ ...moved, macAddress: plugged[0]?.macAddress }]);
    expect(fabric.ports.get(moved.id)).toMatchObject({
      networkId: lan,
      addresses: ['10.0.0.9'],
      macAddress: plugged[0]?.macAddress,
    });
    expect(await rows()).toHaveLength(2);
  });

  it('are told to the fabric again by the repetition of a request that was carried out already', async () => {
    const command = twoPorts();
    const context = network.context();
    failOnce('ensurePort');
    await expect(ports.plug(command, context)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await rows()).toHaveLength(2);
    await ports.plug(command, context);
    expect(command.ports.filter(({ id }) => fabric.ports.has(id))).toHaveLength(2);
  });

  it('are unplugged, and stay known until the fabric has forgotten them', async () => {
    const command = twoPorts();
    await ports.plug(command, network.context());
    const context = network.context();
    failOnce('removePort');
    await expect(ports.unplug({ gatewayId }, context)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await rows()).toHaveLength(2);
    await ports.unplug({ gatewayId }, context);
    await ports.unplug({ gatewayId }, network.context());
    expect(command.ports.filter(({ id }) => fabric.ports.has(id))).toEqual([]);
    expect(await rows()).toEqual([]);
  });

  it('are not plugged in by a request that was buried', async () => {
    const command = twoPorts();
    const plug = network.context();
    await ports.unplug({ gatewayId, buries: plug.requestId }, network.context());
    await expect(ports.plug(command, plug)).rejects.toMatchObject({ code: 'interrupted' });
    expect(await rows()).toEqual([]);
    expect(command.ports.some(({ id }) => fabric.ports.has(id))).toBe(false);
  });

  it('are gone when an unplug overtakes the plug on its way to the fabric', async () => {
    const command = twoPorts();
    const plug = network.context();
    const held = holdNext(fabric, 'ensurePort');
    const plugging = ports.plug(command, plug);
    await held.isHeld();
    await ports.unplug({ gatewayId, buries: plug.requestId }, network.context());
    held.letGo();
    await plugging;
    expect(command.ports.some(({ id }) => fabric.ports.has(id))).toBe(false);
    expect(await rows()).toEqual([]);
  });

  it('leave nothing, whenever the unplug comes', async () => {
    for (let race = 0; race < RACES; race++) {
      const command = twoPorts();
      const plug = network.context();
      const unplug = { gatewayId, buries: plug.requestId };
      await Promise.allSettled([ports.plug(command, plug), ports.unplug(unplug, network.context())]);
      expect(await rows()).toEqual([]);
      expect(command.ports.some(({ id }) => fabric.ports.has(id))).toBe(false);
    }
  });

  it('are not taken away by the late repetition of an unplug once they are plugged in again', async () => {
    const command = twoPorts();
    await ports.plug(command, network.context());
    const unplug = network.context();
    await ports.unplug({ gatewayId }, unplug);
    await ports.plug(command, network.context());
    await ports.unplug({ gatewayId }, unplug);
    expect(command.ports.filter(({ id }) => fabric.ports.has(id))).toHaveLength(2);
    expect(await rows()).toHaveLength(2);
  });

  it('belong to the project, to one gateway and to a network that is there', async () => {
    const command = twoPorts();
    const foreign = ports.plug(command, network.context(randomUUID()));
    await expect(foreign).rejects.toMatchObject({ code: 'not-found', meta: { resource: 'private-network' } });
    for (const nowhere of [randomUUID(), 'lan']) {
      await expect(ports.plug(twoPorts(nowhere), network.context())).rejects.toMatchObject({ code: 'not-found' });
    }
    await ports.plug(command, network.context());
    const stolen = ports.plug({ ...command, gatewayId: randomUUID() }, network.context());
    await expect(stolen).rejects.toMatchObject({ code: 'conflict' });
    await ports.unplug({ gatewayId }, network.context(randomUUID()));
    expect(await rows()).toHaveLength(2);
    const deletion = await holdDeletion((await commands.networkOf('10.9.0.0/24', vpcId)).id);
    const [going] = await network.database.query<{ id: string }>(
      `SELECT id FROM network.private_network WHERE state = 'deleting'`,
    );
    await expect(ports.plug(twoPorts(going?.id), network.context())).rejects.toMatchObject({ code: 'busy' });
    deletion.letGo();
    expect(await deletion.ended()).toMatchObject({ state: 'success' });
  });

  it('keep their network from going and from changing its router', async () => {
    await ports.plug(twoPorts(), network.context());
    const networks = network.app.get(PrivateNetworkService);
    const target = { privateNetworkId: lan, region: REGION };
    const blocked = { code: 'precondition-failed', message: expect.stringContaining(`of gateway ${gatewayId}`) };
    await expect(networks.delete(target, network.context())).rejects.toMatchObject(blocked);
    for (const elsewhere of [null, await commands.router()]) {
      await expect(commands.setRouter(lan, elsewhere)).rejects.toMatchObject(blocked);
    }
    const drop = network.database.query('DELETE FROM network.private_network WHERE id = $1', [lan]);
    await expect(drop).rejects.toMatchObject({ constraint: 'gateway_port_private_network' });
    await network.succeed(commands.setRouter(lan, vpcId));
    await ports.unplug({ gatewayId }, network.context());
    await network.succeed(commands.setRouter(lan, null));
    await network.succeed(networks.delete(target, network.context()));
  });

  it('race with the deletion of their network: one of the two is refused', async () => {
    const networks = network.app.get(PrivateNetworkService);
    for (let race = 0; race < RACES; race++) {
      const { id } = await commands.networkOf(`10.8.${race}.0/24`, vpcId);
      gatewayId = randomUUID();
      const [plugged, deleted] = await Promise.allSettled([
        ports.plug(twoPorts(id), network.context()),
        networks.delete({ privateNetworkId: id, region: REGION }, network.context()),
      ]);
      if (deleted.status === 'fulfilled') await network.succeed(Promise.resolve(deleted.value));
      const isPlugged = plugged.status === 'fulfilled';
      expect([isPlugged, deleted.status]).toEqual([isPlugged, isPlugged ? 'rejected' : 'fulfilled']);
      expect(await rows()).toHaveLength(isPlugged ? 2 : 0);
    }
  });
});
