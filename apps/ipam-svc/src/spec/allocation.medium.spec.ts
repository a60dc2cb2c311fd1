import { randomUUID } from 'node:crypto';
import type { AddressView, SubnetView } from '@isthmus/model';
import { Ipam, nic, outcomes } from './test-database';

describe('allocation', () => {
  let ipam: Ipam;
  beforeAll(async () => (ipam = await Ipam.start()));
  afterEach(async () => expect(await ipam.violations()).toEqual([]));
  afterAll(() => ipam.stop());

  const capacityOf = (subnet: SubnetView) =>
    ipam.subnets.capacity({ subnetId: subnet.id }, ipam.context('subnet.capacity'));

  it('hands out the lowest first, after network and gateway, and the lowest given back again', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const first = await ipam.book(subnet);
    expect(first).toMatchObject({ address: '10.0.0.2', prefixLength: 24, isReserved: true, owner: null, family: 4 });
    expect((await ipam.book(subnet)).address).toBe('10.0.0.3');
    expect((await ipam.book(subnet)).address).toBe('10.0.0.4');
    await ipam.release(first.id);
    expect((await ipam.book(subnet)).address).toBe('10.0.0.2');
  });

  it('gives 10 N callers on N addresses exactly N, and tells the others that it is full', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/27');
    const all = Array.from({ length: 290 }, () => ipam.book(subnet));
    expect(await outcomes(all)).toEqual({ kept: 29, codes: ['exhausted'] });
    await expect(ipam.book(subnet)).rejects.toMatchObject({
      code: 'exhausted',
      meta: { resourceId: subnet.id, capacity: { total: '32', used: '29', held: '3', free: '0' } },
    });
    expect(await capacityOf(subnet)).toMatchObject({ total: '32', used: '29', held: '3', free: '0' });
  });

  it('never says full while others give back as many as they take', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/28');
    // 13 addresses and 13 callers who each hold at most one: there is always one for everybody.
    const caller = async () => {
      for (let round = 0; round < 12; round++) await ipam.release((await ipam.book(subnet)).id);
    };
    await Promise.all(Array.from({ length: 13 }, caller));
    expect(await capacityOf(subnet)).toMatchObject({ used: '0', free: '13' });
  });

  it('goes from empty to full and back', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/28', { hasGateway: false, isJoined: false });
    const booked: AddressView[] = [];
    for (let n = 0; n < 14; n++) booked.push(await ipam.book(subnet));
    expect(booked.map(({ address }) => address)).toEqual(Array.from({ length: 14 }, (_, n) => `10.0.0.${n + 1}`));
    await expect(ipam.book(subnet)).rejects.toMatchObject({ code: 'exhausted' });
    expect(await ipam.freeOf(subnet.id)).toEqual([]);
    for (const { id } of booked.sort(() => Math.random() - 0.5)) await ipam.release(id);
    expect(await ipam.freeOf(subnet.id)).toEqual(['10.0.0.1-10.0.0.14']);
  });

  it('splits for a given address and merges again', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const middle = await ipam.book(subnet, '10.0.0.100');
    const last = await ipam.book(subnet, '10.0.0.254');
    const first = await ipam.book(subnet, '10.0.0.2');
    expect(await ipam.freeOf(subnet.id)).toEqual(['10.0.0.3-10.0.0.99', '10.0.0.101-10.0.0.253']);
    for (const { id } of [middle, first, last]) await ipam.release(id);
    expect(await ipam.freeOf(subnet.id)).toEqual(['10.0.0.2-10.0.0.254']);
  });

  it('gives one given address to one of many callers', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const all = Array.from({ length: 32 }, () => ipam.book(subnet, '10.0.0.77'));
    expect(await outcomes(all)).toEqual({ kept: 1, codes: ['conflict'] });
    await expect(ipam.book(subnet, '10.0.0.77')).rejects.toThrow('10.0.0.77 is reserved; choose another address');
  });

  it('lets given and automatic addresses race without losing any', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/26', { hasGateway: false });
    const given = Array.from({ length: 62 }, (_, n) =>
      ipam.book(subnet, `10.0.0.${n + 1}`).catch(() => ipam.book(subnet)),
    );
    const automatic = Array.from({ length: 62 }, () => ipam.book(subnet));
    expect(await outcomes([...given, ...automatic])).toEqual({ kept: 62, codes: ['exhausted'] });
  });

  it('tells apart an address in use, held, outside and nonsense', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const owner = nic();
    await ipam.assign(subnet.privateNetworkId, owner, { address: '10.0.0.9' });
    const refusal = (address: string) => ipam.book(subnet, address).then(String, (error: Error) => error.message);
    expect(await refusal('10.0.0.9')).toBe(
      `10.0.0.9 is attached to instance_private_nic ${owner.id}; choose another address or let it be chosen.`,
    );
    expect(await refusal('10.0.0.1')).toBe('10.0.0.1 is held by 10.0.0.0/24 for its gateway; choose another address.');
    expect(await refusal('10.0.0.255')).toContain('as its broadcast address');
    expect(await refusal('10.0.1.1')).toBe('10.0.1.1 is outside of the network; choose an address inside 10.0.0.0/24.');
    expect(await refusal('010.0.0.7')).toContain('remove the leading zeros');
    expect(await refusal('fd00::1')).toContain('fd00::1 is not an IPv4 address.');
    const check = (address: string) =>
      ipam.addresses.check({ privateNetworkId: subnet.privateNetworkId, address }, ipam.context('address.check'));
    await expect(check('10.0.0.9')).rejects.toMatchObject({ code: 'conflict', meta: { resource: 'address' } });
    await expect(check('10.0.0.0')).rejects.toMatchObject({ code: 'conflict' });
    await expect(check('10.1.0.0')).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(await check('10.0.0.10')).toBeNull();
    await expect(ipam.assign(subnet.privateNetworkId, nic(), { address: '10.1.0.1' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('keeps automatic addresses in the range and static ones anywhere', async () => {
    const range = { start: '10.0.0.100', end: '10.0.0.103' };
    const [subnet] = await ipam.reserve([{ kind: 'cidr', cidr: '10.0.0.0/24', range, hasGateway: false } as never], {
      isJoined: false,
    });
    if (!subnet) throw new Error('no subnet');
    expect(await ipam.freeOf(subnet.id)).toEqual([
      '10.0.0.1-10.0.0.99',
      '10.0.0.100-10.0.0.103',
      '10.0.0.104-10.0.0.254',
    ]);
    const inRange = await ipam.book(subnet, '10.0.0.101');
    const outside = await ipam.book(subnet, '10.0.0.99');
    const automatic = [await ipam.book(subnet), await ipam.book(subnet), await ipam.book(subnet)];
    expect(automatic.map(({ address }) => address)).toEqual(['10.0.0.100', '10.0.0.102', '10.0.0.103']);
    await expect(ipam.book(subnet)).rejects.toMatchObject({
      code: 'exhausted',
      message: expect.stringContaining('widen the range, or name one of the 249 free addresses of 10.0.0.0/24'),
      meta: { capacity: { total: '256', used: '5', held: '2', free: '249' } },
    });
    for (const { id } of [inRange, outside, ...automatic]) await ipam.release(id);
    expect(await ipam.freeOf(subnet.id)).toEqual([
      '10.0.0.1-10.0.0.99',
      '10.0.0.100-10.0.0.103',
      '10.0.0.104-10.0.0.254',
    ]);
  });

  it('counts an IPv6 /64 to the last address', async () => {
    const [subnet] = await ipam.reserve([{ kind: 'automatic', family: 6, prefixLength: 64 } as never]);
    if (!subnet) throw new Error('no subnet');
    const prefix = subnet.cidr.replace('::/64', '');
    expect((await ipam.book(subnet)).address).toBe(`${prefix}::2`);
    await ipam.book(subnet, `${prefix}:ffff:ffff:ffff:ffff`);
    await ipam.book(subnet, `${prefix}:8000::`);
    const capacity = { total: '18446744073709551616', used: '3', held: '2', free: '18446744073709551611' };
    expect(await capacityOf(subnet)).toMatchObject(capacity);
    await expect(ipam.book(subnet, `${prefix}::`)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('neither loses nor doubles space when neighbours are given back at once', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/25', { hasGateway: false });
    for (let round = 0; round < 3; round++) {
      const booked = await Promise.all(Array.from({ length: 126 }, () => ipam.book(subnet)));
      expect(new Set(booked.map(({ address }) => address)).size).toBe(126);
      await Promise.all(booked.map(({ id }) => ipam.release(id)));
      expect(await capacityOf(subnet)).toMatchObject({ used: '0', free: '126' });
    }
  });

  it('gives one release of many to one caller', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const { id } = await ipam.book(subnet);
    const all = Array.from({ length: 16 }, () => ipam.release(id));
    expect(await outcomes(all)).toEqual({ kept: 1, codes: ['not-found'] });
  });

  it('answers the same request with the same address, also at once', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const requestId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ipam.book(subnet, undefined, requestId)));
    expect(new Set(answers.map(({ address }) => address))).toEqual(new Set(['10.0.0.2']));
    expect(await capacityOf(subnet)).toMatchObject({ used: '1' });
  });

  it('hides the addresses and subnets of others', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const { id: addressId } = await ipam.book(subnet);
    const foreign = (pattern: string) => ipam.context(pattern, undefined, randomUUID());
    const missing = { code: 'not-found' };
    const { privateNetworkId, id: subnetId } = subnet;
    await expect(ipam.bookings.release({ addressId }, foreign('address.release'))).rejects.toMatchObject(missing);
    await expect(ipam.subnets.capacity({ subnetId }, foreign('subnet.capacity'))).rejects.toMatchObject(missing);
    const booking = { family: 4 as const, tags: [] };
    await expect(ipam.bookings.book({ subnetId, ...booking }, foreign('address.book'))).rejects.toMatchObject(missing);
    await expect(ipam.bookings.book({ privateNetworkId, ...booking }, foreign('address.book'))).rejects.toMatchObject(
      missing,
    );
    await expect(ipam.bookings.book({ subnetId: 'x', ...booking }, foreign('address.book'))).rejects.toMatchObject(
      missing,
    );
    expect(await ipam.addresses.list({ addressIds: [addressId] }, foreign('address.list'))).toEqual([]);
    expect(await ipam.addresses.list({ privateNetworkIds: [privateNetworkId] }, foreign('address.list'))).toEqual([]);
    expect(await ipam.subnets.list({ privateNetworkIds: [privateNetworkId] }, foreign('subnet.list'))).toEqual([]);
    await ipam.subnets.release({ privateNetworkId }, foreign('subnet.release'));
    expect(await ipam.addresses.list({ addressIds: [addressId, 'x'] }, ipam.context('address.list'))).toHaveLength(1);
  });
});
