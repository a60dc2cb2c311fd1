import { randomUUID } from 'node:crypto';
import type { SubnetView } from '@isthmus/model';
import { Ipam, outcomes } from './test-database';

describe('subnets', () => {
  let ipam: Ipam;
  beforeAll(async () => (ipam = await Ipam.start()));
  afterEach(async () => expect(await ipam.violations()).toEqual([]));
  afterAll(() => ipam.stop());

  const automatic = { kind: 'automatic', family: 4, prefixLength: 22 } as never;
  const given = (cidr: string, more: object = {}) => ({ kind: 'cidr', cidr, hasGateway: true, ...more }) as never;
  const check = (placement: object, ...cidrs: string[]) =>
    ipam.subnets.check({ ...place(), ...placement, cidrs }, ipam.context('subnet.check'));

  function place(vpcId: string = randomUUID()) {
    return { privateNetworkId: randomUUID(), vpcId, region: 'fr-par', isJoined: true };
  }

  it('takes the lowest free block and holds the gateway', async () => {
    const vpcId = randomUUID();
    await ipam.reserve([given('172.16.4.0/24')], place(vpcId));
    const [first] = await ipam.reserve([automatic], place(vpcId));
    const [second] = await ipam.reserve([automatic], place(vpcId));
    expect(first).toMatchObject({ cidr: '172.16.0.0/22', gateway: '172.16.0.1', rangeStart: '172.16.0.2', family: 4 });
    expect(first?.rangeEnd).toBe('172.16.3.254');
    expect(second?.cidr).toBe('172.16.8.0/22');
    const [small] = await ipam.reserve([{ kind: 'automatic', family: 4, prefixLength: 28 } as never], place(vpcId));
    expect(small?.cidr).toBe('172.16.5.0/28');
  });

  it('serves 32 at once in one VPC, each with a block of its own', async () => {
    const vpcId = randomUUID();
    const both = [automatic, { kind: 'automatic', family: 6, prefixLength: 64 } as never];
    const all = await Promise.all(Array.from({ length: 32 }, () => ipam.reserve(both, place(vpcId))));
    expect(new Set(all.map(([subnet]) => subnet?.cidr)).size).toBe(32);
    const [next] = await ipam.reserve([automatic], place(vpcId));
    // Close together: nobody took more than one block, and nobody left one out for good.
    expect(next?.cidr).toBe('172.16.128.0/22');
  });

  it('fills a VPC to the last block and says that it is full', async () => {
    const vpcId = randomUUID();
    const wide = { kind: 'automatic', family: 4, prefixLength: 16 } as never;
    const all = Array.from({ length: 48 }, () => ipam.reserve([wide], place(vpcId)));
    expect(await outcomes(all)).toEqual({ kept: 16, codes: ['exhausted'] });
    await expect(ipam.reserve([automatic], place(vpcId))).rejects.toThrow(
      `No free /22 of 172.16.0.0/12 is left in VPC ${vpcId}`,
    );
  });

  it('lets isolated networks overlap, but not one network with itself', async () => {
    const vpcId = randomUUID();
    const isolated = { ...place(vpcId), isJoined: false };
    const [first] = await ipam.reserve([automatic], isolated);
    const [second] = await ipam.reserve([automatic], { ...place(vpcId), isJoined: false });
    expect([first?.cidr, second?.cidr]).toEqual(['172.16.0.0/22', '172.16.0.0/22']);
    expect([first?.gateway, first?.rangeStart]).toEqual([null, '172.16.0.1']);
    const [third] = await ipam.reserve([automatic], isolated);
    expect(third?.cidr).toBe('172.16.4.0/22');
    await expect(ipam.reserve([given('172.16.0.0/24')], isolated)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('names both blocks of an overlap, in the check and in the reservation', async () => {
    const vpcId = randomUUID();
    const taken = place(vpcId);
    await ipam.reserve([given('10.1.0.0/16')], taken);
    const text = `10.1.2.0/24 overlaps 10.1.0.0/16 of private network ${taken.privateNetworkId}`;
    await expect(ipam.reserve([given('10.1.2.0/24')], place(vpcId))).rejects.toThrow(text);
    await expect(check(place(vpcId), '10.1.2.0/24')).rejects.toThrow(text);
    await expect(check({}, '10.1.0.0/16', '10.1.2.0/24')).rejects.toMatchObject({ code: 'conflict' });
    expect(await check(taken, '10.1.2.0/24')).toBeNull();
    expect(await check({}, '10.1.2.0/24', 'fd00:1::/64')).toBeNull();
    await expect(ipam.reserve([given('10.3.0.0/16'), given('10.3.1.0/24')], place(vpcId))).rejects.toThrow(
      '10.3.1.0/24 overlaps 10.3.0.0/16',
    );
  });

  it('gives one of many overlapping blocks to one caller', async () => {
    const vpcId = randomUUID();
    const cidrs = Array.from({ length: 24 }, (_, n) => (n % 2 ? '10.0.0.0/16' : `10.0.${n}.0/24`));
    const before = await outcomes(cidrs.slice(1, 2).map((cidr) => ipam.reserve([given(cidr)], place(vpcId))));
    expect(before.kept).toBe(1);
    expect(await outcomes(cidrs.map((cidr) => ipam.reserve([given(cidr)], place(vpcId))))).toEqual({
      kept: 0,
      codes: ['conflict'],
    });
    const other = randomUUID();
    const race = await outcomes(Array.from({ length: 24 }, () => ipam.reserve([given('10.0.0.0/16')], place(other))));
    expect(race).toEqual({ kept: 1, codes: ['conflict'] });
  });

  it('lets given and automatic blocks race without an error for the automatic ones', async () => {
    const vpcId = randomUUID();
    const named = Array.from({ length: 12 }, (_, n) => ipam.reserve([given(`172.16.${n * 4}.0/22`)], place(vpcId)));
    const chosen = Array.from({ length: 12 }, () => ipam.reserve([automatic], place(vpcId)));
    const [ofChosen, ofNamed] = await Promise.all([outcomes(chosen), outcomes(named)]);
    expect(ofChosen).toEqual({ kept: 12, codes: [] });
    expect(ofNamed.codes.every((code) => code === 'conflict')).toBe(true);
  });

  it.each([
    ['10.0.0.1/24', 'the network is 10.0.0.0/24'],
    ['10.0.0.0/31', 'An IPv4 subnet is a /8 to /30, not a /31.'],
    ['0.0.0.0/0', 'An IPv4 subnet is a /8 to /30, not a /0.'],
    ['fd00::/9', 'An IPv6 subnet is a /64 to /126, not a /9.'],
    ['::ffff:10.0.0.0/120', 'is not a network in CIDR notation'],
    ['8.8.8.0/24', '8.8.8.0/24 is not private; choose one inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.'],
    ['2001:db8::/64', '2001:db8::/64 is not private; choose one inside fc00::/7.'],
  ])('refuses %s', async (cidr, message) => {
    await expect(check({}, cidr)).rejects.toThrow(message);
    await expect(ipam.reserve([given(cidr)])).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('lets isolated networks have any unicast block', async () => {
    expect(await check({ isJoined: false }, '203.0.113.0/24')).toBeNull();
    await expect(check({ isJoined: false }, '127.0.0.0/24')).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('refuses an id that is in use', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const plans = [given('10.5.0.0/24'), automatic] as object[];
    for (const plan of plans) {
      await expect(ipam.reserve([{ ...plan, id: subnet.id } as never])).rejects.toMatchObject({
        code: 'already-exists',
      });
    }
  });

  it('answers the same reservation again', async () => {
    const requestId = randomUUID();
    const placement = place();
    const first = await ipam.reserve([automatic], placement, requestId);
    expect(await ipam.reserve([automatic], placement, requestId)).toEqual(first);
  });

  it('releases an empty network, and refuses a used one', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const { id } = await ipam.book(subnet);
    const { privateNetworkId } = subnet;
    const release = () => ipam.subnets.release({ privateNetworkId }, ipam.context('subnet.release'));
    await expect(release()).rejects.toMatchObject({ code: 'precondition-failed' });
    await ipam.release(id);
    expect(await release()).toBeNull();
    expect(await release()).toBeNull();
    await expect(ipam.book(subnet)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('never releases a network while somebody books in it', async () => {
    for (let round = 0; round < 10; round++) {
      const subnet = await ipam.reserveCidr('10.0.0.0/24');
      const { privateNetworkId } = subnet;
      const booking = ipam.book(subnet).then(
        () => 'booked',
        (error) => error.code,
      );
      const release = ipam.subnets.release({ privateNetworkId }, ipam.context('subnet.release')).then(
        () => 'released',
        (error) => error.code,
      );
      expect([
        ['booked', 'precondition-failed'],
        ['not-found', 'released'],
      ]).toContainEqual([await booking, await release]);
    }
  });

  describe('reshape', () => {
    const reshape = (subnet: SubnetView, cidr: string, start: string, end: string) => {
      const { id: subnetId, privateNetworkId, vpcId, region } = subnet;
      const request = { subnetId, privateNetworkId, vpcId, region, isJoined: subnet.gateway !== null, cidr };
      return ipam.subnets.reshape({ ...request, range: { start, end } }, ipam.context('subnet.reshape'));
    };

    it('moves the range under existing leases, which may lie outside of it but not of the block', async () => {
      const subnet = await ipam.reserveCidr('10.0.0.0/24', { hasGateway: false, isJoined: false });
      await ipam.book(subnet, '10.0.0.200');
      await reshape(subnet, '10.0.0.0/24', '10.0.0.10', '10.0.0.11');
      expect((await ipam.book(subnet)).address).toBe('10.0.0.10');
      await expect(reshape(subnet, '10.0.0.0/25', '10.0.0.10', '10.0.0.20')).rejects.toThrow(
        '10.0.0.200 is held by a reservation and has no place in 10.0.0.0/25',
      );
      await expect(reshape(subnet, '10.0.0.0/24', '10.0.0.20', '10.0.0.10')).rejects.toMatchObject({
        meta: { violations: [{ field: 'range.start' }] },
      });
      await expect(reshape(subnet, '10.0.0.0/24', '10.0.0.20', '10.0.1.10')).rejects.toMatchObject({
        meta: { violations: [{ field: 'range.end' }] },
      });
    });

    it('refuses a block that another network of the VPC has', async () => {
      const vpcId = randomUUID();
      const [subnet] = await ipam.reserve([given('10.0.0.0/24')], place(vpcId));
      await ipam.reserve([given('10.0.1.0/24')], place(vpcId));
      if (!subnet) throw new Error('no subnet');
      await expect(reshape(subnet, '10.0.0.0/23', '10.0.0.10', '10.0.0.20')).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(await reshape(subnet, '10.0.0.0/25', '10.0.0.10', '10.0.0.20')).toMatchObject({ gateway: '10.0.0.1' });
    });

    it('keeps the books while others book and release', async () => {
      const subnet = await ipam.reserveCidr('10.0.0.0/24', { hasGateway: false, isJoined: false });
      const caller = async () => {
        for (let round = 0; round < 10; round++) {
          const booked = await ipam.book(subnet, undefined).catch((error) => error);
          if (booked.id) await ipam.release(booked.id);
          else expect(booked.code).toBe('exhausted');
        }
      };
      const shapes = Array.from(
        { length: 8 },
        (_, n) => ['10.0.0.0/24', `10.0.0.${10 + n}`, `10.0.0.${20 + n}`] as const,
      );
      const reshaper = async () => {
        for (const [cidr, start, end] of shapes) await reshape(subnet, cidr, start, end);
      };
      await Promise.all([reshaper(), ...Array.from({ length: 8 }, caller)]);
    });
  });
});
