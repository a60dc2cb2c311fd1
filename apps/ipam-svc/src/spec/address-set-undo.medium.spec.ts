import { randomUUID } from 'node:crypto';
import type { AddressPlace, ReleaseOwner } from '@isthmus/contracts';
import type { AddressOwner, AddressView } from '@isthmus/model';
import { poolsIn } from '../pool/pool';
import { PoolSeeder } from '../pool/pool.seeder';
import { Ipam } from './test-database';

const POOLS = poolsIn({
  pools: [{ region: 'fr-par', zone: 'fr-par-1', cidrs: ['203.0.113.0/24', '2001:db8:1::/64'] }],
});
const PUBLIC: AddressPlace = { zone: 'fr-par-1', family: 4 };

describe('sets of addresses, given back', () => {
  let ipam: Ipam;
  beforeAll(async () => {
    ipam = await Ipam.start();
    await new PoolSeeder(ipam.database, ipam.pools, POOLS).onModuleInit();
  });
  afterEach(async () => expect(await ipam.violations()).toEqual([]));
  afterAll(() => ipam.stop());

  const gateway = (): AddressOwner => ({
    ...{ type: 'vpn_gateway', id: randomUUID(), parentId: null, name: 'gw-1', macAddress: null },
  });
  const as = (pattern: string, requestId?: string) => ipam.context(pattern, requestId, undefined, 'vpn-svc');
  const assign = (places: AddressPlace[], owner = gateway(), requestId?: string) =>
    ipam.sets.assign({ owner, places }, as('address.assign-set', requestId));
  const bookPublic = () => ipam.bookings.book({ zone: 'fr-par-1', family: 4, tags: ['mine'] }, as('address.book'));
  const releaseOwner = (request: ReleaseOwner, requestId?: string) =>
    ipam.addresses.releaseOwner(request, as('address.release-owner', requestId));
  const heldBy = (ownerId: string) => ipam.addresses.list({ ownerIds: [ownerId] }, as('address.list'));
  const find = async (addressId: string) =>
    (await ipam.addresses.list({ addressIds: [addressId] }, as('address.list')))[0];
  const freeOfZone = async (): Promise<string[]> => {
    const pools = await ipam.database.query<{ id: string }>('SELECT id FROM ipam.subnet WHERE zone IS NOT NULL');
    return (await Promise.all(pools.map(({ id }) => ipam.freeOf(id)))).flat();
  };
  const inOrder = (views: AddressView[]) => views.sort((left, right) => (left.id < right.id ? -1 : 1));
  /** Addresses of every kind at one gateway, and how it all was before. */
  const mixture = async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24', { isJoined: false });
    const [booked, bookedPublic] = [await ipam.book(subnet), await bookPublic()];
    const free = async () => [...(await ipam.freeOf(subnet.id)), ...(await freeOfZone())];
    const places: AddressPlace[] = [
      ...[{ subnetId: subnet.id }, { addressId: bookedPublic.id }, PUBLIC, { zone: 'fr-par-1', family: 6 } as const],
      ...[{ subnetId: subnet.id, address: '10.0.0.40' }, { addressId: booked.id }],
    ];
    return { places, booked: [booked, bookedPublic], free, before: await free() };
  };
  const isDetached = { owner: null, isReserved: true };

  it('by its undo: what it allocated is free, what was booked stays booked', async () => {
    const { places, booked, free, before } = await mixture();
    const [owner, requestId] = [gateway(), randomUUID()];
    await assign(places, owner, requestId);
    // The answer of the first delivery is what is undone, however often it was delivered.
    await assign(places, owner, requestId);
    await ipam.undo(requestId);
    expect(await heldBy(owner.id)).toEqual([]);
    for (const { id, address, tags } of booked) expect(await find(id)).toMatchObject({ ...isDetached, address, tags });
    expect(await free()).toEqual(before);
    await ipam.undo(requestId);
    await expect(assign(places, owner, requestId)).rejects.toMatchObject({ code: 'interrupted' });
    expect(await free()).toEqual(before);
  });

  it('by an undo that comes before it, or at the same time', async () => {
    const { places, free, before } = await mixture();
    const buried = randomUUID();
    await ipam.undo(buried);
    await expect(assign(places, gateway(), buried)).rejects.toMatchObject({ code: 'interrupted' });
    for (let round = 0; round < 10; round++) {
      const [owner, requestId] = [gateway(), randomUUID()];
      const send = () => assign(places, owner, requestId);
      await Promise.allSettled([send(), ipam.undo(requestId), send()]);
      expect(await heldBy(owner.id)).toEqual([]);
    }
    expect(await free()).toEqual(before);
  });

  it('by its undo, but not what others have attached since', async () => {
    const { places, booked } = await mixture();
    const [former, next, requestId] = [gateway(), gateway(), randomUUID()];
    await assign(places, former, requestId);
    await releaseOwner({ ownerId: former.id });
    const taken = await assign(places, next);
    await ipam.undo(requestId);
    expect(inOrder(await heldBy(next.id))).toEqual(inOrder(taken));
    for (const { id } of booked) expect(await find(id)).toMatchObject({ owner: next });
    await releaseOwner({ ownerId: next.id });
  });

  it('with their owner, of subnets and zones; the undo of that restores them', async () => {
    const { places, booked, free, before } = await mixture();
    const [owner, requestId] = [gateway(), randomUUID()];
    const views = await assign(places, owner);
    await releaseOwner({ ownerId: owner.id }, requestId);
    expect(await heldBy(owner.id)).toEqual([]);
    for (const { id } of booked) expect(await find(id)).toMatchObject(isDetached);
    expect(await free()).toEqual(before);
    await ipam.undo(requestId);
    const restored = inOrder(await heldBy(owner.id));
    expect(restored).toEqual(inOrder(views).map((view) => ({ ...view, updatedAt: expect.any(String) })));
    await releaseOwner({ ownerId: owner.id });
    expect(await free()).toEqual(before);
  });

  it('to nobody else: a release that cannot be undone says so', async () => {
    const [owner, requestId] = [gateway(), randomUUID()];
    const { id: addressId } = await bookPublic();
    await assign([{ addressId }], owner);
    await releaseOwner({ ownerId: owner.id }, requestId);
    const next = gateway();
    await assign([{ addressId }], next);
    await expect(ipam.undo(requestId)).rejects.toMatchObject({ code: 'conflict' });
    await releaseOwner({ ownerId: next.id });
    await ipam.undo(requestId);
    expect(await find(addressId)).toMatchObject({ owner });
    await releaseOwner({ ownerId: owner.id });
  });

  it('but for those that are kept: a gateway swaps one public address for another', async () => {
    const owner = gateway();
    const subnet = await ipam.reserveCidr('10.0.0.0/24', { isJoined: false });
    const [inside, automatic, booked] = await assign(
      [{ subnetId: subnet.id }, PUBLIC, { addressId: (await bookPublic()).id }],
      owner,
    );
    const replacement = await bookPublic();
    const [swapped] = await assign([{ addressId: replacement.id }], owner);
    const requestId = randomUUID();
    const kept = [inside, booked, swapped].map((view) => view?.id ?? '');
    await releaseOwner({ ownerId: owner.id, exceptAddressIds: kept }, requestId);
    expect((await heldBy(owner.id)).map(({ id }) => id).sort()).toEqual([...kept].sort());
    expect(await find(automatic?.id ?? '')).toBeUndefined();
    await ipam.undo(requestId);
    expect(await find(automatic?.id ?? '')).toMatchObject({ owner, isReserved: false, zone: 'fr-par-1' });
    // The other way round: a booked one makes way for a new one, and stays booked.
    await releaseOwner({ ownerId: owner.id, exceptAddressIds: [automatic?.id ?? ''], families: [4] });
    expect(await heldBy(owner.id)).toMatchObject([{ id: automatic?.id }]);
    for (const id of [booked?.id ?? '', replacement.id]) expect(await find(id)).toMatchObject(isDetached);
    await releaseOwner({ ownerId: owner.id });
  });
});
