import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { AddressFamily, AddressOwner, AddressView, SubnetView } from '@isthmus/model';
import type { ReserveSubnets, SubnetPlan } from '@isthmus/contracts';
import { connectDatabase, type Database } from '@isthmus/db';
import { auditOfCommands } from '@isthmus/operations';
import { Inbox, RpcContext } from '@isthmus/rpc';
import { IpAddress } from '../address/address.entity';
import { AddressRefusals } from '../address/address.refusals';
import { AddressRepository } from '../address/address.repository';
import { AddressQueryRepository } from '../address/address-query.repository';
import { AddressQueryService } from '../address/address-query.service';
import { AddressService } from '../address/address.service';
import { AddressSetRepository } from '../address/address-set.repository';
import { AddressSetService } from '../address/address-set.service';
import { BookingService } from '../address/booking.service';
import { OwnerTypes } from '../address/owner-types';
import { OwnershipService } from '../address/ownership.service';
import { MIGRATIONS } from '../app.module';
import { PoolRepository } from '../pool/pool.repository';
import { UndoNote } from '../request/request.entity';
import { RequestRepository } from '../request/request.repository';
import { RequestService } from '../request/request.service';
import { Subnet } from '../subnet/subnet.entity';
import { SubnetRepository } from '../subnet/subnet.repository';
import { SubnetService } from '../subnet/subnet.service';

const server = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

async function onServer(sql: string, url = server): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** The callers of the tests; `test` is every product. */
export const OWNER_TYPES = {
  test: ['instance_private_nic', 'custom', 'rdb_instance'],
  'api-gateway': ['custom'],
  'database-svc': ['rdb_instance'],
  'vpn-svc': ['vpn_gateway'],
};

/** The services of ipam-svc over a database of their own. */
export class Ipam {
  readonly subnets: SubnetService;
  readonly addresses: AddressService;
  readonly sets: AddressSetService;
  readonly bookings: BookingService;
  readonly ownerships: OwnershipService;
  readonly queries: AddressQueryService;
  readonly pools: PoolRepository;
  readonly requests: RequestService;
  /** The tenant of calls that name no other. */
  readonly projectId: string = randomUUID();

  private constructor(
    readonly database: Database,
    private readonly name: string,
    /** Login URL of that database. */
    readonly url: string,
  ) {
    const inbox = new Inbox(auditOfCommands);
    const subnets = new SubnetRepository();
    const addresses = new AddressRepository();
    const refusals = new AddressRefusals(addresses, subnets);
    const ownerTypes = new OwnerTypes(OWNER_TYPES);
    this.subnets = new SubnetService(database, inbox, subnets);
    this.addresses = new AddressService(database, inbox, addresses, subnets, refusals, ownerTypes);
    this.sets = new AddressSetService(database, inbox, new AddressSetRepository(), refusals, ownerTypes);
    this.bookings = new BookingService(database, inbox, addresses, refusals, ownerTypes);
    this.ownerships = new OwnershipService(database, inbox, addresses, ownerTypes);
    this.queries = new AddressQueryService(database, addresses, new AddressQueryRepository());
    this.pools = new PoolRepository();
    this.requests = new RequestService(database, inbox, new RequestRepository(), subnets);
  }

  /** Needs `TEST_DATABASE_URL`: a PostgreSQL 18 on which databases can be made. */
  static async start(poolSize = 32): Promise<Ipam> {
    const name = `ipam_test_${randomBytes(6).toString('hex')}`;
    await onServer(`CREATE DATABASE ${name}`);
    const url = Object.assign(new URL(server), { pathname: `/${name}` }).toString();
    const options = { url, schema: 'ipam', entities: [Subnet, IpAddress, UndoNote], migrations: MIGRATIONS };
    return new Ipam(await connectDatabase({ ...options, poolSize }), name, url);
  }

  async stop(): Promise<void> {
    await this.database.onApplicationShutdown();
    await onServer(`DROP DATABASE ${this.name} WITH (FORCE)`);
  }

  /** A new request, or the same again when the id is given. */
  context(pattern: string, requestId: string = randomUUID(), projectId = this.projectId, caller = 'test'): RpcContext {
    const who = { projectId, principal: 'test', caller, replyTo: '', traceparent: null };
    const request = { ...who, id: 1, requestId, pattern, sentAt: 0, deadline: 60_000, data: {} };
    return new RpcContext('ipam', request, new Date(Date.now() + 60_000));
  }

  reserve(
    plans: (Omit<SubnetPlan, 'id'> & object)[],
    placement: Partial<ReserveSubnets> = {},
    requestId?: string,
  ): Promise<SubnetView[]> {
    const subnets = plans.map((plan) => ({ id: randomUUID(), ...plan }) as SubnetPlan);
    const anywhere = { privateNetworkId: randomUUID(), vpcId: randomUUID(), region: 'fr-par', isJoined: true };
    return this.subnets.reserve({ ...anywhere, ...placement, subnets }, this.context('subnet.reserve', requestId));
  }

  /** One subnet of that block. */
  async reserveCidr(cidr: string, options: { hasGateway?: boolean; isJoined?: boolean } = {}): Promise<SubnetView> {
    const { hasGateway = true, isJoined = true } = options;
    const [subnet] = await this.reserve([{ kind: 'cidr', cidr, hasGateway } as never], { isJoined });
    return subnet as SubnetView;
  }

  /** Reserves that many addresses of a subnet at once, scattered by chance. */
  async fill(subnet: SubnetView, count: number): Promise<void> {
    await this.database.execute(
      `INSERT INTO ipam.address (project_id, private_network_id, subnet_id, address, is_reserved, created_by_request)
       SELECT s.project_id, s.private_network_id, s.id, s.range_start + place.n, true, 'fill'
         FROM ipam.subnet s, (SELECT n FROM generate_series(0, $3::inet - $4::inet) n ORDER BY random() LIMIT $2) place
        WHERE s.id = $1`,
      [subnet.id, count, subnet.rangeEnd, subnet.rangeStart],
    );
    await this.database.execute('SELECT ipam.rebuild_free($1)', [subnet.id]);
    // As autovacuum would before long; without it whatever looks at all addresses is planned for a few.
    await onServer('ANALYZE ipam.address, ipam.free_interval', this.url);
  }

  book(subnet: SubnetView, address?: string, requestId?: string): Promise<AddressView> {
    const request = { subnetId: subnet.id, family: subnet.family, address, tags: [] };
    return this.bookings.book(request, this.context('address.book', requestId));
  }

  release(addressId: string, requestId?: string): Promise<null> {
    return this.bookings.release({ addressId }, this.context('address.release', requestId));
  }

  assign(
    privateNetworkId: string,
    owner: AddressOwner,
    more: { address?: string; addressIds?: string[]; families?: AddressFamily[]; isMove?: boolean } = {},
    requestId?: string,
  ): Promise<AddressView[]> {
    return this.addresses.assign({ privateNetworkId, owner, ...more }, this.context('address.assign', requestId));
  }

  releaseOwner(ownerId: string, requestId?: string): Promise<null> {
    return this.addresses.releaseOwner({ ownerId }, this.context('address.release-owner', requestId));
  }

  undo(undoRequestId: string, projectId?: string): Promise<null> {
    return this.requests.undo({ undoRequestId }, this.context('request.undo', undefined, projectId));
  }

  /** Invariants I1, I2, I3, I7 and I8 of everything there is, in terms of the tables alone; empty when all hold. */
  async violations(): Promise<unknown[]> {
    const rows = await this.database.queryDynamic<{ violation: string }>(`
      SELECT 'I1 ' || address AS violation FROM ipam.address GROUP BY subnet_id, address HAVING count(*) > 1
      UNION ALL SELECT 'I1 free and used ' || a.address FROM ipam.address a JOIN ipam.free_interval f
        ON f.subnet_id = a.subnet_id AND a.address BETWEEN f.lo AND f.hi
      UNION ALL SELECT 'I1 intervals meet ' || f.lo FROM ipam.free_interval f JOIN ipam.free_interval g
        ON f.subnet_id = g.subnet_id AND f.hi < g.hi AND g.lo <= f.hi
      UNION ALL SELECT 'range cut ' || f.lo FROM ipam.free_interval f JOIN ipam.subnet s ON s.id = f.subnet_id
        WHERE (f.lo < s.range_start) <> (f.hi < s.range_start) OR (f.lo <= s.range_end) <> (f.hi <= s.range_end)
      UNION ALL SELECT 'I2 ' || address FROM ipam.address WHERE owner_id IS NULL AND NOT is_reserved
      UNION ALL SELECT 'I8 ' || a.cidr FROM ipam.subnet a JOIN ipam.subnet b
        ON a.vpc_id = b.vpc_id AND a.id < b.id AND a.is_joined AND b.is_joined AND a.cidr && b.cidr
      UNION ALL SELECT 'I3 ' || a.address FROM ipam.address a JOIN ipam.subnet s ON s.id = a.subnet_id
        WHERE NOT a.address << s.cidr OR a.region <> s.region
           OR (s.zone IS NULL AND (a.project_id, a.private_network_id)
                 IS DISTINCT FROM (s.project_id, s.private_network_id))
           OR (a.owner_type = 'custom' AND a.owner_id <> a.id::text)`);
    const subnets = await this.database.queryDynamic<{ id: string; project: string }>(
      'SELECT id, project_id AS project FROM ipam.subnet WHERE zone IS NULL',
    );
    const unbalanced: string[] = [];
    for (const { id, project } of subnets) {
      const context = this.context('subnet.capacity', undefined, project);
      const { total, used, held, free } = await this.subnets.capacity({ subnetId: id }, context);
      if (BigInt(used) + BigInt(held) + BigInt(free) !== BigInt(total))
        unbalanced.push(`I7 ${id} ${free} ${used} ${total}`);
    }
    return [...rows.map(({ violation }) => violation), ...unbalanced];
  }

  /** Free intervals of a subnet in order, as `lo-hi`. */
  async freeOf(subnetId: string): Promise<string[]> {
    const rows = await this.database.query<{ span: string }>(
      `SELECT host(lo) || '-' || host(hi) AS span FROM ipam.free_interval WHERE subnet_id = $1 ORDER BY hi`,
      [subnetId],
    );
    return rows.map(({ span }) => span);
  }
}

export function nic(id: string = randomUUID()): AddressOwner {
  return { type: 'instance_private_nic', id, parentId: null, name: 'web-1', macAddress: '02:00:00:00:00:01' };
}

/** How many of these promises were kept, and the codes of the others. */
export async function outcomes(promises: Promise<unknown>[]): Promise<{ kept: number; codes: string[] }> {
  const settled = await Promise.allSettled(promises);
  const failed = settled.filter((result): result is PromiseRejectedResult => result.status === 'rejected');
  const codes = failed.map(({ reason }) => String(reason.code ?? reason));
  return { kept: settled.length - failed.length, codes: [...new Set(codes)] };
}
