import type { CustomerGatewayView, VpnConnectionView, VpnGatewayView } from '@isthmus/model';
import { recordRedis, until, violations } from '@isthmus/testing';
import { ConnectionCommands, ipOf, PSK } from '../../test/connections';
import { GatewayCommands } from '../../test/gateways';
import { startVpnApp, type VpnApp } from '../../test/vpn-app';
import { VPN_CONFIG, type VpnConfig } from '../config';
import { CustomerGatewayService } from '../customer-gateway/customer-gateway.service';
import { ConnectionReader } from './connection.reader';

const LIMIT = 24;

describe('VPN connections', () => {
  let vpn: VpnApp;
  let commands: ConnectionCommands;
  let gateway: VpnGatewayView;

  beforeAll(async () => {
    vpn = await startVpnApp({ connectionLimit: LIMIT });
    commands = new ConnectionCommands(vpn);
    gateway = await commands.gateway();
  });

  afterEach(async () => {
    vpn.probe.disarm();
    expect(await violations(vpn.database)).toEqual([]);
  });

  afterAll(() => vpn.stop());

  const made = async (
    customerGateway: CustomerGatewayView,
    change: Parameters<ConnectionCommands['command']>[2] = {},
  ): Promise<VpnConnectionView> =>
    commands.made(commands.create(commands.command(gateway, customerGateway.id, change)));

  const gone = async (...ids: string[]): Promise<void> => {
    for (const id of ids) await vpn.succeed(commands.delete(id));
  };

  /** Both sides, active. */
  async function peer(one: string, other: string): Promise<void> {
    const command = { name: 'peering', intent: 'active' as const, labels: [] };
    const sides: [string, string][] = [
      [one, other],
      [other, one],
    ];
    for (const [localNetworkId, peerNetworkId] of sides) {
      const making = vpn.network('peering.create', { ...command, localNetworkId, peerNetworkId });
      const { id: peeringId } = (await vpn.succeed(making)).resource;
      if (localNetworkId === one) continue;
      await until(
        'the peering is active',
        async () => (await vpn.network('peering.get', { peeringId })).state === 'active',
      );
    }
  }

  it('live: routes, secret and tunnel come and go with them', async () => {
    const peer = await commands.customerGateway();
    const connection = await made(peer, { name: 'office', tags: [{ key: 'env', value: 'lab' }] });
    expect(connection).toMatchObject({
      ...{ name: 'office', style: 'static', state: 'active', tunnel: 'up', gatewayIp: ipOf(gateway, 1) },
      ...{ tunnelLocalAddress: '169.254.1.1/30', tunnelPeerAddress: '169.254.1.2/30', enterpriseProjectId: '0' },
    });
    const address = gateway.endpoints[0]?.connectAddress;
    expect(await commands.routesOf(connection.id)).toEqual([
      { vpcId: gateway.vpcId, destination: '192.168.0.0/24', address },
    ]);
    const local = ipOf(gateway, 1);
    expect(vpn.driver.secrets.get(connection.id)).toMatchObject({ owners: [local, peer.idValue], secret: PSK });
    expect(vpn.driver.connections.get(connection.id)).toMatchObject({
      ...{
        localAddress: local,
        remote: peer.idValue,
        interface: { local: '169.254.1.1/30', remote: '169.254.1.2/30' },
      },
      children: [{ local: ['0.0.0.0/0'], remote: ['0.0.0.0/0'] }],
    });
    expect(vpn.driver.sas.has(connection.id)).toBe(true);
    expect((await new GatewayCommands(vpn).get(gateway.id)).connectionCount).toBe(1);

    await gone(connection.id);
    await expect(commands.get(connection.id)).rejects.toMatchObject({ code: 'not-found' });
    expect(await commands.routesOf(connection.id)).toEqual([]);
    for (const kept of [vpn.driver.secrets, vpn.driver.connections, vpn.driver.sas]) {
      expect(kept.has(connection.id)).toBe(false);
    }
    expect((await new GatewayCommands(vpn).get(gateway.id)).connectionCount).toBe(0);
  });

  it('are active with a tunnel that is down while the peer does not answer', async () => {
    const peer = await commands.customerGateway();
    vpn.driver.unreachablePeers.add(peer.idValue);
    const connection = await made(peer);
    expect(connection).toMatchObject({ state: 'active', tunnel: 'down' });
    await gone(connection.id);
  });

  it('that cannot be made hold nothing, say why, and can be deleted', async () => {
    const peer = await commands.customerGateway();
    vpn.probe.arm('before', 'do', 'initiate', 1, () => Promise.reject(new Error('a defect')));
    const { resource, operation } = await commands.create(commands.command(gateway, peer.id));
    expect(await vpn.ended(operation.id)).toMatchObject({ state: 'failure' });
    const failed = await commands.get(resource.id);
    expect(failed).toMatchObject({ state: 'error', tunnel: 'unknown' });
    expect(failed.stateReason).toMatch(/\w/);
    expect(await commands.routesOf(resource.id)).toEqual([]);
    expect(vpn.driver.connections.has(resource.id)).toBe(false);
    await expect(commands.update(resource.id, { name: 'other' })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    await gone(resource.id);
  });

  it('are refused by the rules that look at others', async () => {
    const peer = await commands.customerGateway();
    const create = (change: object): Promise<unknown> => commands.create(commands.command(gateway, peer.id, change));
    const refusals: [object, object][] = [
      [{ gatewayIp: '10.1.255.9' }, { code: 'invalid-argument', message: expect.stringContaining(ipOf(gateway, 2)) }],
      [{ gatewayId: peer.id }, { code: 'not-found', meta: { resource: 'vpn-gateway' } }],
      [{ customerGatewayId: gateway.id }, { code: 'not-found', meta: { resource: 'customer-gateway' } }],
      [{ psk: undefined }, { code: 'invalid-argument', meta: { violations: [{ field: 'psk', rule: 'required' }] } }],
      [{ psk: commands.sealed('too weak') }, { code: 'invalid-argument', meta: { violations: [{ field: 'psk' }] } }],
      [{ psk: { ...commands.sealed(), keyId: 'other' } }, { code: 'unavailable' }],
    ];
    for (const [change, refusal] of refusals) await expect(create(change)).rejects.toMatchObject(refusal);
    const connection = await made(peer, {
      tunnelLocalAddress: '169.254.70.1/30',
      tunnelPeerAddress: '169.254.70.2/30',
    });
    await expect(create({})).rejects.toMatchObject({ meta: { precondition: 'connection-exists' } });
    const other = await commands.customerGateway();
    const taken = { tunnelLocalAddress: '169.254.70.2/30', tunnelPeerAddress: '169.254.70.1/30' };
    await expect(create({ customerGatewayId: other.id, ...taken })).rejects.toMatchObject({ code: 'conflict' });
    await expect(vpn.app.get(CustomerGatewayService).delete(peer.id, vpn.context())).rejects.toMatchObject({
      meta: { precondition: 'customer-gateway-has-connections' },
    });
    await expect(new GatewayCommands(vpn).delete(gateway.id)).rejects.toMatchObject({
      meta: { precondition: 'gateway-has-connections' },
    });
    await gone(connection.id);
  });

  it('of a batch are made all, in their order, or none', async () => {
    const peers = [
      await commands.customerGateway(),
      await commands.customerGateway(),
      await commands.customerGateway(),
    ];
    const wanted = peers.map(({ id }) => commands.command(gateway, id));
    const before = await vpn.database.query('SELECT count(*) FROM vpn.connection');
    const broken = { ...wanted[2], peerSubnets: ['10.1.0.0/24'] } as (typeof wanted)[0];
    await expect(commands.createBatch([...wanted.slice(0, 2), broken])).rejects.toMatchObject({
      meta: { violations: [{ field: 'connections.2.peerSubnets' }] },
    });
    await expect(commands.createBatch([...wanted, ...wanted.slice(0, 1)])).rejects.toMatchObject({
      meta: { precondition: 'connection-exists' },
    });
    expect(await vpn.database.query('SELECT count(*) FROM vpn.connection')).toEqual(before);
    const accepted = await commands.createBatch(wanted);
    expect(accepted.map(({ resource }) => resource.customerGatewayId)).toEqual(peers.map(({ id }) => id));
    for (const { operation } of accepted) expect(await vpn.ended(operation.id)).toMatchObject({ state: 'success' });
    await gone(...accepted.map(({ resource }) => resource.id));
  });

  it('that race choose different tunnel networks, and never pass the limit', async () => {
    const peers = await Promise.all(Array.from({ length: LIMIT + 6 }, () => commands.customerGateway()));
    const racing = await Promise.allSettled(
      peers.map(({ id }, index) =>
        commands.create(commands.command(gateway, id, { gatewayIp: ipOf(gateway, index % 2 === 0 ? 1 : 2) })),
      ),
    );
    const accepted = racing.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refused = racing.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(accepted).toHaveLength(LIMIT);
    expect(refused).toHaveLength(6);
    for (const refusal of refused) {
      expect(refusal).toMatchObject({ code: 'quota-exceeded', meta: { quota: { limit: LIMIT, current: LIMIT } } });
    }
    expect(new Set(accepted.map(({ resource }) => resource.tunnelLocalAddress)).size).toBe(LIMIT);
    for (const { operation } of accepted) expect(await vpn.ended(operation.id)).toMatchObject({ state: 'success' });

    const reader = vpn.app.get(ConnectionReader);
    const first = await reader.list({ limit: 20, gatewayId: gateway.id }, vpn.context());
    const marker = first.items.at(-1)?.createdAt ?? '';
    const rest = await reader.list({ limit: 20, gatewayId: gateway.id, marker }, vpn.context());
    expect([first.totalCount, rest.totalCount, rest.items.length]).toEqual([LIMIT, LIMIT, LIMIT - 20]);
    const all = [...first.items, ...rest.items];
    expect(all.map(({ createdAt }) => createdAt)).toEqual(all.map(({ createdAt }) => createdAt).sort());
    const count = async (filter: object): Promise<number> =>
      (await reader.list({ limit: 0, ...filter }, vpn.context())).totalCount;
    expect(await count({ gatewayIp: ipOf(gateway, 1) })).toBe(
      accepted.filter(({ resource }) => resource.gatewayIp === ipOf(gateway, 1)).length,
    );
    expect(await count({ gatewayIp: 'nowhere' })).toBe(0);
    expect(await count({ enterpriseProjectId: '0' })).toBe(LIMIT);
    expect(await count({ enterpriseProjectId: gateway.id })).toBe(0);
    await gone(...accepted.map(({ resource }) => resource.id));
  });

  it('of one customer gateway at two gateways that race have different tunnel networks', async () => {
    const [other, peer] = [await commands.gateway(), await commands.customerGateway()];
    const create = (at: VpnGatewayView): Promise<VpnConnectionView> =>
      commands.made(commands.create(commands.command(at, peer.id)));
    const [one, two] = await Promise.all([create(gateway), create(other)]);
    expect(one.tunnelLocalAddress).not.toBe(two.tunnelLocalAddress);
    await gone(one.id, two.id);
  });

  it('keep their pre-shared key where nobody can read it', async () => {
    const secret = 'Nowhere-To-Be-Read-5';
    const recording = await recordRedis(vpn.app.get<VpnConfig>(VPN_CONFIG).redisUrl);
    const peer = await commands.customerGateway();
    const connection = await made(peer, { psk: commands.sealed(secret) });
    await vpn.succeed(commands.update(connection.id, { psk: commands.sealed(`${secret}-next`) }));
    const hidden = [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64').slice(0, -4)];
    const written = JSON.stringify(await vpn.contents());
    expect(written).toContain(connection.id);
    await until('Redis has told of the connection', () => recording.text().includes(connection.id));
    for (const text of hidden) expect(written + recording.text()).not.toContain(text);
    recording.stop();
    await gone(connection.id);
  });

  it('are reached from peered VPCs whose subnets their gateway tells', async () => {
    const sites = new GatewayCommands(vpn);
    const [own, near, far] = [
      await sites.site('10.1.0.0/16'),
      await sites.site('10.2.0.0/16'),
      await sites.site('10.3.0.0/16'),
    ];
    for (const site of [near, far]) await peer(own.v4.privateNetworkId, site.v4.privateNetworkId);
    const localSubnets = ['10.1.0.0/16', '10.2.0.0/16'];
    const at = await sites.made(sites.create(own, { localSubnets }));
    const customerGateway = await commands.customerGateway();
    const connection = await commands.made(commands.create(commands.command(at, customerGateway.id)));
    const routes = await commands.routesOf(connection.id);
    expect(routes.map(({ vpcId }) => vpcId).sort()).toEqual([own.vpcId, near.vpcId].sort());
    await gone(connection.id);
    expect(await commands.routesOf(connection.id)).toEqual([]);
  });

  it('end at public addresses, and speak BGP or go by policies', async () => {
    const sites = new GatewayCommands(vpn);
    const router = await sites.made(sites.createAtRouter(await sites.site(), { networkType: 'public' }));
    const [speaker, other] = [await commands.customerGateway({ bgpAsn: 65_001 }), await commands.customerGateway()];
    const bgp = commands.command(router, speaker.id, { style: 'bgp', peerSubnets: undefined, isHubEnabled: true });
    const policyRules = [{ source: '10.9.0.0/24', destinations: ['192.168.1.0/24', '192.168.2.0/24'] }];
    const policy = commands.command(router, other.id, { style: 'policy', peerSubnets: undefined, policyRules });
    const [learnt, ruled] = [await commands.made(commands.create(bgp)), await commands.made(commands.create(policy))];
    const eip = router.endpoints[0]?.eip;
    expect(learnt).toMatchObject({ gatewayIp: eip?.addressId, peerSubnets: [], isHubEnabled: true });
    expect(vpn.driver.connections.get(learnt.id)).toMatchObject({
      ...{ localAddress: eip?.address, localId: eip?.address, bgp: { localAsn: router.bgpAsn, peerAsn: 65_001 } },
    });
    expect(await commands.routesOf(learnt.id)).toEqual([]);
    expect(vpn.driver.connections.get(ruled.id)).toMatchObject({
      ...{ interface: null, bgp: null, children: [{ local: ['10.9.0.0/24'], remote: policyRules[0]?.destinations }] },
    });
    const address = router.endpoints[0]?.accessAddress;
    expect(await commands.routesOf(ruled.id)).toEqual([
      { vpcId: router.erId, destination: '192.168.1.0/24', address },
      { vpcId: router.erId, destination: '192.168.2.0/24', address },
    ]);
    await gone(learnt.id, ruled.id);
  });

  it('change as a whole', async () => {
    const [peer, next] = [await commands.customerGateway(), await commands.customerGateway({ bgpAsn: 65_001 })];
    const connection = await made(peer);
    const answer = await vpn.succeed(
      commands.update(connection.id, {
        ...{ name: 'renamed', customerGatewayId: next.id, peerSubnets: ['192.168.7.0/24'], isNqaEnabled: true },
        ikePolicy: { lifetimeSeconds: 1_000 },
      }),
    );
    const changed = await commands.get(connection.id);
    expect(changed).toEqual({
      ...{ ...connection, name: 'renamed', customerGatewayId: next.id, peerSubnets: ['192.168.7.0/24'] },
      ...{ isNqaEnabled: true, ikePolicy: { ...connection.ikePolicy, lifetimeSeconds: 1_000 } },
      updatedAt: changed.updatedAt,
    });
    expect(answer.resource).toEqual({ ...changed, state: 'updating', updatedAt: connection.updatedAt });
    expect(await commands.routesOf(connection.id)).toMatchObject([{ destination: '192.168.7.0/24' }]);
    expect(vpn.driver.connections.get(connection.id)).toMatchObject({ remote: next.idValue });
    // The key is the same, but it is for another peer.
    expect(vpn.driver.secrets.get(connection.id)).toMatchObject({
      owners: [ipOf(gateway, 1), next.idValue],
      secret: PSK,
    });
    await vpn.app.get(CustomerGatewayService).delete(peer.id, vpn.context());
    await gone(connection.id);
  });

  it('get their former key and configuration back when a change fails', async () => {
    const peer = await commands.customerGateway();
    const connection = await made(peer);
    vpn.probe.arm('after', 'do', 'initiate', 1, () => Promise.reject(new Error('a defect')));
    const change = { psk: commands.sealed('Another-Horse-2'), peerSubnets: ['192.168.7.0/24'] };
    const { operation } = await commands.update(connection.id, change);
    expect(await vpn.ended(operation.id)).toMatchObject({ state: 'failure' });
    expect(await commands.get(connection.id)).toEqual(connection);
    expect(vpn.driver.secrets.get(connection.id)).toMatchObject({ secret: PSK });
    expect(vpn.driver.sas.has(connection.id)).toBe(true);
    expect(await commands.routesOf(connection.id)).toMatchObject([{ destination: '192.168.0.0/24' }]);
    await vpn.succeed(commands.update(connection.id, change));
    expect(vpn.driver.secrets.get(connection.id)).toMatchObject({ secret: 'Another-Horse-2' });
    await gone(connection.id);
  });

  it('are changed and deleted by one request at a time, and hold what they are about to have', async () => {
    const [peer, next] = [await commands.customerGateway(), await commands.customerGateway()];
    const connection = await made(peer);
    const letGo = vpn.probe.hold('before', 'do', 'load-connection');
    const tunnel = { tunnelLocalAddress: '169.254.80.1/30', tunnelPeerAddress: '169.254.80.2/30' };
    const { operation } = await commands.update(connection.id, { customerGatewayId: next.id, ...tunnel });
    const busy = { code: 'busy', meta: { precondition: 'connection-is-updating', operationId: operation.id } };
    await expect(commands.update(connection.id, { name: 'x' })).rejects.toMatchObject(busy);
    await expect(commands.delete(connection.id)).rejects.toMatchObject(busy);
    await expect(vpn.app.get(CustomerGatewayService).delete(next.id, vpn.context())).rejects.toMatchObject({
      meta: { precondition: 'customer-gateway-has-connections' },
    });
    await expect(commands.create(commands.command(gateway, next.id))).rejects.toMatchObject({
      meta: { precondition: 'connection-exists' },
    });
    const third = await commands.customerGateway();
    await expect(commands.create(commands.command(gateway, third.id, tunnel))).rejects.toMatchObject({
      code: 'conflict',
    });
    letGo();
    expect(await vpn.ended(operation.id)).toMatchObject({ state: 'success' });
    await gone(connection.id);
  });

  it('are made once per request', async () => {
    const peer = await commands.customerGateway();
    const context = vpn.context();
    const command = commands.command(gateway, peer.id);
    const first = await vpn.succeed(commands.create(command, context));
    expect(await commands.create(command, context)).toEqual(first);
    await gone(first.resource.id);
  });
});
