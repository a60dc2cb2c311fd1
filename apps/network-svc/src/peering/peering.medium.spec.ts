import { randomUUID } from 'node:crypto';
import { until, violations } from '@isthmus/testing';
import { REGION } from '../../test/commands';
import { type NetworkApp, startNetworkApp } from '../../test/network-app';
import { PeeringCommands } from '../../test/peerings';
import { FabricDriver } from '../fabric/fabric.driver';
import type { MemoryFabricDriver } from '../fabric/memory-fabric.driver';
import { PrivateNetworkService } from '../private-network/private-network.service';
import { VpcService } from '../vpc/vpc.service';

describe('peerings', () => {
  let network: NetworkApp;
  let commands: PeeringCommands;
  let fabric: MemoryFabricDriver;
  const other = randomUUID();

  beforeAll(async () => {
    network = await startNetworkApp({ peeringReconcileMs: 600_000 });
    commands = new PeeringCommands(network);
    fabric = network.app.get(FabricDriver);
  });

  afterEach(async () => {
    fabric.faults.length = 0;
    expect(await violations(network.database)).toEqual([]);
  });

  afterAll(() => network.stop());

  let block = 0;
  /** A block that no other test uses. */
  const nextCidr = (): string => `10.${Math.floor(++block / 250)}.${block % 250}.0/24`;

  /** A network of each project, each on a router of its own. */
  async function twoNetworks(): Promise<[string, string]> {
    const left = await commands.networkOf(nextCidr(), await commands.router());
    const right = await commands.networkOf(nextCidr(), await commands.router(other), other);
    return [left.id, right.id];
  }

  /** Active from both sides. */
  async function linked(): Promise<{ left: string; right: string; there: string; back: string }> {
    const [left, right] = await twoNetworks();
    const there = await commands.made(left, right);
    const back = await commands.made(right, left, other);
    await commands.until(there, 'active');
    await commands.until(back, 'active', other);
    return { left, right, there, back };
  }

  const history = (peeringId: string, projectId?: string) =>
    commands.peerings.history({ peeringId }, network.context(projectId));

  it('waits for the consent of the peer, and tells nothing of it before', async () => {
    const [left, right] = await twoNetworks();
    const there = await commands.made(left, right);
    const waiting = await commands.until(there, 'waiting-for-peer');
    expect(waiting).toMatchObject({ peerCidrs: null, stateReason: expect.stringContaining('ask for it') });
    expect(waiting.localCidrs).toHaveLength(2);
    const back = await commands.made(right, left, other);
    const active = await commands.until(there, 'active');
    expect(active).toMatchObject({
      stateReason: null,
      peerCidrs: expect.arrayContaining([expect.stringMatching(/^10\./)]),
    });
    expect(fabric.peerings.get(there)).toMatchObject({ networkId: left, peerId: back, destinations: active.peerCidrs });
    expect(fabric.peerings.get(back)).toMatchObject({
      networkId: right,
      peerId: there,
      destinations: active.localCidrs,
    });
    expect((await history(there)).map(({ from, to }) => [from, to])).toEqual([
      [null, 'provisioning'],
      ['provisioning', 'waiting-for-peer'],
      ['waiting-for-peer', 'provisioning'],
      ['provisioning', 'active'],
    ]);
    await expect(history(there, other)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is activated once when both sides are created at the same time', async () => {
    const pairs = await Promise.all(Array.from({ length: 5 }, twoNetworks));
    const made = await Promise.all(
      pairs.flatMap(([left, right]) => [commands.create(left, right), commands.create(right, left, other)]),
    );
    for (const { resource, operation } of made) {
      await network.ended(operation.id);
      await commands.until(resource.id, 'active', resource.projectId);
    }
    const links = await network.database.query(
      `SELECT count(*) FROM network.peering_link WHERE low_id = ANY ($1) OR high_id = ANY ($1)`,
      [made.map(({ resource }) => resource.id)],
    );
    expect(links).toEqual([{ count: '5' }]);
  });

  it('refuses what cannot be a peering', async () => {
    const [left, right] = await twoNetworks();
    await commands.made(left, right);
    await expect(commands.create(left, right)).rejects.toMatchObject({ code: 'already-exists' });
    await expect(commands.create(left, left)).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(commands.create(left, randomUUID())).rejects.toMatchObject({ meta: { resource: 'peer-network' } });
    await expect(commands.create(right, left)).rejects.toMatchObject({ meta: { resource: 'private-network' } });
    const isolated = await commands.networkOf(nextCidr(), null);
    await expect(commands.create(isolated.id, right)).rejects.toMatchObject({
      code: 'precondition-failed',
      meta: { precondition: 'local_network_is_routed' },
    });
  });

  it('is disabled on both sides at once, leaves no routes, and comes back', async () => {
    const { there, back } = await linked();
    await commands.change(back, 'disabled', other);
    await commands.until(there, 'peer-disabled');
    await commands.until(back, 'disabled', other);
    expect([fabric.peerings.has(there), fabric.peerings.has(back)]).toEqual([false, false]);
    await commands.change(back, 'active', other);
    await commands.until(there, 'active');
    await commands.until(back, 'active', other);
  });

  it('is deleted only when it is disabled; then the other side waits', async () => {
    const { there, back } = await linked();
    const remove = () => commands.peerings.delete({ peeringId: there }, network.context());
    await expect(remove()).rejects.toMatchObject({ meta: { precondition: 'peering_is_disabled' } });
    await commands.change(there, 'disabled');
    await commands.until(there, 'disabled');
    await network.succeed(remove());
    await expect(remove()).rejects.toMatchObject({ code: 'not-found' });
    const waiting = await commands.until(back, 'waiting-for-peer', other);
    expect(waiting.peerCidrs).toBeNull();
  });

  it('follows routers as they come and go', async () => {
    const { left, right, there, back } = await linked();
    await network.succeed(commands.setRouter(left, null));
    await commands.until(there, 'local-network-not-routed');
    await commands.until(back, 'peer-network-not-routed', other);
    expect(fabric.peerings.has(back)).toBe(false);
    const idle = await commands.router(undefined, false);
    await network.succeed(commands.setRouter(left, idle));
    await commands.until(there, 'local-network-not-routed');
    const vpcs = network.app.get(VpcService);
    await network.succeed(vpcs.enableRouting({ vpcId: idle, region: REGION }, network.context()));
    await commands.until(there, 'active');
    const elsewhere = await commands.router(other);
    await network.succeed(commands.setRouter(right, elsewhere, other));
    await until('the port is on the new router', () => fabric.peerings.get(back)?.routerId === elsewhere);
    await commands.until(there, 'active');
  });

  it('outlives the peer network and can be deleted then', async () => {
    const [left, right] = await twoNetworks();
    const there = await commands.made(left, right);
    const networks = network.app.get(PrivateNetworkService);
    const scope = (privateNetworkId: string) => ({ privateNetworkId, region: REGION });
    await expect(networks.delete(scope(left), network.context())).rejects.toMatchObject({
      message: expect.stringContaining(there),
    });
    await network.succeed(networks.delete(scope(right), network.context(other)));
    await commands.until(there, 'peer-network-deleted');
    await network.succeed(commands.peerings.delete({ peeringId: there }, network.context()));
  });

  it('conflicts when a subnet is added that overlaps, naming both, and recovers when it is gone', async () => {
    const { left, there, back } = await linked();
    const mine = (await commands.until(there, 'active')).peerCidrs?.find((cidr) => cidr.startsWith('10.')) as string;
    const networks = network.app.get(PrivateNetworkService);
    const change = { privateNetworkId: left, region: REGION };
    await network.succeed(networks.changeSubnets({ ...change, add: [mine] }, network.context()));
    const conflict = await commands.until(there, 'subnets-overlap');
    expect(conflict.stateReason).toContain(`${mine} of the local network overlaps ${mine}`);
    await commands.until(back, 'subnets-overlap', other);
    await network.succeed(networks.changeSubnets({ ...change, remove: [mine] }, network.context()));
    await commands.until(there, 'active');
  });

  it('installs new routes when subnets change without overlapping', async () => {
    const { left, there, back } = await linked();
    const more = nextCidr();
    const networks = network.app.get(PrivateNetworkService);
    const change = { privateNetworkId: left, region: REGION, add: [more] };
    await network.succeed(networks.changeSubnets(change, network.context()));
    await until('the route is there', () => fabric.peerings.get(back)?.destinations.includes(more));
    await commands.until(there, 'active');
  });

  it('conflicts with what the router reaches through another peering', async () => {
    const vpcId = await commands.router();
    const hubs = [await commands.networkOf(nextCidr(), vpcId), await commands.networkOf(nextCidr(), vpcId)] as const;
    const taken = nextCidr();
    const spokes = [
      await commands.networkOf(taken, await commands.router(other), other),
      await commands.networkOf(taken, await commands.router(other), other),
    ] as const;
    const first = await commands.made(hubs[0].id, spokes[0].id);
    const firstBack = await commands.made(spokes[0].id, hubs[0].id, other);
    await commands.until(first, 'active');
    const second = await commands.made(hubs[1].id, spokes[1].id);
    const secondBack = await commands.made(spokes[1].id, hubs[1].id, other);
    const conflict = await commands.until(second, 'subnets-overlap');
    expect(conflict.stateReason).toContain(`${taken} of the peer network overlaps ${taken}`);
    const told = await commands.until(secondBack, 'subnets-overlap', other);
    expect(told.stateReason).toContain('a subnet that');
    await commands.change(firstBack, 'disabled', other);
    await commands.until(second, 'active');
    await commands.until(first, 'peer-disabled');
  });

  it('is an error on both sides while the fabric refuses, and is tried again', async () => {
    const [left, right] = await twoNetworks();
    fabric.faults.push({ call: 'ensurePeering', code: 'fault', message: 'no port left' });
    const there = await commands.made(left, right);
    const back = await commands.made(right, left, other);
    const failed = await commands.until(there, 'error');
    expect(failed.stateReason).toContain('no port left');
    await commands.until(back, 'error', other);
    expect([fabric.peerings.has(there), fabric.peerings.has(back)]).toEqual([false, false]);
    fabric.faults.length = 0;
    await network.database.query(`UPDATE network.peering_link SET retry_at = now() WHERE phase = 'failed'`);
    await network.database.query('INSERT INTO network.peering_check (peering_id) VALUES ($1)', [there]);
    await commands.until(there, 'active');
  });

  it('finds its own by labels and networks, and changes names and labels in place', async () => {
    const { left, there } = await linked();
    const labels = [
      { key: 'env', value: 'prod' },
      { key: 'team', value: '' },
    ];
    await network.succeed(commands.peerings.update({ peeringId: there, name: 'new', labels }, network.context()));
    expect(await commands.until(there, 'active')).toMatchObject({ name: 'new', labels });
    const ids = async (query: object) => (await commands.peerings.list(query, network.context())).map(({ id }) => id);
    expect(await ids({ labels: [{ key: 'env', value: 'prod' }, { key: 'team' }] })).toEqual([there]);
    expect(await ids({ labels: [{ key: 'env', value: 'test' }] })).toEqual([]);
    expect(await ids({ localNetworkId: left })).toEqual([there]);
    expect(await ids({ peeringId: 'nonsense' })).toEqual([]);
  });
});

describe('peerings whose events are lost', () => {
  let network: NetworkApp;
  let commands: PeeringCommands;

  beforeAll(async () => {
    network = await startNetworkApp({ peeringReconcileMs: 300 });
    commands = new PeeringCommands(network);
  });

  afterAll(() => network.stop());

  it('are found by the timer', async () => {
    await network.database.query(`
      CREATE FUNCTION network.lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER lose BEFORE INSERT ON network.peering_check FOR EACH ROW EXECUTE FUNCTION network.lose()`);
    const [one, two] = [await commands.router(), await commands.router()];
    const left = await commands.networkOf('10.0.0.0/24', one);
    const right = await commands.networkOf('10.0.1.0/24', two);
    const there = await commands.made(left.id, right.id);
    const back = await commands.made(right.id, left.id);
    await commands.until(there, 'active');
    await network.succeed(commands.setRouter(left.id, null));
    await commands.until(back, 'peer-network-not-routed');
    expect(await violations(network.database)).toEqual([]);
  });

  it('200 of one router follow it', async () => {
    await network.database.query('DROP TRIGGER IF EXISTS lose ON network.peering_check');
    const hub = await commands.networkOf('10.255.0.0/24', await commands.router());
    const far = await commands.router();
    const spokes = await Promise.all(
      Array.from({ length: 200 }, (_, n) => commands.networkOf(`10.100.${n}.0/24`, far)),
    );
    await Promise.all(spokes.flatMap(({ id }) => [commands.made(hub.id, id), commands.made(id, hub.id)]));
    const inState = (state: string) => async () => {
      const [row] = await network.database.query<{ count: string }>(
        'SELECT count(*) FROM network.peering WHERE state = $2 AND local_network_id = $1',
        [hub.id, state],
      );
      return row?.count === '200';
    };
    await until('all are active', inState('active'), { timeoutMs: 140_000 });
    await network.succeed(commands.setRouter(hub.id, null));
    await until('none has a router', inState('local-network-not-routed'), { timeoutMs: 140_000 });
    expect(await violations(network.database)).toEqual([]);
  }, 300_000);
});
