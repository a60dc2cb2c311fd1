import { randomUUID } from 'node:crypto';
import { violations } from '@isthmus/testing';
import { GatewayCommands, type Site } from '../../test/gateways';
import { startVpnApp, type VpnApp } from '../../test/vpn-app';
import { VpnGatewayService } from './vpn-gateway.service';

let vpn: VpnApp;
let gateways: GatewayCommands;

beforeAll(async () => {
  vpn = await startVpnApp();
  gateways = new GatewayCommands(vpn);
});

afterEach(async () => {
  vpn.probe.disarm();
  expect(await violations(vpn.database)).toEqual([]);
});

afterAll(() => vpn.stop());

describe('a gateway is refused', () => {
  let site: Site;
  let other: Site;

  beforeAll(async () => {
    site = await gateways.site();
    other = await gateways.site('10.3.0.0/24');
  });

  afterEach(async () => {
    expect(await vpn.database.query('SELECT FROM vpn.gateway WHERE state <> $1', ['active'])).toEqual([]);
  });

  it.each(['vpcId', 'accessVpcId', 'connectSubnetId', 'accessSubnetId'])(
    'for a %s that is not there',
    async (field) => {
      const id = randomUUID();
      const resource = field.includes('Vpc') || field === 'vpcId' ? 'vpc' : 'subnet';
      await expect(gateways.create(site, { [field]: id })).rejects.toMatchObject({
        code: 'not-found',
        meta: { resource, resourceId: id },
      });
    },
  );

  it('for a router that is not there, or does not route', async () => {
    const erId = randomUUID();
    await expect(gateways.createAtRouter(site, { erId })).rejects.toMatchObject({ code: 'not-found' });
    const silent = await gateways.vpc('fr-par', false);
    await expect(gateways.createAtRouter(site, { erId: silent })).rejects.toMatchObject({
      code: 'precondition-failed',
      meta: { precondition: 'vpc_routing_is_enabled', resourceId: silent },
    });
  });

  it('for a VPC of another region or project', async () => {
    await expect(gateways.create(site, { region: 'nl-ams' })).rejects.toMatchObject({ code: 'not-found' });
    const command = { region: 'fr-par', vpcId: site.vpcId, connectSubnetId: site.v4.id, localSubnets: ['10.1.0.0/16'] };
    const foreign = vpn.app.get(VpnGatewayService).create(command, vpn.context(randomUUID()));
    await expect(foreign).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    ['connectSubnetId', (): object => ({ connectSubnetId: other.v4.id })],
    ['accessSubnetId', (): object => ({ accessSubnetId: other.v4.id })],
    ['accessSubnetId', (): object => ({ accessVpcId: other.vpcId })],
  ])('for a %s of another VPC', async (field, change) => {
    await expect(gateways.create(site, change())).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('is not one of VPC'),
      meta: { violations: [{ field }] },
    });
  });

  it('for a connect subnet of the other family, and an access that its router cannot use', async () => {
    await expect(gateways.create(site, { connectSubnetId: site.v6.id })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('name an IPv4 subnet'),
    });
    await expect(gateways.createAtRouter(site, { connectSubnetId: site.v6.id })).rejects.toMatchObject({
      code: 'invalid-argument',
      meta: { violations: [{ field: 'accessSubnetId' }] },
    });
    const bare = await gateways.vpc();
    await expect(gateways.createAtRouter(site, { erId: bare })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('has no IPv4 subnet'),
    });
  });

  it.each(['10.2.0.1', '172.16.0.1', 'fd00::1'])(
    'for the private address %s, outside of its subnet',
    async (address) => {
      const addresses = { accessPrivateIp1: '10.1.0.9', accessPrivateIp2: address };
      await expect(gateways.create(site, addresses)).rejects.toMatchObject({
        code: 'invalid-argument',
        meta: { precondition: 'private-ip-outside-subnet', violations: [{ field: 'accessPrivateIp2' }] },
      });
    },
  );

  it('for a private address that its subnet holds for itself', async () => {
    const addresses = { accessPrivateIp1: '10.1.0.1', accessPrivateIp2: '10.1.0.9' };
    await expect(gateways.create(site, addresses)).rejects.toMatchObject({
      code: 'conflict',
      meta: { precondition: 'private-ip-is-taken' },
    });
  });

  it.each([
    ['an unknown id', async (): Promise<string> => randomUUID()],
    [
      'a private address',
      async () => (await vpn.ipam('address.book', { subnetId: site.v4.id, family: 4, tags: [] })).id,
    ],
    ['an IPv6 address', async () => (await vpn.ipam('address.book', { zone: 'fr-par-1', family: 6, tags: [] })).id],
    ['one of another region', async () => (await gateways.bookEip('nl-ams-1')).id],
  ])('for %s as its EIP', async (_what, eipOf) => {
    const id = await eipOf();
    const eips = { networkType: 'public' as const, eip2: { id } };
    await expect(gateways.create(site, eips)).rejects.toMatchObject({ code: 'not-found', meta: { resourceId: id } });
  });

  it('for a subnet without room, telling how much there is', async () => {
    const small = await gateways.site('10.4.0.0/29');
    const { id } = small.v4;
    const { free } = await vpn.ipam('subnet.capacity', { subnetId: id });
    for (let left = Number(free); left > 3; left--)
      await vpn.ipam('address.book', { subnetId: id, family: 4, tags: [] });
    await expect(gateways.create(small)).rejects.toMatchObject({
      code: 'exhausted',
      message: `The gateway needs 4 free addresses of subnet ${id}, which has 3; release some, or name another subnet.`,
      meta: { precondition: 'subnet-lacks-free-ips', resourceId: id, capacity: { free: '3', held: '3' } },
    });
    for (let left = 3; left > 1; left--) await vpn.ipam('address.book', { subnetId: id, family: 4, tags: [] });
    await expect(gateways.createAtRouter(small)).rejects.toMatchObject({
      code: 'exhausted',
      meta: { precondition: 'subnet-lacks-free-ips' },
    });
  });
});
