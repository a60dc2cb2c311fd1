import { randomUUID } from 'node:crypto';
import type { BookAddress } from '@isthmus/contracts';
import type { AddressView } from '@isthmus/model';
import { poolsIn } from '../pool/pool';
import { PoolSeeder } from '../pool/pool.seeder';
import { Ipam, outcomes } from './test-database';

const POOLS = poolsIn({
  pools: [
    { region: 'fr-par', zone: 'fr-par-1', cidrs: ['203.0.113.0/29', '2001:db8:1::/64'] },
    { region: 'fr-par', zone: 'fr-par-2', cidrs: ['203.0.113.8/29', '203.0.113.16/30'] },
  ],
});

describe('sources of addresses', () => {
  let ipam: Ipam;
  const seed = (pools = POOLS) => new PoolSeeder(ipam.database, ipam.pools, pools).onModuleInit();
  beforeAll(async () => {
    ipam = await Ipam.start();
    await Promise.all([seed(), seed()]);
  });
  afterEach(async () => expect(await ipam.violations()).toEqual([]));
  afterAll(() => ipam.stop());

  const book = (request: Partial<BookAddress>, project?: string, caller?: string): Promise<AddressView> =>
    ipam.bookings.book({ family: 4, tags: [], ...request }, ipam.context('address.book', undefined, project, caller));
  const get = (addressId: string, project?: string) =>
    ipam.queries.get({ addressId }, ipam.context('address.get', undefined, project));

  it('hands out the addresses of a zone to any project, until there are none', async () => {
    const other = randomUUID();
    const first = await book({ zone: 'fr-par-1' });
    expect(first).toMatchObject({
      ...{ address: '203.0.113.2', prefixLength: 29, region: 'fr-par', zone: 'fr-par-1' },
      ...{ source: { kind: 'zone', zone: 'fr-par-1' }, subnetId: null, privateNetworkId: null, vpcId: null },
    });
    expect((await book({ zone: 'fr-par-1' }, other)).address).toBe('203.0.113.3');
    expect((await book({ zone: 'fr-par-1', family: 6 })).address).toBe('2001:db8:1::2');
    await expect(get(first.id, other)).rejects.toMatchObject({ code: 'not-found' });
    expect(await outcomes(Array.from({ length: 12 }, () => book({ zone: 'fr-par-1' })))).toEqual({
      ...{ kept: 3, codes: ['exhausted'] },
    });
    await expect(book({ zone: 'fr-par-1' })).rejects.toMatchObject({
      meta: { capacity: { total: '8', used: '5', held: '3', free: '0' } },
    });
    await ipam.release(first.id);
    expect((await book({ zone: 'fr-par-1' }, other)).address).toBe('203.0.113.2');
  });

  it('goes on to the next pool of a zone, and keeps pools apart', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => book({ zone: 'fr-par-2' })));
    expect(all.map(({ address }) => address).sort()).toContain('203.0.113.18');
    await seed();
    const twice = poolsIn({ pools: [{ region: 'fr-par', zone: 'fr-par-3', cidrs: ['203.0.113.0/28'] }] });
    await expect(seed(twice)).rejects.toThrow('overlaps another one');
  });

  it('books out of a VPC: the oldest subnet that has room', async () => {
    const plans = [{ kind: 'cidr', cidr: '10.0.0.0/30', hasGateway: true }] as never;
    const [small] = await ipam.reserve(plans);
    const vpcId = small?.vpcId ?? '';
    await ipam.reserve([{ kind: 'cidr', cidr: '10.0.1.0/24', hasGateway: true }] as never, { vpcId });
    const addresses = [await book({ vpcId }), await book({ vpcId }), await book({ vpcId, address: '10.0.1.77' })];
    expect(addresses.map(({ address }) => address)).toEqual(['10.0.0.2', '10.0.1.2', '10.0.1.77']);
    expect(addresses[0]).toMatchObject({ vpcId, subnetId: small?.id, source: { kind: 'subnet', subnetId: small?.id } });
  });

  it('refuses what is no source', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const subnetId = subnet.id;
    const refusal = async (request: Partial<BookAddress>): Promise<unknown[]> => {
      const error = await book(request).then(String, (thrown) => thrown);
      return [error.code, error.meta?.violations?.[0]?.field ?? error.meta?.resource];
    };
    expect(await refusal({})).toEqual(['invalid-argument', 'source']);
    expect(await refusal({ subnetId, zone: 'fr-par-1' })).toEqual(['invalid-argument', 'source']);
    expect(await refusal({ zone: 'fr-par-2', address: '203.0.113.9' })).toEqual(['invalid-argument', 'address']);
    expect(await refusal({ zone: 'fr-par-2', family: 6 })).toEqual(['invalid-argument', 'family']);
    expect(await refusal({ zone: 'mars-1' })).toEqual(['not-found', 'zone']);
    expect(await refusal({ vpcId: randomUUID() })).toEqual(['not-found', 'vpc']);
    expect(await refusal({ subnetId, region: 'nl-ams' })).toEqual(['not-found', 'subnet']);
    expect(await refusal({ subnetId, address: '10.1.0.1' })).toEqual(['invalid-argument', 'address']);
    expect(await refusal({ subnetId, owner: { macAddress: 'nonsense' } })).toEqual([
      'invalid-argument',
      'owner.macAddress',
    ]);
  });

  it('answers a dry run with what a booking would, and books nothing', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/29');
    const dry = await book({ subnetId: subnet.id, isDryRun: true });
    expect(dry.address).toBe('10.0.0.2');
    await expect(get(dry.id)).rejects.toMatchObject({ code: 'not-found' });
    for (let n = 0; n < 5; n++) await ipam.book(subnet);
    await expect(book({ subnetId: subnet.id, isDryRun: true })).rejects.toMatchObject({ code: 'exhausted' });
  });

  it('answers a booking as it is read later, with an owner at once', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const requestId = randomUUID();
    const request: BookAddress = {
      ...{ subnetId: subnet.id, family: 4, tags: ['a', 'b'] },
      owner: { macAddress: '02-AB-00-00-00-01', name: 'vm' },
    };
    const send = () => ipam.bookings.book(request, ipam.context('address.book', requestId));
    const [booked, again] = await Promise.all([send(), send()]);
    expect(again).toEqual(booked);
    expect(booked.owner).toEqual({
      ...{ type: 'custom', id: booked.id, parentId: null, name: 'vm', macAddress: '02:ab:00:00:00:01' },
    });
    expect(await get(booked.id)).toEqual(booked);
    await ipam.undo(requestId);
    await expect(get(booked.id)).rejects.toMatchObject({ code: 'not-found' });
  });
});
