import { randomUUID } from 'node:crypto';
import type { AddressPlace, ReleaseOwner } from '@isthmus/contracts';
import type { AddressOwner, AddressView, SubnetView } from '@isthmus/model';
import { poolsIn } from '../pool/pool';
import { PoolSeeder } from '../pool/pool.seeder';
import { Ipam, nic, outcomes } from './test-database';

const POOLS = poolsIn({
  pools: [
    { region: 'fr-par', zone: 'fr-par-1', cidrs: ['203.0.113.0/27', '2001:db8:1::/64'] },
    { region: 'fr-par', zone: 'fr-par-2', cidrs: ['203.0.113.32/29'] },
    { region: 'fr-par', zone: 'fr-par-3', cidrs: ['203.0.113.40/30', '203.0.113.44/30'] },
  ],
});

const PUBLIC: AddressPlace = { zone: 'fr-par-1', family: 4 };

describe('sets of addresses', () => {
  let ipam: Ipam;
  beforeAll(async () => {
    ipam = await Ipam.start();
    await new PoolSeeder(ipam.database, ipam.pools, POOLS).onModuleInit();
  });
  afterEach(async () => {
    expect(await ipam.violations()).toEqual([]);
    // A zone is shared by all tests, so each leaves it as it was.
    await ipam.database.execute(`UPDATE ipam.address SET owner_type = NULL, owner_id = NULL, owner_parent_id = NULL,
      owner_name = NULL, owner_mac_address = NULL, attached_by_request = NULL, is_reserved = true`);
    await ipam.database.execute('DELETE FROM ipam.address');
    await ipam.database.execute('SELECT ipam.rebuild_free(id) FROM ipam.subnet');
  });
  afterAll(() => ipam.stop());

  const gateway = (id: string = randomUUID()): AddressOwner => ({
    ...{ type: 'vpn_gateway', id, parentId: null, name: 'gw-1', macAddress: null },
  });
  const as = (pattern: string, requestId?: string, projectId?: string, caller = 'vpn-svc') =>
    ipam.context(pattern, requestId, projectId, caller);
  const assign = (places: AddressPlace[], owner = gateway(), requestId?: string, caller?: string) =>
    ipam.sets.assign({ owner, places }, as('address.assign-set', requestId, undefined, caller));
  const bookPublic = (zone = 'fr-par-1') =>
    ipam.bookings.book({ zone, family: 4, tags: ['mine'] }, as('address.book', undefined, undefined, 'api-gateway'));
  const releaseOwner = (request: ReleaseOwner, requestId?: string) =>
    ipam.addresses.releaseOwner(request, as('address.release-owner', requestId));
  const heldBy = (ownerId: string) => ipam.addresses.list({ ownerIds: [ownerId] }, as('address.list'));
  const find = async (addressId: string) =>
    (await ipam.addresses.list({ addressIds: [addressId] }, as('address.list')))[0];
  const textOf = (views: AddressView[]) => views.map(({ address }) => address);
  const times = (count: number, place: AddressPlace) => Array.from({ length: count }, () => place);
  const countAll = async () =>
    Number((await ipam.database.query<{ count: string }>('SELECT count(*) FROM ipam.address'))[0]?.count);
  /** Twenty addresses are free, none of which is beside another: a set takes all the intervals that it needs one by one. */
  const twentyFree = async (): Promise<SubnetView> => {
    const subnet = await ipam.reserveCidr('10.0.0.0/26', { isJoined: false });
    const places = (numbers: number[]): AddressPlace[] =>
      numbers.map((number) => ({ subnetId: subnet.id, address: `10.0.0.${number}` }));
    const odd = Array.from({ length: 20 }, (_, n) => 3 + 2 * n);
    const last = Array.from({ length: 21 }, (_, n) => 42 + n);
    for (const numbers of [odd.slice(0, 10), odd.slice(10), last.slice(0, 10), last.slice(10)]) {
      await assign(places(numbers));
    }
    return subnet;
  };

  describe('answers', () => {
    it('are in the order of the places, whatever they are', async () => {
      const [first, second] = [
        await ipam.reserveCidr('10.0.0.0/24', { isJoined: false }),
        await ipam.reserveCidr('10.1.0.0/24', { isJoined: false }),
      ];
      const [booked, bookedPublic] = [await ipam.book(first, '10.0.0.9'), await bookPublic()];
      const owner = gateway();
      const places: AddressPlace[] = [
        { zone: 'fr-par-1', family: 6 },
        { subnetId: second.id },
        { addressId: bookedPublic.id },
        { subnetId: first.id },
        { subnetId: first.id, address: '10.0.0.2' },
        { addressId: booked.id },
        PUBLIC,
        { subnetId: second.id.toUpperCase() },
      ];
      const requestId = randomUUID();
      const views = await assign(places, owner, requestId);
      expect(textOf(views)).toEqual([
        ...['2001:db8:1::2', '10.1.0.2', bookedPublic.address, '10.0.0.3', '10.0.0.2', '10.0.0.9', '203.0.113.3'],
        '10.1.0.3',
      ]);
      expect(views.map(({ isReserved }) => isReserved)).toEqual([false, false, true, false, false, true, false, false]);
      expect(views.every((view) => view.projectId === ipam.projectId)).toBe(true);
      expect(views.map((view) => view.owner)).toEqual(Array(8).fill(owner));
      expect(views[2]).toMatchObject({ id: bookedPublic.id, tags: ['mine'], source: { kind: 'zone' } });
      expect(await Promise.all(views.map(({ id }) => find(id)))).toEqual(views);
      expect(await assign(places, owner, requestId)).toEqual(views);
      expect(await heldBy(owner.id)).toHaveLength(8);
    });

    it('are as many as were asked for, to sixteen of one subnet', async () => {
      const subnet = await ipam.reserveCidr('10.0.0.0/24');
      const views = await assign(times(16, { subnetId: subnet.id }));
      expect(textOf(views)).toEqual(Array.from({ length: 16 }, (_, n) => `10.0.0.${n + 2}`));
    });

    it('go on to the next pool of a zone', async () => {
      const views = await assign(times(2, { zone: 'fr-par-3', family: 4 }));
      expect(textOf(views).sort()).toEqual(['203.0.113.42', '203.0.113.46']);
    });

    it('are the same for two deliveries at once', async () => {
      const subnet = await ipam.reserveCidr('10.0.0.0/24');
      const [owner, requestId] = [gateway(), randomUUID()];
      const places = times(4, { subnetId: subnet.id });
      const all = await Promise.all(Array.from({ length: 6 }, () => assign(places, owner, requestId)));
      expect(new Set(all.map((views) => JSON.stringify(textOf(views)))).size).toBe(1);
      expect(await heldBy(owner.id)).toHaveLength(4);
    });
  });

  describe('refusals', () => {
    const refusal = async (places: AddressPlace[], owner?: AddressOwner, caller?: string) => {
      const before = await countAll();
      const error = await assign(places, owner, undefined, caller).then(String, (thrown) => thrown);
      expect(await countAll()).toBe(before);
      return [error.code, error.meta?.violations?.[0]?.field ?? error.meta?.resource];
    };

    it('say what is wrong with the request', async () => {
      const { id: subnetId } = await ipam.reserveCidr('10.0.0.0/24');
      const invalid = ['invalid-argument', 'places'];
      expect(await refusal([])).toEqual(invalid);
      expect(await refusal(times(17, { subnetId }))).toEqual(invalid);
      expect(await refusal([{ subnetId, zone: 'fr-par-1', family: 4 } as never])).toEqual(invalid);
      expect(await refusal([{} as never])).toEqual(invalid);
      expect(await refusal([{ zone: 'fr-par-1' } as never])).toEqual(invalid);
      const { id: addressId } = await bookPublic();
      expect(await refusal([{ addressId }, { addressId: addressId.toUpperCase() }])).toEqual(invalid);
      expect(await refusal(times(2, { subnetId, address: '10.0.0.7' }))).toEqual(invalid);
      await expect(assign(times(2, { subnetId, address: '10.0.0.7' }))).rejects.toThrow(
        `10.0.0.7 of subnet ${subnetId} is named twice`,
      );
      expect(await refusal([{ subnetId, address: 'nonsense' }])).toEqual(['invalid-argument', 'address']);
      expect(await refusal([PUBLIC], { ...gateway(), id: '' })).toEqual(['invalid-argument', 'owner']);
      expect(await refusal([PUBLIC], { ...gateway(), type: 'custom' }, 'api-gateway')).toEqual([
        ...['invalid-argument', 'owner.type'],
      ]);
    });

    it('leave the type of owner to the product that owns it', async () => {
      for (const caller of ['api-gateway', 'database-svc', 'nobody']) {
        expect(await refusal([PUBLIC], gateway(), caller)).toEqual(['forbidden', 'address']);
      }
    });

    it('name what is missing', async () => {
      const { id: subnetId } = await ipam.reserveCidr('10.0.0.0/24');
      const good: AddressPlace = { subnetId };
      expect(await refusal([good, { subnetId: randomUUID() }])).toEqual(['not-found', 'subnet']);
      expect(await refusal([good, { subnetId: 'nonsense' }])).toEqual(['not-found', 'subnet']);
      expect(await refusal([good, { zone: 'mars-1', family: 4 }])).toEqual(['not-found', 'zone']);
      expect(await refusal([good, { zone: 'fr-par-2', family: 6 }])).toEqual(['not-found', 'zone']);
      expect(await refusal([good, { addressId: randomUUID() }])).toEqual(['not-found', 'address']);
      const foreign = { owner: gateway(), places: [good] };
      const elsewhere = () => as('address.assign-set', undefined, randomUUID());
      await expect(ipam.sets.assign(foreign, elsewhere())).rejects.toMatchObject({
        ...{ code: 'not-found', meta: { resource: 'subnet', resourceId: subnetId } },
      });
      const { id: addressId } = await bookPublic();
      await expect(ipam.sets.assign({ ...foreign, places: [{ addressId }] }, elsewhere())).rejects.toMatchObject({
        ...{ code: 'not-found', meta: { resource: 'address', resourceId: addressId } },
      });
      const [pool] = await ipam.database.query<{ id: string }>('SELECT id FROM ipam.subnet WHERE zone IS NOT NULL');
      expect(await refusal([{ subnetId: pool?.id ?? '' }])).toEqual(['not-found', 'subnet']);
    });

    it('tell taken, held, attached and outside apart, and keep nothing', async () => {
      const subnet = await ipam.reserveCidr('10.0.0.0/24');
      const subnetId = subnet.id;
      const good: AddressPlace = { subnetId };
      const reserved = await ipam.book(subnet, '10.0.0.9');
      const { id: addressId } = await bookPublic();
      const free = await ipam.freeOf(subnetId);
      expect(await refusal([good, { subnetId, address: '10.9.0.1' }])).toEqual(['invalid-argument', 'address']);
      expect(await refusal([good, { subnetId, address: 'fd00::1' }])).toEqual(['invalid-argument', 'address']);
      expect(await refusal([good, { subnetId, address: '10.0.0.1' }])).toEqual(['conflict', 'address']);
      expect(await refusal([{ addressId }, { subnetId, address: '10.0.0.9' }])).toEqual(['conflict', 'address']);
      expect(await refusal([{ addressId: reserved.id }, { subnetId, address: '10.0.0.9' }])).toEqual([
        ...['conflict', 'address'],
      ]);
      expect((await find(addressId))?.owner).toBeNull();
      expect(await ipam.freeOf(subnetId)).toEqual(free);
      const other = gateway();
      await assign([{ addressId }], other);
      expect(await refusal([good, { addressId }])).toEqual(['conflict', 'address']);
      await expect(assign([{ addressId }])).rejects.toThrow(`is attached to vpn_gateway ${other.id}`);
      const [own] = await heldBy(other.id);
      expect(own).toMatchObject({ id: addressId, owner: other });
    });

    it('tell the capacity as it is without the set, and keep nothing', async () => {
      const subnet = await ipam.reserveCidr('10.0.0.0/29');
      await ipam.book(subnet);
      await ipam.book(subnet);
      const roomy = await ipam.reserveCidr('10.9.0.0/24');
      const booked = await bookPublic();
      const free = [await ipam.freeOf(subnet.id), await ipam.freeOf(roomy.id)];
      const places = [{ addressId: booked.id }, { subnetId: roomy.id }, PUBLIC, ...times(4, { subnetId: subnet.id })];
      expect(await refusal(places)).toEqual(['exhausted', 'subnet']);
      await expect(assign(places)).rejects.toMatchObject({
        message: expect.stringContaining('Too few addresses from 10.0.0.2 to 10.0.0.6 are free'),
        meta: { resourceId: subnet.id, capacity: { total: '8', used: '2', held: '3', free: '3' } },
      });
      expect([await ipam.freeOf(subnet.id), await ipam.freeOf(roomy.id)]).toEqual(free);
      expect(await find(booked.id)).toEqual(booked);
      const zonal = times(6, { zone: 'fr-par-2', family: 4 });
      await expect(assign(zonal)).rejects.toMatchObject({
        ...{ code: 'exhausted', meta: { capacity: { total: '8', used: '0', held: '3', free: '5' } } },
      });
      await assign(zonal.slice(1));
      await expect(assign([{ zone: 'fr-par-2', family: 4 }])).rejects.toMatchObject({
        ...{ code: 'exhausted', meta: { capacity: { total: '8', used: '5', held: '3', free: '0' } } },
      });
    });
  });

  describe('at once', () => {
    // A transaction that was in a deadlock is run again, which hides it; the server has counted it.
    const deadlocks = async (): Promise<string | undefined> => {
      const sql = `SELECT deadlocks FROM pg_stat_get_db_deadlocks((SELECT oid FROM pg_database
                    WHERE datname = current_database())) AS deadlocks`;
      return (await ipam.database.query<{ deadlocks: string }>(sql))[0]?.deadlocks;
    };
    afterEach(async () => expect(await deadlocks()).toBe('0'));

    it('fill a subnet with whole sets: twenty callers for four of twenty addresses', async () => {
      for (let round = 0; round < 5; round++) {
        const subnet = await twentyFree();
        const owners = Array.from({ length: 20 }, () => gateway());
        const all = owners.map((owner) => assign(times(4, { subnetId: subnet.id }), owner));
        expect(await outcomes(all)).toEqual({ kept: 5, codes: ['exhausted'] });
        const held = await Promise.all(owners.map(async ({ id }) => (await heldBy(id)).length));
        expect(held.sort((left, right) => left - right)).toEqual([...Array(15).fill(0), ...Array(5).fill(4)]);
        expect(await ipam.freeOf(subnet.id)).toEqual([]);
      }
    });

    it('do not wait in a circle, whatever the order of the places, nor with those who assign both families', async () => {
      // The id of the IPv6 subnet comes first, the family last.
      const lowest = `00000000${randomUUID().slice(8)}`;
      const [v4, v6] = await ipam.reserve([
        { kind: 'cidr', cidr: '10.0.0.0/24', hasGateway: true },
        { id: lowest, kind: 'automatic', family: 6, prefixLength: 64 },
      ] as never);
      const other = await ipam.reserveCidr('10.1.0.0/27', { isJoined: false });
      const ids = [v4, v6, other].map((subnet) => subnet?.id ?? '');
      const sources: AddressPlace[] = [...ids.map((subnetId) => ({ subnetId })), PUBLIC];
      const all = Array.from({ length: 20 }, (_, n) => {
        const turned = [...sources.slice(n % 4), ...sources.slice(0, n % 4)];
        return [assign(n % 2 === 0 ? turned : turned.reverse()), ipam.assign(v4?.privateNetworkId ?? '', nic())];
      });
      expect(await outcomes(all.flat())).toEqual({ kept: 40, codes: [] });
    });

    it('do not wait in a circle with undone releases of several addresses', async () => {
      for (let round = 0; round < 5; round++) {
        const subnet = await twentyFree();
        const places = times(4, { subnetId: subnet.id });
        const owners = Array.from({ length: 5 }, () => gateway());
        await Promise.all(owners.map((owner) => assign(places, owner)));
        const requests = owners.map(({ id }) => ({ ownerId: id, requestId: randomUUID() }));
        await Promise.all(requests.map(({ ownerId, requestId }) => releaseOwner({ ownerId }, requestId)));
        const others = Array.from({ length: 10 }, () => assign(times(5, { subnetId: subnet.id })));
        const undone = requests.map(({ requestId }) => ipam.undo(requestId));
        const [left, right] = [await outcomes(others), await outcomes(undone)];
        // Whoever comes first: the twenty addresses are given to sets of five or back to those who had four.
        expect([left.codes, right.codes].flat().every((code) => ['exhausted', 'conflict'].includes(code))).toBe(true);
        expect(left.kept * 5 + right.kept * 4).toBeLessThanOrEqual(20);
        expect(left.kept + right.kept).toBeGreaterThan(0);
      }
    });

    it('share a subnet with bookings and releases and lose nothing', async () => {
      const subnet = await twentyFree();
      const booking = async () => {
        const booked = await ipam.book(subnet).catch(() => undefined);
        if (booked) await ipam.release(booked.id);
      };
      const setting = async () => {
        const owner = gateway();
        await assign(times(3, { subnetId: subnet.id }), owner).catch((error: { code: string }) =>
          expect(error.code).toBe('exhausted'),
        );
        await releaseOwner({ ownerId: owner.id });
      };
      await Promise.all(Array.from({ length: 15 }, () => [booking(), setting()]).flat());
      const capacity = await ipam.subnets.capacity({ subnetId: subnet.id }, as('subnet.capacity'));
      expect(capacity).toMatchObject({ used: '41', free: '20' });
    });

    it('give a booked address to one of many', async () => {
      const [one, other] = [await bookPublic(), await bookPublic()];
      const all = Array.from({ length: 10 }, (_, n) => {
        const places = [{ addressId: one.id }, { addressId: other.id }];
        return assign(n % 2 === 0 ? places : places.reverse());
      });
      expect(await outcomes(all)).toEqual({ kept: 1, codes: ['conflict'] });
    });
  });
});
