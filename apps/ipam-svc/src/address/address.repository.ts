import { Injectable } from '@nestjs/common';
import type { ListAddresses } from '@isthmus/contracts';
import { type Queryable, selectList, type Tx } from '@isthmus/db';
import type { AddressFamily, AddressOwner, AddressReverse, AddressView } from '@isthmus/model';
import { auditOriginOf } from '@isthmus/operations';
import type { RpcContext } from '@isthmus/rpc';
import { IpAddress } from './address.entity';

/** An address with what its subnet, or its zonal pool, tells of it. */
export interface AddressRow extends IpAddress {
  prefixLength: number;
  zone: string | null;
  vpcId: string | null;
}

/** One address of a family: that one, or the lowest that is free. */
export interface Wanted {
  family: AddressFamily;
  address: string | null;
}

/** Where an address is taken from; one of the first four is set. */
export interface AllocationSource {
  privateNetworkId: string | null;
  subnetId: string | null;
  vpcId: string | null;
  zone: string | null;
  /** Where the subnet must lie; null for anywhere. */
  region: string | null;
}

export interface Allocation {
  projectId: string;
  requestId: string;
  source: AllocationSource;
  wanted: Wanted[];
  owner: AddressOwner | null;
  isReserved: boolean;
  tags: string[];
}

/** What became of one wanted address. `subnetId` and `cidr` are null with `no-subnet`, the row with all but `allocated`. */
export type Allocated = ({ outcome: 'allocated' } & AddressRow) | Refused;

export interface Refused {
  outcome: 'no-subnet' | 'outside' | 'held' | 'in-use' | 'exhausted';
  subnetId: string | null;
}

/** What became of a booking; `isFirst` is false, and the rest null, when its request was done before. */
type Booked =
  { isFirst: false } | { isFirst: true; outcome: 'allocated'; view: AddressView } | ({ isFirst: true } & Refused);

export type ReleaseOutcome = 'released' | 'missing' | 'attached';

/** An `AddressRow` out of `ipam.address a JOIN ipam.subnet s`. */
export const ADDRESS_ROW = `${selectList(IpAddress, 'a')}, masklen(s.cidr) AS "prefixLength", s.zone, s.vpc_id AS "vpcId"`;

const COLUMNS = selectList(IpAddress, 'a');

const ALLOCATE = `
  SELECT r.outcome, ${selectList(IpAddress, '(r.made)').replace('(r.made).subnet_id', '(r.place).id')},
         masklen((r.place).cidr) AS "prefixLength", (r.place).zone, (r.place).vpc_id AS "vpcId"
    FROM unnest($4::int[], $5::inet[]) WITH ORDINALITY AS w (family, address, position),
         ipam.allocate($1, $2, $3, w.family, w.address, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) r
   ORDER BY w.position`;

const BOOK = `
  SELECT r.is_first AS "isFirst", r.outcome, r.subnet_id AS "subnetId", r.view
    FROM ipam.book($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) r`;

/** SQL of addresses; what decides is in the functions of the migration, one round trip each. */
@Injectable()
export class AddressRepository {
  /** Takes one address per wanted one, in that order; roll back when one of them was not allocated. */
  allocate(tx: Tx, allocation: Allocation): Promise<Allocated[]> {
    const { owner, source } = allocation;
    return tx.query<Allocated>(ALLOCATE, [
      allocation.projectId,
      source.privateNetworkId,
      source.subnetId,
      allocation.wanted.map(({ family }) => family),
      allocation.wanted.map(({ address }) => address),
      allocation.isReserved,
      ...ownerColumns(owner),
      allocation.tags,
      allocation.requestId,
      source.vpcId,
      source.zone,
      source.region,
    ]);
  }

  /** Books the one wanted address in a transaction of its own, inbox and all: one round trip. */
  async book(database: Queryable, allocation: Allocation, context: RpcContext): Promise<Booked> {
    const { source, owner, wanted } = allocation;
    const [row] = await database.query<Booked>(BOOK, [
      ...[allocation.projectId, source.privateNetworkId, source.subnetId, source.vpcId, source.zone, source.region],
      ...[wanted[0]?.family, wanted[0]?.address],
      ...ownerColumns(owner),
      ...[allocation.tags, allocation.requestId, context.pattern, auditOriginOf(context)],
    ]);
    return row as Booked;
  }

  /** One assignment to an owner at a time. Answers whether the owner has addresses of the network already. */
  async lockOwner(tx: Tx, projectId: string, privateNetworkId: string, ownerId: string): Promise<boolean> {
    const sql = `SELECT ipam.lock_owner($1, $2, $3) AS "isHolding"`;
    const [row] = await tx.query<{ isHolding: boolean }>(sql, [projectId, privateNetworkId, ownerId]);
    return row?.isHolding === true;
  }

  /** These addresses, against changes until the end of the transaction. */
  lock(tx: Tx, projectId: string, ids: string[]): Promise<AddressRow[]> {
    return tx.query<AddressRow>(
      `SELECT ${ADDRESS_ROW}
         FROM ipam.lock_addresses($1, $2) a JOIN ipam.subnet s ON s.id = a.subnet_id ORDER BY a.id`,
      [projectId, ids],
    );
  }

  /** Attaches locked addresses, or changes the machine of a custom owner. */
  async attach(tx: Tx, ids: string[], owner: AddressOwner, requestId: string): Promise<void> {
    await tx.execute('SELECT ipam.attach($1, $2, $3, $4, $5, $6, $7)', [ids, ...ownerColumns(owner), requestId]);
  }

  /** Detaches locked addresses; those that were only assigned are free then. */
  async detach(tx: Tx, projectId: string, ids: string[], requestId: string): Promise<void> {
    await tx.execute('SELECT ipam.detach_noted($1, $2, $3)', [projectId, ids, requestId]);
  }

  /** Keeps how locked addresses are now, for the undo of the request. */
  async note(tx: Tx, projectId: string, ids: string[], requestId: string): Promise<void> {
    await tx.execute('SELECT ipam.note_addresses($1, $2, $3)', [projectId, ids, requestId]);
  }

  /** Null leaves a column as it is. */
  async update(tx: Tx, id: string, tags: string[] | null, reverses: AddressReverse[] | null): Promise<void> {
    await tx.execute(
      `UPDATE ipam.address SET tags = coalesce($2, tags), reverses = coalesce($3::jsonb, reverses), updated_at = now()
        WHERE id = $1`,
      [id, tags, reverses && JSON.stringify(reverses)],
    );
  }

  /** Releases one address in a transaction of its own, inbox and all: one round trip. */
  async release(
    database: Queryable,
    context: RpcContext,
    id: string,
    region: string | null,
  ): Promise<{ isFirst: boolean; outcome: ReleaseOutcome }> {
    const { projectId, requestId, pattern } = context;
    const sql = `SELECT r.is_first AS "isFirst", r.outcome FROM ipam.release_once($1, $2, $3, $4, $5, $6) r`;
    const [row] = await database.query(sql, [projectId, id, region, requestId, pattern, auditOriginOf(context)]);
    return row as { isFirst: boolean; outcome: ReleaseOutcome };
  }

  /** Releases locked addresses that nobody is attached to. */
  async releaseLocked(tx: Tx, projectId: string, ids: string[], requestId: string): Promise<void> {
    await tx.execute('SELECT ipam.release_noted($1, $2, $3)', [projectId, ids, requestId]);
  }

  /** False when the owner is not of one of those types. */
  async releaseOwner(
    tx: Tx,
    projectId: string,
    ownerId: string,
    options: { except: string[]; families: AddressFamily[] | null; types: readonly string[]; requestId: string },
  ): Promise<boolean> {
    const { except, families, types, requestId } = options;
    const sql = 'SELECT ipam.release_owner($1, $2, $3, $4, $5, $6) AS "isReleased"';
    const [row] = await tx.query(sql, [projectId, ownerId, except, families, types, requestId]);
    return row?.isReleased === true;
  }

  /** Who uses an address of a subnet. */
  async findUse(db: Queryable, subnetId: string, address: string): Promise<IpAddress | undefined> {
    const sql = `SELECT ${COLUMNS} FROM ipam.address a WHERE a.subnet_id = $1 AND a.address = $2`;
    const [row] = await db.query<IpAddress>(sql, [subnetId, address]);
    return row;
  }

  async find(db: Queryable, projectId: string, id: string): Promise<AddressRow | undefined> {
    const [row] = await db.query<AddressRow>(
      `SELECT ${ADDRESS_ROW} FROM ipam.address a JOIN ipam.subnet s ON s.id = a.subnet_id
        WHERE a.id = $2 AND a.project_id = $1`,
      [projectId, id],
    );
    return row;
  }

  /** Oldest first. */
  list(
    db: Queryable,
    projectId: string,
    { privateNetworkIds, ownerIds, addressIds }: ListAddresses,
  ): Promise<AddressRow[]> {
    const values: unknown[] = [projectId];
    const conditions = ['a.project_id = $1'];
    const add = (column: string, ids: string[] | undefined): void => {
      if (ids) conditions.push(`${column} = ANY ($${values.push(ids)})`);
    };
    add('s.private_network_id', privateNetworkIds);
    add('a.owner_id', ownerIds);
    add('a.id', addressIds);
    return db.queryDynamic<AddressRow>(
      `SELECT ${ADDRESS_ROW}
         FROM ipam.address a JOIN ipam.subnet s ON s.id = a.subnet_id
        WHERE ${conditions.join(' AND ')} ORDER BY a.id`,
      values,
    );
  }
}

/** Type, id, parent, name and MAC address, as the functions take them. */
export function ownerColumns(owner: AddressOwner | null): (string | null)[] {
  if (!owner) return [null, null, null, null, null];
  return [owner.type, owner.id, owner.parentId ?? null, owner.name ?? null, owner.macAddress ?? null];
}
