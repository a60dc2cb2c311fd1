import { randomUUID } from 'node:crypto';
import type { QueryAddresses } from '@isthmus/contracts';
import type { AddressView, SubnetView } from '@isthmus/model';
import { poolsIn } from '../pool/pool';
import { PoolSeeder } from '../pool/pool.seeder';
import { Ipam } from './test-database';

describe('queries', () => {
  let ipam: Ipam;
  let subnet: SubnetView;
  let other: SubnetView;
  const booked: AddressView[] = [];
  const c = (project?: string) => ipam.context('address.query', undefined, project);

  beforeAll(async () => {
    ipam = await Ipam.start();
    const pools = poolsIn({ pools: [{ region: 'fr-par', zone: 'fr-par-1', cidrs: ['203.0.113.0/29'] }] });
    await new PoolSeeder(ipam.database, ipam.pools, pools).onModuleInit();
    subnet = await ipam.reserveCidr('10.0.0.0/24');
    other = await ipam.reserveCidr('fd00::/64');
    const book = async (from: object, tags: string[], macAddress?: string, name?: string): Promise<void> => {
      const owner = macAddress === undefined ? undefined : { macAddress, name };
      booked.push(await ipam.bookings.book({ family: 4, tags, owner, ...from }, ipam.context('address.book')));
    };
    await book({ subnetId: subnet.id }, ['a']);
    await book({ subnetId: subnet.id }, ['a', 'b'], '02:00:00:00:00:0B', 'web-1');
    await book({ subnetId: other.id, family: 6 }, ['c'], '02:00:00:00:00:0A', 'db-1');
    await book({ zone: 'fr-par-1' }, []);
    await ipam.bookings.book({ family: 4, tags: ['a'], zone: 'fr-par-1' }, c(randomUUID()));
  });
  afterAll(() => ipam.stop());

  const query = async (filters: Partial<QueryAddresses>): Promise<{ found: number[]; totalCount: number }> => {
    const request = { region: 'fr-par', paging: { page: 1, pageSize: 50 }, ...filters };
    const { items, totalCount } = await ipam.queries.query(request, c());
    for (const item of items) expect(booked).toContainEqual(item);
    return { found: items.map(({ id }) => booked.findIndex((address) => address.id === id)), totalCount };
  };
  const found = async (filters: Partial<QueryAddresses>) => (await query(filters)).found;

  it('finds by every filter, and by all at once', async () => {
    const [, second, third] = booked;
    expect(await query({})).toEqual({ found: [3, 2, 1, 0], totalCount: 4 });
    expect(await found({ region: 'nl-ams' })).toEqual([]);
    expect(await query({ zone: 'fr-par-1' })).toEqual({ found: [3], totalCount: 1 });
    expect(await query({ subnetId: subnet.id })).toEqual({ found: [1, 0], totalCount: 2 });
    expect(await query({ privateNetworkId: other.privateNetworkId })).toEqual({ found: [2], totalCount: 1 });
    expect(await query({ vpcId: subnet.vpcId, family: 4 })).toEqual({ found: [1, 0], totalCount: 2 });
    expect(await query({ family: 4 })).toEqual({ found: [3, 1, 0], totalCount: 3 });
    expect(await query({ isAttached: true })).toEqual({ found: [2, 1], totalCount: 2 });
    expect(await found({ isAttached: false })).toEqual([3, 0]);
    expect(await found({ resourceName: 'eb-' })).toEqual([1]);
    expect(await found({ resourceName: '%' })).toEqual([]);
    expect(await found({ ownerIds: [second?.id ?? '', third?.id ?? ''] })).toEqual([2, 1]);
    expect(await found({ ownerTypes: ['rdb_instance'] })).toEqual([]);
    expect(await found({ ownerTypes: ['rdb_instance', 'custom'] })).toEqual([2, 1]);
    expect(await found({ macAddress: '02:00:00:00:00:0b' })).toEqual([1]);
    expect(await found({ tags: ['b', 'c'] })).toEqual([2, 1]);
    expect(await found({ addressIds: [second?.id ?? '', 'nonsense'] })).toEqual([1]);
    expect(await found({ subnetId: subnet.id, tags: ['a'], isAttached: true, family: 4, resourceName: 'web' })).toEqual(
      [1],
    );
  });

  it('orders by every key', async () => {
    expect(await found({ orderBy: 'created_at_asc' })).toEqual([0, 1, 2, 3]);
    expect(await found({ orderBy: 'updated_at_desc' })).toEqual([3, 2, 1, 0]);
    expect((await found({ orderBy: 'attached_at_asc' })).slice(0, 2)).toEqual([1, 2]);
    expect((await found({ orderBy: 'attached_at_desc' })).slice(0, 2)).toEqual([2, 1]);
    expect((await found({ orderBy: 'mac_address_asc' })).slice(0, 2)).toEqual([2, 1]);
    expect(await found({ orderBy: 'ip_address_asc' })).toEqual([0, 1, 3, 2]);
    expect(await found({ orderBy: 'ip_address_desc' })).toEqual([2, 3, 1, 0]);
  });

  it('pages, also behind the end', async () => {
    const page = (number: number, more: object = {}) => query({ paging: { page: number, pageSize: 3 }, ...more });
    expect(await page(2)).toEqual({ found: [0], totalCount: 4 });
    expect(await page(3)).toEqual({ found: [], totalCount: 4 });
    expect(await page(2, { tags: ['a', 'c'] })).toEqual({ found: [], totalCount: 3 });
    await expect(page(0)).rejects.toMatchObject({ meta: { violations: [{ field: 'page' }] } });
    await expect(query({ paging: { page: 1, pageSize: 1_001 } })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('names the filter that contradicts another', async () => {
    const field = (filters: Partial<QueryAddresses>) =>
      query(filters).then(String, (error) => error.meta.violations[0].field);
    const id = randomUUID();
    expect(await field({ zone: 'fr-par-1', subnetId: id })).toBe('subnetId');
    expect(await field({ privateNetworkId: id, subnetId: id })).toBe('subnetId');
    expect(await field({ zone: 'fr-par-1', vpcId: id })).toBe('vpcId');
    expect(await field({ isAttached: false, ownerIds: [id] })).toBe('ownerIds');
    expect(await field({ vpcId: 'nonsense' })).toBe('vpcId');
  });

  it('walks through many rows in the index and counts them by the books', async () => {
    const big = await ipam.reserveCidr('10.64.0.0/16', { isJoined: false });
    await ipam.fill(big, 30_000);
    await ipam.database.execute('ANALYZE ipam.address');
    const everywhere = { region: 'fr-par', orderBy: 'created_at_asc' as const };
    const [near, far] = await Promise.all(
      [1, 300].map((page) => ipam.queries.query({ ...everywhere, paging: { page, pageSize: 100 } }, c())),
    );
    expect(near?.totalCount).toBe(30_004);
    expect(near?.items.map(({ id }) => id).slice(0, 4)).toEqual(booked.map(({ id }) => id));
    const rows = await ipam.database.query<{ id: string }>(
      'SELECT id FROM ipam.address WHERE project_id = $1 ORDER BY created_at, id OFFSET 29900 LIMIT 100',
      [ipam.projectId],
    );
    expect(far?.items.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    const inBig = await ipam.queries.query(
      { ...everywhere, subnetId: big.id, paging: { page: 301, pageSize: 100 } },
      c(),
    );
    expect([inBig.items.length, inBig.totalCount]).toEqual([0, 30_000]);
    expect(await ipam.violations()).toEqual([]);
  });
});
