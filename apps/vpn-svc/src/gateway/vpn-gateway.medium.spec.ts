import { randomUUID } from 'node:crypto';
import { violations } from '@isthmus/testing';
import { ConnectionCommands, ipOf } from '../../test/connections';
import { GatewayCommands, pairOf, resourcesInUse } from '../../test/gateways';
import { startVpnApp, type VpnApp } from '../../test/vpn-app';
import { VpnGatewayReader } from './vpn-gateway.reader';
import { VpnGatewayService } from './vpn-gateway.service';

let vpn: VpnApp;
let gateways: GatewayCommands;
let connections: ConnectionCommands;

beforeAll(async () => {
  vpn = await startVpnApp();
  gateways = new GatewayCommands(vpn);
  connections = new ConnectionCommands(vpn);
});

afterEach(async () => {
  vpn.probe.disarm();
  expect(await violations(vpn.database)).toEqual([]);
});

afterAll(() => vpn.stop());

const reader = (): VpnGatewayReader => vpn.app.get(VpnGatewayReader);

describe('a public gateway of a VPC', () => {
  it('takes its addresses, ports, zones and EIPs, and gives all of them back', async () => {
    const site = await gateways.site();
    const before = await resourcesInUse(vpn);

    const { resource, operation } = await vpn.succeed(gateways.create(site, { networkType: 'public', name: 'edge' }));
    expect(operation).toMatchObject({ kind: 'vpn-gateway.create', state: 'pending', resource: { id: resource.id } });
    expect(resource).toMatchObject({ state: 'creating', appliedAt: null, connectionLimit: 200, connectionCount: 0 });
    expect(pairOf(resource).map(({ zone, accessAddress, eip }) => [zone, accessAddress, eip?.address])).toEqual([
      [null, null, null],
      [null, null, null],
    ]);

    const gateway = await gateways.get(resource.id);
    expect(gateway).toMatchObject({ state: 'active', stateReason: null, appliedAt: expect.any(String), name: 'edge' });
    const [one, two] = pairOf(gateway);
    expect([one.slot, two.slot, one.role, two.role, one.health]).toEqual([1, 2, 'active', 'active', 'up']);
    expect(one.zone).not.toBe(two.zone);
    const held = await gateways.addressesOf(gateway.id);
    const eips = [one, two].map(({ eip }) => eip?.address);
    const internal = [one, two].flatMap(({ accessAddress, connectAddress }) => [accessAddress, connectAddress]);
    expect(held.map(({ address }) => address).sort()).toEqual([...internal, ...eips].sort());
    expect(new Set([...internal, ...eips]).size).toBe(6);
    expect(held.filter(({ zone }) => zone === null).map(({ subnetId }) => subnetId)).toEqual(Array(4).fill(site.v4.id));
    expect(
      held
        .filter(({ zone }) => zone !== null)
        .map(({ zone }) => zone)
        .sort(),
    ).toEqual([one.zone, two.zone].sort());
    expect(held.every(({ isReserved, owner }) => !isReserved && owner?.type === 'vpn_gateway')).toBe(true);
    expect((await gateways.portsOf(gateway.id)).map(({ addresses }) => addresses).sort()).toEqual(internal.sort());
    for (const { id, zone, accessAddress, connectAddress, eip } of [one, two]) {
      expect(vpn.driver.endpoints.get(id)).toMatchObject({
        ...{ id, zone, accessAddress, connectAddress, gatewayId: gateway.id, publicAddress: eip?.address },
      });
    }
    expect(vpn.driver.announcements.get(gateway.id)).toMatchObject({ bgpAsn: 64_512, subnets: ['10.1.0.0/16'] });

    await gateways.remove(gateway.id);
    expect(await resourcesInUse(vpn)).toEqual(before);
  });

  it('uses booked EIPs, which survive it', async () => {
    const site = await gateways.site();
    const booked = [await gateways.bookEip('fr-par-1'), await gateways.bookEip('fr-par-2')] as const;
    const before = await resourcesInUse(vpn);
    const eips = { eip1: { id: booked[0].id }, eip2: { id: booked[1].id } };
    const gateway = await gateways.made(gateways.create(site, { networkType: 'public', ...eips }));
    expect(pairOf(gateway).map(({ eip }) => eip)).toMatchObject([
      { addressId: booked[0].id, address: booked[0].address, isMadeForGateway: false, bandwidthMbps: 300 },
      { addressId: booked[1].id, address: booked[1].address, isMadeForGateway: false, bandwidthMbps: 300 },
    ]);
    await expect(gateways.create(site, { networkType: 'public', eip1: { id: booked[1].id } })).rejects.toMatchObject({
      code: 'conflict',
      meta: { precondition: 'eip-is-bound', resourceId: booked[1].id },
    });
    await gateways.remove(gateway.id);
    expect(await resourcesInUse(vpn)).toEqual(before);
    const after = await vpn.ipam('address.list', { addressIds: booked.map(({ id }) => id) });
    expect(after.map(({ isReserved, owner }) => [isReserved, owner])).toEqual(Array(2).fill([true, null]));
  });

  it('uses a booked EIP beside a new one, and a shared bandwidth', async () => {
    const site = await gateways.site();
    const booked = await gateways.bookEip();
    const bandwidthId = randomUUID();
    const eips = { eip1: { bandwidthId, chargeMode: 'traffic' as const }, eip2: { id: booked.id } };
    const gateway = await gateways.made(gateways.create(site, { networkType: 'public', ...eips }));
    const [one, two] = pairOf(gateway);
    expect(one.eip).toMatchObject({
      isMadeForGateway: true,
      isBandwidthShared: true,
      bandwidthId,
      bandwidthMbps: null,
    });
    expect(two.eip).toMatchObject({ isMadeForGateway: false, isBandwidthShared: false, addressId: booked.id });
    await gateways.remove(gateway.id);
  });

  it('has the second endpoint as standby if it is asked for', async () => {
    const gateway = await gateways.made(gateways.create(await gateways.site(), { haMode: 'active-standby' }));
    expect(pairOf(gateway).map(({ role }) => role)).toEqual(['active', 'standby']);
    expect(pairOf(gateway).map(({ id }) => vpn.driver.endpoints.get(id)?.role)).toEqual(['active', 'standby']);
    await gateways.remove(gateway.id);
  });

  it('is in the zones that were asked for, in their order, or in the only one', async () => {
    const site = await gateways.site();
    const gateway = await gateways.made(gateways.create(site, { zones: ['fr-par-3', 'fr-par-2'] }));
    expect(gateway.givenZones).toEqual(['fr-par-3', 'fr-par-2']);
    expect(pairOf(gateway).map(({ zone }) => zone)).toEqual(['fr-par-3', 'fr-par-2']);
    const single = await gateways.made(gateways.create(site, { flavor: 'GM' }));
    expect(pairOf(single).map(({ zone }) => zone)).toEqual(['fr-par-1', 'fr-par-1']);
    for (const { id } of [gateway, single]) await gateways.remove(id);
  });
});

describe('where a gateway hangs', () => {
  it('is two addresses in each subnet when access is elsewhere', async () => {
    const site = await gateways.site();
    const access = await gateways.site('10.9.0.0/24');
    const elsewhere = { accessVpcId: access.vpcId, accessSubnetId: access.v4.id };
    const gateway = await gateways.made(gateways.create(site, elsewhere));
    const held = await gateways.addressesOf(gateway.id);
    expect(held.map(({ subnetId }) => subnetId).sort()).toEqual(
      [site.v4.id, site.v4.id, access.v4.id, access.v4.id].sort(),
    );
    expect(gateway).toMatchObject({ vpcId: site.vpcId, ...elsewhere });
    await gateways.remove(gateway.id);
  });

  it('is at the addresses that a private gateway was given', async () => {
    const site = await gateways.site();
    const addresses = { accessPrivateIp1: '10.1.7.7', accessPrivateIp2: '10.1.7.8' };
    const gateway = await gateways.made(gateways.create(site, addresses));
    expect(pairOf(gateway).map(({ accessAddress, eip }) => [accessAddress, eip])).toEqual([
      ['10.1.7.7', null],
      ['10.1.7.8', null],
    ]);
    expect(pairOf(gateway).map(({ id }) => vpn.driver.endpoints.get(id)?.publicAddress)).toEqual([null, null]);
    await expect(gateways.create(site, addresses)).rejects.toMatchObject({
      code: 'conflict',
      message: '10.1.7.7 is taken; choose another address of the access subnet.',
      meta: { precondition: 'private-ip-is-taken' },
    });
    await gateways.remove(gateway.id);
  });

  it('is an IPv6 subnet for a gateway that carries IPv6', async () => {
    const site = await gateways.site();
    const ipv6 = { ipVersion: 6 as const, localSubnets: undefined, localSubnetsV6: [site.v6.cidr] };
    const gateway = await gateways.made(gateways.create(site, { ...ipv6, connectSubnetId: site.v6.id }));
    expect(gateway).toMatchObject({ ipVersion: 6, localSubnets: [site.v6.cidr], connectSubnetId: site.v6.id });
    expect((await gateways.addressesOf(gateway.id)).map(({ family }) => family)).toEqual([6, 6, 6, 6]);
    const mixed = { connectSubnetId: site.v6.id, accessSubnetId: site.v4.id, networkType: 'public' as const };
    const reachedByIpv4 = await gateways.made(gateways.create(site, { ...ipv6, ...mixed }));
    for (const { accessAddress, connectAddress } of pairOf(reachedByIpv4)) {
      expect([accessAddress?.includes('.'), connectAddress?.includes(':')]).toEqual([true, true]);
    }
    for (const { id } of [gateway, reachedByIpv4]) await gateways.remove(id);
  });

  it('is the oldest subnet with room of its router, when none is named', async () => {
    const full = await gateways.site('10.8.0.0/30');
    const roomy = await gateways.networkOf(full.vpcId, '10.8.1.0/24');
    const gateway = await gateways.made(gateways.createAtRouter(roomy));
    expect(gateway).toMatchObject({
      ...{ attachmentType: 'er', erId: full.vpcId, vpcId: null, accessVpcId: full.vpcId, connectSubnetId: null },
      ...{ accessSubnetId: roomy.v4.id, localSubnets: [] },
    });
    expect(pairOf(gateway).map(({ connectAddress }) => connectAddress)).toEqual([null, null]);
    expect(await gateways.addressesOf(gateway.id)).toHaveLength(2);
    expect(await gateways.portsOf(gateway.id)).toHaveLength(2);
    await gateways.remove(gateway.id);
  });

  it('is the access of a gateway of a router that names one', async () => {
    const router = await gateways.site();
    const access = await gateways.site('10.9.0.0/24');
    const gateway = await gateways.made(
      gateways.createAtRouter(router, { vpcId: access.vpcId, connectSubnetId: access.v4.id, networkType: 'public' }),
    );
    expect(gateway).toMatchObject({ accessVpcId: access.vpcId, accessSubnetId: access.v4.id, erId: router.vpcId });
    await gateways.remove(gateway.id);
  });
});

describe('a gateway that could not be made', () => {
  it('stays in fault, holds nothing and can only be deleted', async () => {
    const site = await gateways.site();
    const before = await resourcesInUse(vpn);
    vpn.driver.faults.push({ call: 'announce', code: 'conflict', message: 'no room on the device', times: 1 });
    const { resource, operation } = await gateways.create(site, { networkType: 'public' });
    expect(await vpn.ended(operation.id)).toMatchObject({ state: 'failure' });
    const { state, stateReason, endpoints, appliedAt } = await gateways.get(resource.id);
    expect({ state, appliedAt }).toEqual({ state: 'fault', appliedAt: null });
    expect(stateReason).toBe('no room on the device');
    for (const endpoint of endpoints) {
      expect(endpoint).toMatchObject({ zone: null, accessAddress: null, connectAddress: null, eip: { address: null } });
    }
    expect(await resourcesInUse(vpn)).toEqual(before);
    await expect(gateways.update(resource.id, { name: 'other' })).rejects.toMatchObject({
      code: 'precondition-failed',
      message: expect.stringContaining(`could not be provisioned (${stateReason})`),
      meta: { precondition: 'gateway-not-ready' },
    });
    await gateways.remove(resource.id);
    expect(await resourcesInUse(vpn)).toEqual(before);
  });

  it('is in fault again when its deletion fails', async () => {
    const site = await gateways.site();
    vpn.probe.arm('before', 'do', 'attach-ports', 1, () => Promise.reject(new Error('broken')));
    const { resource, operation } = await gateways.create(site);
    await vpn.ended(operation.id);
    const { stateReason } = await gateways.get(resource.id);
    vpn.probe.arm('after', 'do', 'remove-endpoints', 1, () => Promise.reject(new Error('broken again')));
    expect(await vpn.ended((await gateways.delete(resource.id)).operation.id)).toMatchObject({ state: 'failure' });
    expect(await gateways.get(resource.id)).toMatchObject({ state: 'fault', stateReason });
    await gateways.remove(resource.id);
  });
});

describe('twenty gateways that race for room for five', () => {
  it('make exactly five, and the others leave nothing behind', async () => {
    const site = await gateways.site('10.6.0.0/27');
    const { id } = site.v4;
    const { free } = await vpn.ipam('subnet.capacity', { subnetId: id });
    for (let left = Number(free); left > 20; left--)
      await vpn.ipam('address.book', { subnetId: id, family: 4, tags: [] });
    const before = await resourcesInUse(vpn);

    const tried = await Promise.allSettled(Array.from({ length: 20 }, () => gateways.create(site)));
    const refused = tried.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    for (const refusal of refused) {
      expect(refusal).toMatchObject({ code: 'exhausted', meta: { precondition: 'subnet-lacks-free-ips' } });
    }
    const accepted = tried.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await Promise.all(accepted.map(({ operation }) => vpn.ended(operation.id)));
    const ended = await Promise.all(accepted.map(({ resource }) => gateways.get(resource.id)));
    const active = ended.filter(({ state }) => state === 'active');
    const faults = ended.filter(({ state }) => state === 'fault');
    expect([active.length, faults.length + refused.length]).toEqual([5, 15]);
    for (const { stateReason } of faults) expect(stateReason).toMatch(/10\.6\.0\.0\/27|free for all/);
    expect(await vpn.ipam('subnet.capacity', { subnetId: id })).toMatchObject({ free: '0' });
    expect(
      await vpn.database.query('SELECT FROM network.gateway_port WHERE private_network_id = $1', [
        site.v4.privateNetworkId,
      ]),
    ).toHaveLength(20);

    await Promise.all(faults.map((gateway) => gateways.remove(gateway.id)));
    await Promise.all(active.map((gateway) => gateways.remove(gateway.id)));
    expect(await resourcesInUse(vpn)).toEqual(before);
  });
});

describe('a gateway that is busy', () => {
  it.each([
    ['creating', 'place-on-zones'],
    ['updating', 'announce-local-subnets'],
    ['deleting', 'withdraw-local-subnets'],
  ] as const)('refuses changes while it is %s, naming the operation', async (state, step) => {
    const site = await gateways.site();
    const made = state === 'creating' ? undefined : await gateways.made(gateways.create(site));
    const letGo = vpn.probe.hold('before', 'do', step);
    const accepted = await (made === undefined
      ? gateways.create(site)
      : state === 'updating'
        ? gateways.update(made.id, { name: 'busy' })
        : gateways.delete(made.id));
    const { id } = accepted.resource;
    const busy = {
      code: 'busy',
      meta: { precondition: `gateway-is-${state}`, operationId: accepted.operation.id, resourceId: id },
    };
    await expect(gateways.delete(id)).rejects.toMatchObject(busy);
    await expect(gateways.update(id, { name: 'late' })).rejects.toMatchObject(busy);
    letGo();
    expect(await vpn.ended(accepted.operation.id)).toMatchObject({ state: 'success' });
    if (state !== 'deleting') await gateways.remove(id);
  });

  it('is not deleted while it has connections', async () => {
    const gateway = await gateways.made(gateways.create(await gateways.site()));
    const [home, office] = [await connections.customerGateway(), await connections.customerGateway()];
    const connectTo = async (customerGatewayId: string, slot: 1 | 2): Promise<string> => {
      const command = connections.command(gateway, customerGatewayId, { gatewayIp: ipOf(gateway, slot) });
      return (await connections.made(connections.create(command))).id;
    };
    const ids = [await connectTo(home.id, 1), await connectTo(home.id, 2)];
    expect(await gateways.get(gateway.id)).toMatchObject({ connectionCount: 2, connectionGroupCount: 1 });
    ids.push(await connectTo(office.id, 1));
    expect(await gateways.get(gateway.id)).toMatchObject({ connectionCount: 3, connectionGroupCount: 2 });
    await expect(gateways.delete(gateway.id)).rejects.toMatchObject({
      code: 'precondition-failed',
      message: 'It has 3 connections; delete those first.',
      meta: { precondition: 'gateway-has-connections', resourceId: gateway.id },
    });
    for (const id of ids) await vpn.succeed(connections.delete(id));
    await gateways.remove(gateway.id);
  });

  it('is deleted or gets a connection, when both are asked for at once, but never both', async () => {
    const site = await gateways.site();
    const { id: customerId } = await connections.customerGateway();
    for (let round = 0; round < 5; round++) {
      const gateway = await gateways.made(gateways.create(site));
      const [connecting, deleting] = await Promise.allSettled([
        connections.create(connections.command(gateway, customerId)),
        gateways.delete(gateway.id),
      ]);
      expect([connecting.status, deleting.status].sort()).toEqual(['fulfilled', 'rejected']);
      if (connecting.status === 'fulfilled') {
        await vpn.succeed(Promise.resolve(connecting.value));
        await vpn.succeed(connections.delete(connecting.value.resource.id));
        await gateways.remove(gateway.id);
      }
      if (deleting.status === 'fulfilled') await vpn.succeed(Promise.resolve(deleting.value));
    }
  });
});

describe('gateways of a project', () => {
  it('are listed in the order of their creation, by id and by enterprise project', async () => {
    const site = await gateways.site();
    const enterpriseProjectId = randomUUID();
    const first = await gateways.made(gateways.create(site));
    const second = await gateways.made(gateways.create(site, { enterpriseProjectId }));
    const list = (query: object, projectId?: string) => reader().list(query, vpn.context(projectId));
    const all = await list({});
    expect(all.slice(-2)).toEqual([first, second]);
    expect(await list({ gatewayId: first.id.toUpperCase() })).toEqual([first]);
    expect(await list({ gatewayId: 'x' })).toEqual([]);
    expect(await list({ enterpriseProjectIds: [enterpriseProjectId] })).toEqual([second]);
    expect(await list({ enterpriseProjectIds: ['0'], gatewayId: second.id })).toEqual([]);
    expect(await list({}, randomUUID())).toEqual([]);
    for (const { id } of [first, second]) await gateways.remove(id);
  });

  it('are nobody else’s', async () => {
    const gateway = await gateways.made(gateways.create(await gateways.site()));
    const stranger = vpn.context(randomUUID());
    await expect(reader().get(gateway.id, stranger)).rejects.toMatchObject({ code: 'not-found' });
    const deleting = vpn.app.get(VpnGatewayService).delete(gateway.id, stranger);
    await expect(deleting).rejects.toMatchObject({ code: 'not-found' });
    await expect(gateways.get('no-uuid')).rejects.toMatchObject({ code: 'not-found' });
    await gateways.remove(gateway.id);
  });

  it('count against its quota until they are gone', async () => {
    const used = async (): Promise<number | undefined> =>
      (await reader().listQuotas(vpn.context())).find(({ resource }) => resource === 'vpn-gateway')?.used;
    const before = (await used()) ?? NaN;
    const gateway = await gateways.made(gateways.create(await gateways.site()));
    expect(await used()).toBe(before + 1);
    await gateways.remove(gateway.id);
    expect(await used()).toBe(before);
  });

  it('are made once per request', async () => {
    const site = await gateways.site();
    const eip = await gateways.bookEip();
    const { region, vpcId, v4 } = site;
    const command = { region, vpcId, connectSubnetId: v4.id, localSubnets: ['10.1.0.0/16'], eip1: { id: eip.id } };
    const request = vpn.context();
    const first = await vpn.succeed(vpn.app.get(VpnGatewayService).create(command, request));
    // By now its EIP is attached to the gateway that the first delivery made.
    expect(await vpn.app.get(VpnGatewayService).create(command, request)).toEqual(first);
    await gateways.remove(first.resource.id);
  });

  it('may choose of what the zones offer', () => {
    const offers = reader().listOffers('fr-par');
    expect(offers).toContainEqual({ zone: 'fr-par-1', flavor: 'GM', attachmentType: 'er', ipVersion: 6 });
    expect(offers.some(({ zone, flavor }) => zone === 'fr-par-2' && flavor === 'GM')).toBe(false);
    expect(offers.some(({ flavor, attachmentType }) => flavor === 'Basic' && attachmentType === 'er')).toBe(false);
    expect(reader().listOffers('nowhere')).toEqual([]);
  });
});
