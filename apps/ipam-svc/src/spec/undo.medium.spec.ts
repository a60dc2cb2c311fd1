import { randomUUID } from 'node:crypto';
import type { SubnetView } from '@isthmus/model';
import { Ipam, nic } from './test-database';

describe('undo', () => {
  let ipam: Ipam;
  beforeAll(async () => (ipam = await Ipam.start()));
  afterEach(async () => expect(await ipam.violations()).toEqual([]));
  afterAll(() => ipam.stop());

  const subnetsOf = (privateNetworkId: string) =>
    ipam.subnets.list({ privateNetworkIds: [privateNetworkId] }, ipam.context('subnet.list'));
  const addressesOf = (subnet: SubnetView) =>
    ipam.addresses.list({ privateNetworkIds: [subnet.privateNetworkId] }, ipam.context('address.list'));

  it('takes back an assignment, once and for good', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const requestId = randomUUID();
    const owner = nic();
    await ipam.assign(subnet.privateNetworkId, owner, {}, requestId);
    await ipam.undo(requestId);
    expect(await addressesOf(subnet)).toEqual([]);
    await ipam.assign(subnet.privateNetworkId, owner);
    await ipam.undo(requestId);
    expect(await addressesOf(subnet)).toHaveLength(1);
    await expect(ipam.assign(subnet.privateNetworkId, owner, {}, requestId)).rejects.toMatchObject({
      code: 'interrupted',
    });
  });

  it('keeps a late original from doing anything', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const requestId = randomUUID();
    await ipam.undo(requestId);
    await expect(ipam.book(subnet, undefined, requestId)).rejects.toMatchObject({ code: 'interrupted' });
    await ipam.undo(requestId);
    expect(await addressesOf(subnet)).toEqual([]);
  });

  it('leaves nothing behind whichever of original and undo comes first', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    for (let round = 0; round < 20; round++) {
      const requestId = randomUUID();
      await Promise.allSettled([
        ipam.assign(subnet.privateNetworkId, nic(), {}, requestId),
        ipam.undo(requestId),
        ipam.assign(subnet.privateNetworkId, nic(), {}, requestId),
      ]);
    }
    expect(await addressesOf(subnet)).toEqual([]);
  });

  it('detaches booked addresses that the request attached, and only those', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const [bookedBy, attachedBy] = [randomUUID(), randomUUID()];
    const booked = await ipam.book(subnet, undefined, bookedBy);
    await ipam.assign(subnet.privateNetworkId, nic(), { addressIds: [booked.id] }, attachedBy);
    await expect(ipam.undo(bookedBy)).rejects.toMatchObject({ code: 'precondition-failed' });
    await ipam.undo(attachedBy);
    expect(await addressesOf(subnet)).toMatchObject([{ id: booked.id, owner: null, isReserved: true }]);
    const next = nic();
    await ipam.assign(subnet.privateNetworkId, next, { addressIds: [booked.id] });
    await ipam.undo(attachedBy);
    expect(await addressesOf(subnet)).toMatchObject([{ owner: next }]);
    await ipam.releaseOwner(next.id);
    await ipam.undo(bookedBy);
    expect(await addressesOf(subnet)).toEqual([]);
  });

  it('deletes subnets that the request made, unless they are used by now', async () => {
    const requestId = randomUUID();
    const plans = [4, 6].map((family) => ({ kind: 'automatic', family, prefixLength: family === 4 ? 22 : 64 }));
    const [subnet] = await ipam.reserve(plans as never, {}, requestId);
    if (!subnet) throw new Error('no subnet');
    const { id } = await ipam.book(subnet);
    await expect(ipam.undo(requestId)).rejects.toMatchObject({ code: 'precondition-failed' });
    await ipam.release(id);
    await ipam.undo(requestId);
    expect(await subnetsOf(subnet.privateNetworkId)).toEqual([]);
  });

  it('restores what releases gave back', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const owner = nic();
    const [automatic] = await ipam.assign(subnet.privateNetworkId, owner);
    const booked = await ipam.book(subnet);
    const [released, releasedOwner, releasedSubnets] = [randomUUID(), randomUUID(), randomUUID()];
    await ipam.release(booked.id, released);
    await ipam.releaseOwner(owner.id, releasedOwner);
    const { privateNetworkId } = subnet;
    await ipam.subnets.release({ privateNetworkId }, ipam.context('subnet.release', releasedSubnets));
    expect(await subnetsOf(privateNetworkId)).toEqual([]);
    await ipam.undo(releasedSubnets);
    expect(await subnetsOf(privateNetworkId)).toEqual([subnet]);
    await ipam.undo(releasedOwner);
    await ipam.undo(released);
    expect(await addressesOf(subnet)).toEqual([automatic, booked]);
    await ipam.undo(released);
    expect(await addressesOf(subnet)).toHaveLength(2);
  });

  it('attaches a booked address again to the owner that let it go', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const booked = await ipam.book(subnet);
    const owner = nic();
    await ipam.assign(subnet.privateNetworkId, owner, { addressIds: [booked.id] });
    const requestId = randomUUID();
    await ipam.releaseOwner(owner.id, requestId);
    await ipam.undo(requestId);
    expect(await addressesOf(subnet)).toMatchObject([{ id: booked.id, owner }]);
  });

  it('says so when somebody else has the released address', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const requestId = randomUUID();
    await ipam.release((await ipam.book(subnet)).id, requestId);
    const taken = await ipam.book(subnet);
    await expect(ipam.undo(requestId)).rejects.toMatchObject({ code: 'conflict' });
    await ipam.release(taken.id);
    await ipam.undo(requestId);
    expect(await addressesOf(subnet)).toHaveLength(1);
  });

  it('restores the former shape', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24', { isJoined: false, hasGateway: false });
    const leased = await ipam.book(subnet, '10.0.0.40');
    const requestId = randomUUID();
    const { id: subnetId, privateNetworkId, vpcId, region } = subnet;
    const placement = { subnetId, privateNetworkId, vpcId, region, isJoined: false };
    const wider = { cidr: '10.0.0.0/23', range: { start: '10.0.1.10', end: '10.0.1.20' } };
    const reshaped = await ipam.subnets.reshape({ ...placement, ...wider }, ipam.context('subnet.reshape', requestId));
    expect(reshaped).toMatchObject({
      id: subnetId,
      cidr: '10.0.0.0/23',
      rangeStart: '10.0.1.10',
      rangeEnd: '10.0.1.20',
    });
    expect(await ipam.freeOf(subnetId)).toContain('10.0.1.10-10.0.1.20');
    const late = await ipam.book(subnet);
    expect(late.address).toBe('10.0.1.10');
    await expect(ipam.undo(requestId)).rejects.toMatchObject({ code: 'conflict' });
    await ipam.release(late.id);
    await ipam.undo(requestId);
    expect(await subnetsOf(privateNetworkId)).toMatchObject([{ cidr: '10.0.0.0/24', rangeStart: '10.0.0.1' }]);
    expect(await ipam.freeOf(subnetId)).toEqual(['10.0.0.1-10.0.0.39', '10.0.0.41-10.0.0.254']);
    await ipam.release(leased.id);
  });

  it('deletes the subnet that a reshape made', async () => {
    const requestId = randomUUID();
    const placement = { privateNetworkId: randomUUID(), vpcId: randomUUID(), region: 'fr-par', isJoined: false };
    const shape = { subnetId: randomUUID(), cidr: '10.0.0.0/24', range: { start: '10.0.0.5', end: '10.0.0.9' } };
    await ipam.subnets.reshape({ ...placement, ...shape }, ipam.context('subnet.reshape', requestId));
    await ipam.undo(requestId);
    expect(await subnetsOf(placement.privateNetworkId)).toEqual([]);
  });

  it('does not touch the requests of others', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const requestId = randomUUID();
    const booked = await ipam.book(subnet, undefined, requestId);
    await expect(ipam.undo(requestId, randomUUID())).rejects.toMatchObject({ code: 'not-found' });
    expect(await ipam.book(subnet, undefined, requestId)).toEqual(booked);
  });
});
