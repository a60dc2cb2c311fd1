import { randomUUID } from 'node:crypto';
import type { SubnetView } from '@isthmus/model';
import { Ipam, nic, outcomes } from './test-database';

describe('ownership', () => {
  let ipam: Ipam;
  beforeAll(async () => (ipam = await Ipam.start()));
  afterEach(async () => expect(await ipam.violations()).toEqual([]));
  afterAll(() => ipam.stop());

  /** A network with an IPv4 and an IPv6 subnet. */
  const dual = async (cidr = '10.0.0.0/24'): Promise<{ network: string; v4: SubnetView; v6: SubnetView }> => {
    const plans = [
      { kind: 'cidr', cidr, hasGateway: true },
      { kind: 'automatic', family: 6, prefixLength: 64 },
    ];
    const [v4, v6] = await ipam.reserve(plans as never);
    if (!v4 || !v6) throw new Error('no subnets');
    return { network: v4.privateNetworkId, v4, v6 };
  };
  const textOf = (addresses: { address: string }[]) => addresses.map(({ address }) => address);
  const listOf = (ownerId: string) => ipam.addresses.list({ ownerIds: [ownerId] }, ipam.context('address.list'));

  it('assigns one address of each family, a given one and booked ones', async () => {
    const { network, v6 } = await dual();
    const owner = nic();
    const prefix = v6.cidr.replace('/64', '');
    const automatic = await ipam.assign(network, owner);
    expect(textOf(automatic)).toEqual(['10.0.0.2', `${prefix}2`]);
    expect(automatic[0]).toMatchObject({ owner, isReserved: false });
    expect(textOf(await ipam.assign(network, nic(), { address: '10.0.0.50' }))).toEqual(['10.0.0.50', `${prefix}3`]);
    expect(textOf(await ipam.assign(network, nic(), { families: [6] }))).toEqual([`${prefix}4`]);
    const booked = await ipam.bookings.book(
      { privateNetworkId: network, family: 4, tags: ['a'] },
      ipam.context('address.book'),
    );
    const attached = nic();
    expect(await ipam.assign(network, attached, { addressIds: [booked.id] })).toMatchObject([
      { id: booked.id, isReserved: true, owner: attached, tags: ['a'] },
    ]);
    expect(await listOf(owner.id)).toEqual(automatic);
  });

  it('assigns nothing on a network without subnets', async () => {
    expect(await ipam.assign(randomUUID(), nic())).toEqual([]);
    await expect(ipam.assign(randomUUID(), nic(), { address: '10.0.0.1' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is all or nothing over families', async () => {
    const { network, v4, v6 } = await dual('10.0.0.0/30');
    const before = await ipam.freeOf(v6.id);
    await ipam.book(v4);
    await expect(ipam.assign(network, nic())).rejects.toMatchObject({ code: 'exhausted', meta: { resourceId: v4.id } });
    expect(await ipam.freeOf(v6.id)).toEqual(before);
  });

  it('refuses a second assignment to an owner, also at once, unless it moves', async () => {
    const { network } = await dual();
    const owner = nic();
    const all = Array.from({ length: 8 }, () => ipam.assign(network, owner));
    expect(await outcomes(all)).toEqual({ kept: 1, codes: ['conflict'] });
    const former = await listOf(owner.id);
    const [next] = await ipam.assign(network, owner, { families: [4], address: '10.0.0.9', isMove: true });
    const exceptAddressIds = [next?.id ?? ''];
    const request = { ownerId: owner.id, families: [4 as const], exceptAddressIds };
    await ipam.addresses.releaseOwner(request, ipam.context('address.release-owner'));
    expect(textOf(await listOf(owner.id)).sort()).toEqual([former[1]?.address, '10.0.0.9'].sort());
  });

  it('attaches a booked address once, of the same network and project', async () => {
    const { network, v4, v6 } = await dual();
    const other = await dual('10.9.0.0/24');
    const [first, second] = [await ipam.book(v4), await ipam.book(v4)];
    const sixth = await ipam.book(v6);
    const all = Array.from({ length: 8 }, () => ipam.assign(network, nic(), { addressIds: [first.id, sixth.id] }));
    expect(await outcomes(all)).toEqual({ kept: 1, codes: ['conflict'] });
    const attempt = (privateNetworkId: string, addressIds: string[]) =>
      ipam.assign(privateNetworkId, nic(), { addressIds });
    await expect(attempt(other.network, [second.id])).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(attempt(network, [randomUUID()])).rejects.toMatchObject({ code: 'not-found' });
    await expect(attempt(network, ['nonsense'])).rejects.toMatchObject({ code: 'not-found' });
    const third = await ipam.book(v4);
    await expect(attempt(network, [second.id, third.id])).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('lets only the owner go: booked addresses stay, automatic ones become free', async () => {
    const { network, v4 } = await dual();
    const booked = await ipam.book(v4);
    const owner = nic();
    await ipam.assign(network, owner, { addressIds: [booked.id] });
    await expect(ipam.release(booked.id)).rejects.toMatchObject({
      code: 'precondition-failed',
      message: expect.stringContaining(`10.0.0.2 is attached to instance_private_nic ${owner.id}`),
    });
    await ipam.releaseOwner(owner.id);
    expect(await ipam.addresses.list({ addressIds: [booked.id] }, ipam.context('address.list'))).toMatchObject([
      { owner: null, isReserved: true, address: '10.0.0.2' },
    ]);
    const automatic = nic();
    const [first] = await ipam.assign(network, automatic);
    await expect(ipam.release(first?.id ?? '')).rejects.toMatchObject({ code: 'precondition-failed' });
    await ipam.releaseOwner(automatic.id);
    await ipam.releaseOwner(automatic.id);
    expect(await listOf(automatic.id)).toEqual([]);
    await ipam.release(booked.id);
    expect(await ipam.freeOf(v4.id)).toEqual(['10.0.0.2-10.0.0.254']);
  });

  it('releases an owner for its own project only', async () => {
    const { network } = await dual();
    const owner = nic();
    await ipam.assign(network, owner);
    const foreign = ipam.context('address.release-owner', undefined, randomUUID());
    await ipam.addresses.releaseOwner({ ownerId: owner.id }, foreign);
    expect(await listOf(owner.id)).toHaveLength(2);
  });
});
