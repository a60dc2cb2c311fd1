import { PATTERN_METADATA } from '@nestjs/microservices/constants';
import { Test } from '@nestjs/testing';
import type { HealthCalls, IpamCalls } from '@isthmus/contracts';
import { AddressHandler } from '../address/address.handler';
import { BookingHandler } from '../address/booking.handler';
import { AppModule } from '../app.module';
import { poolsIn } from '../pool/pool';
import { RequestHandler } from '../request/request.handler';
import { SubnetHandler } from '../subnet/subnet.handler';
import { Ipam } from './test-database';

/** Every call of the contract but those that the transport answers; a missing or unknown one does not compile. */
const CALLS: Record<Exclude<keyof IpamCalls, keyof HealthCalls>, true> = {
  'subnet.check': true,
  'subnet.reserve': true,
  'subnet.reshape': true,
  'subnet.release': true,
  'subnet.list': true,
  'subnet.capacity': true,
  'subnet.change': true,
  'subnet.query': true,
  'subnet.rehome': true,
  'address.check': true,
  'address.assign': true,
  'address.assign-set': true,
  'address.release-owner': true,
  'address.book': true,
  'address.release': true,
  'address.release-set': true,
  'address.get': true,
  'address.query': true,
  'address.update': true,
  'address.attach': true,
  'address.detach': true,
  'address.move': true,
  'address.list': true,
  'request.undo': true,
};

const POOLS = poolsIn({ pools: [{ region: 'fr-par', zone: 'fr-par-1', cidrs: ['203.0.113.0/29'] }] });

describe('the service', () => {
  let ipam: Ipam;
  beforeAll(async () => (ipam = await Ipam.start(2)));
  afterAll(() => ipam.stop());

  it('is wired: every handler gets what it needs, as the role of the service', async () => {
    const module = await Test.createTestingModule({
      imports: [AppModule.forRoot({ databaseUrl: ipam.url, pools: POOLS, ownerTypes: {} })],
    }).compile();
    const handler = module.get(SubnetHandler);
    expect(await handler.list({ privateNetworkIds: [] }, ipam.context('subnet.list'))).toEqual([]);
    expect([module.get(AddressHandler), module.get(RequestHandler)]).toHaveLength(2);
    await module.close();
  });

  it('answers every call of the contract', () => {
    const answered = [SubnetHandler, AddressHandler, BookingHandler, RequestHandler].flatMap(({ prototype }) =>
      Object.getOwnPropertyNames(prototype).flatMap(
        (method) => Reflect.getMetadata(PATTERN_METADATA, Reflect.get(prototype, method)) ?? [],
      ),
    );
    expect(answered.sort()).toEqual(Object.keys(CALLS).sort());
  });

  it('lets nobody but its role read its tables', async () => {
    const grants = await ipam.database.query<{ grantee: string }>(
      `SELECT DISTINCT g.grantee::regrole::text AS grantee
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
        WHERE n.nspname = 'ipam' AND c.relkind = 'r' AND g.grantee <> c.relowner`,
    );
    expect(grants).toEqual([{ grantee: 'isthmus_ipam' }]);
  });
});
