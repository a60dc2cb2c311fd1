import { randomUUID } from 'node:crypto';
import type { SubnetView } from '@isthmus/model';
import { Ipam } from './test-database';

const MAC = { macAddress: '02:00:00:00:00:01' };
const DATABASE = { type: 'rdb_instance', id: 'b6f1a3c0-52f1-4f0e-b5a5-1f4a1b6f9d10', name: 'orders' };

describe('promises to users', () => {
  let ipam: Ipam;
  let subnet: SubnetView;
  beforeAll(async () => (ipam = await Ipam.start()));
  beforeEach(async () => (subnet = await ipam.reserveCidr('10.0.0.0/24', { isJoined: false })));
  afterEach(async () => expect(await ipam.violations()).toEqual([]));
  afterAll(() => ipam.stop());

  const as = (caller: string, requestId?: string) => ipam.context('address.command', requestId, undefined, caller);
  const change = (sql: string, ...values: unknown[]) => ipam.database.execute(sql, values);

  it('never changes a reserved address, whatever SQL the service sends', async () => {
    const { id } = await ipam.book(subnet);
    const refused = { message: expect.stringContaining('permission denied') };
    await expect(change(`UPDATE ipam.address SET address = '10.0.0.9' WHERE id = $1`, id)).rejects.toMatchObject(
      refused,
    );
    await expect(
      change('UPDATE ipam.address SET project_id = $2 WHERE id = $1', id, randomUUID()),
    ).rejects.toMatchObject(refused);
  });

  it('never gives an attached address away or up, whatever SQL the service sends', async () => {
    const { id } = await ipam.book(subnet);
    await ipam.ownerships.attach({ addressId: id, owner: DATABASE }, as('database-svc'));
    await expect(change('DELETE FROM ipam.address WHERE id = $1', id)).rejects.toMatchObject({
      constraint: 'attached_address_is_not_released',
    });
    await expect(change(`UPDATE ipam.address SET owner_id = 'x' WHERE id = $1`, id)).rejects.toMatchObject({
      constraint: 'attached_address_is_not_taken_over',
    });
    await ipam.ownerships.detach({ addressId: id, owner: DATABASE }, as('database-svc'));
    await ipam.release(id);
  });

  it('lets only the owning product attach, detach and give back', async () => {
    const { id: addressId } = await ipam.book(subnet);
    const forbidden = { code: 'forbidden' };
    const { ownerships, addresses } = ipam;
    await expect(ownerships.attach({ addressId, owner: DATABASE }, as('api-gateway'))).rejects.toMatchObject(forbidden);
    await expect(ownerships.attach({ addressId, owner: MAC }, as('database-svc'))).rejects.toMatchObject(forbidden);
    await ownerships.attach({ addressId, owner: DATABASE }, as('database-svc'));
    await expect(ownerships.detach({ addressId, owner: MAC }, as('api-gateway'))).rejects.toMatchObject(forbidden);
    await expect(ownerships.detach({ addressId, owner: DATABASE }, as('nobody'))).rejects.toMatchObject(forbidden);
    await expect(ownerships.move({ addressId, from: MAC, to: MAC }, as('api-gateway'))).rejects.toMatchObject(
      forbidden,
    );
    await expect(addresses.releaseOwner({ ownerId: DATABASE.id }, as('api-gateway'))).rejects.toMatchObject(forbidden);
    await expect(ipam.release(addressId)).rejects.toMatchObject({ code: 'precondition-failed' });
    await expect(ownerships.attach({ addressId, owner: MAC }, as('api-gateway'))).rejects.toMatchObject({
      code: 'conflict',
    });
    const other = { ...DATABASE, id: randomUUID() };
    await expect(ownerships.detach({ addressId, owner: other }, as('database-svc'))).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    await addresses.releaseOwner({ ownerId: DATABASE.id }, as('database-svc'));
    expect((await ipam.queries.get({ addressId }, as('api-gateway'))).owner).toBeNull();
  });

  it('changes tags and reverses also while attached, and checks them', async () => {
    const { id: addressId } = await ipam.book(subnet);
    await ipam.ownerships.attach({ addressId, owner: MAC }, as('api-gateway'));
    const reverses = [{ hostname: 'db.example.com', address: null }];
    const update = (request: object) => ipam.ownerships.update({ addressId, ...request }, as('api-gateway'));
    expect(await update({ tags: ['x'], reverses })).toMatchObject({ tags: ['x'], reverses, owner: MAC });
    expect(await update({})).toMatchObject({ tags: ['x'], reverses });
    for (const hostname of ['', '-a', 'a b', 'ä.example', `${'a'.repeat(64)}.example`]) {
      await expect(update({ reverses: [{ hostname, address: null }] })).rejects.toMatchObject({
        code: 'invalid-argument',
      });
    }
    await expect(update({ region: 'nl-ams' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('releases a set wholly or not at all, and takes it back wholly', async () => {
    const booked = await Promise.all(Array.from({ length: 20 }, () => ipam.book(subnet)));
    const addressIds = booked.map(({ id }) => id);
    const [first = ''] = addressIds;
    const release = (ids: string[], requestId?: string) =>
      ipam.bookings.releaseSet({ addressIds: ids }, as('api-gateway', requestId));
    await expect(release([...addressIds, randomUUID()])).rejects.toMatchObject({ code: 'not-found' });
    await ipam.ownerships.attach({ addressId: first, owner: MAC }, as('api-gateway'));
    await expect(release(addressIds)).rejects.toMatchObject({ code: 'precondition-failed' });
    await ipam.ownerships.detach({ addressId: first, owner: MAC }, as('api-gateway'));
    const requestId = randomUUID();
    await Promise.all([release(addressIds, requestId), release(addressIds, requestId)]);
    expect(await ipam.addresses.list({ addressIds }, as('test'))).toEqual([]);
    await ipam.undo(requestId);
    expect(await ipam.addresses.list({ addressIds }, as('test'))).toHaveLength(20);
  });
});
