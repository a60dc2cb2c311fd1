import type { VpnGatewayView } from '@isthmus/model';
import { violations } from '@isthmus/testing';
import { GatewayCommands, resourcesInUse, type Site } from '../../test/gateways';
import { startVpnApp, type VpnApp } from '../../test/vpn-app';

const CAPACITY = 4;
const QUOTA = 12;

let vpn: VpnApp;
let gateways: GatewayCommands;
let site: Site;

beforeAll(async () => {
  const quotas = { 'vpn-gateway': QUOTA, 'customer-gateway': 1, 'vpn-connection': 1 };
  vpn = await startVpnApp({ zoneCapacity: CAPACITY, quotas });
  gateways = new GatewayCommands(vpn);
  site = await gateways.site();
});

afterEach(async () => {
  expect(await violations(vpn.database)).toEqual([]);
});

afterAll(() => vpn.stop());

/** Creates that many at once; answers them as they ended. */
async function raceOf(count: number): Promise<VpnGatewayView[]> {
  const accepted = await Promise.all(Array.from({ length: count }, () => gateways.create(site)));
  await Promise.all(accepted.map(({ operation }) => vpn.ended(operation.id)));
  return Promise.all(accepted.map(({ resource }) => gateways.get(resource.id)));
}

const remove = async ({ id }: VpnGatewayView): Promise<unknown> => vpn.succeed(gateways.delete(id));

describe('three zones with room for four endpoints each', () => {
  it('host six gateways evenly, and no more, however many race', async () => {
    const before = await resourcesInUse(vpn);
    const ended = await raceOf(10);
    const active = ended.filter(({ state }) => state === 'active');
    const faults = ended.filter(({ state }) => state === 'fault');
    expect([active.length, faults.length]).toEqual([6, 4]);
    for (const { endpoints } of active) expect(new Set(endpoints.map(({ zone }) => zone)).size).toBe(2);
    for (const { stateReason } of faults)
      expect(stateReason).toMatch(/^There is no room for a VPN gateway in fr-par-1/);
    const full = ['fr-par-1', 'fr-par-2', 'fr-par-3'].map((zone) => ({ zone, used: CAPACITY }));
    expect(await vpn.database.query('SELECT zone, used FROM vpn.zone_usage ORDER BY zone')).toEqual(full);

    const [first, ...others] = active as [VpnGatewayView, ...VpnGatewayView[]];
    await remove(first);
    const again = await gateways.made(gateways.create(site));
    expect(again.endpoints.map(({ zone }) => zone).sort()).toEqual(first.endpoints.map(({ zone }) => zone).sort());
    await Promise.all([again, ...others, ...faults].map(remove));
    expect(await resourcesInUse(vpn)).toEqual(before);
  });

  it('make a pair only where both of its zones have room', async () => {
    const zones = ['fr-par-1', 'fr-par-2'];
    const filling = await Promise.all([1, 2, 3, 4].map(() => gateways.made(gateways.create(site, { zones }))));
    const { resource, operation } = await gateways.create(site);
    expect(await vpn.ended(operation.id)).toMatchObject({ state: 'failure' });
    await Promise.all([...filling, resource].map(remove));
  });
});

describe('a project at its quota', () => {
  it('is refused, until a gateway is gone', async () => {
    const ended = await raceOf(QUOTA);
    await expect(gateways.create(site)).rejects.toMatchObject({
      code: 'quota-exceeded',
      meta: { quota: { limit: QUOTA, current: QUOTA } },
    });
    await remove(ended[0] as VpnGatewayView);
    await vpn.ended((await gateways.create(site)).operation.id);
  });
});
