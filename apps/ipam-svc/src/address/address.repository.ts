import { Injectable } from '@nestjs/common';
import type { ListAddresses } from '@isthmus/contracts';
import { type Queryable, selectList, type Tx } from '@isthmus/db';
import type { AddressFamily, AddressOwner } from '@isthmus/model';
import { IpAddress } from './address.entity';

/** An address with what its subnet tells of it. */
export interface AddressRow extends IpAddress {
  region: string;
  prefixLength: number;
}

/** One address of a family: that one, or the lowest that is free. */
export interface Wanted {
  family: AddressFamily;
  address: string | null;
}

export interface Allocation {
  projectId: string;
  requestId: string;
  /** One of the two is set. */
  privateNetworkId: string | null;
  subnetId: string | null;
  wanted: Wanted[];
  owner: AddressOwner | null;
  isReserved: boolean;
  tags: string[];
}

/** What became of one wanted address. `subnetId` and `cidr` are null with `no-subnet`, the row with all but `allocated`. */
export type Allocated =
  | ({ outcome: 'allocated' } & AddressRow)
  | { outcome: 'no-subnet' | 'outside' | 'held' | 'in-use' | 'exhausted'; subnetId: string | null };

const COLUMNS = selectList(IpAddress, 'a');

const ALLOCATE = `
  SELECT r.outcome, ${selectList(IpAddress, '(r.made)').replace('(r.made).subnet_id', '(r.place).id')},
         (r.place).region AS region, masklen((r.place).cidr) AS "prefixLength"
    FROM unnest($4::int[], $5::inet[]) WITH ORDINALITY AS w (family, address, position),
         ipam.allocate($1, $2, $3, w.family, w.address, $6, $7, $8, $9, $10, $11, $12, $13) r
   ORDER BY w.position`;

/** SQL of addresses; what decides is in the functions of the migration, one round trip each. */
@Injectable()
export class AddressRepository {
  /** Takes one address per wanted one, in that order; roll back when one of them was not allocated. */
  allocate(tx: Tx, allocation: Allocation): Promise<Allocated[]> {
    const { owner } = allocation;
    return tx.query<Allocated>(ALLOCATE, [
      allocation.projectId,
      allocation.privateNetworkId,
      allocation.subnetId,
      allocation.wanted.map(({ family }) => family),
      allocation.wanted.map(({ address }) => address),
      allocation.isReserved,
      ...ownerColumns(owner),
      allocation.tags,
      allocation.requestId,
    ]);
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
      `SELECT ${COLUMNS}, s.region, masklen(s.cidr) AS "prefixLength"
         FROM ipam.lock_addresses($1, $2) a JOIN ipam.subnet s ON s.id = a.subnet_id ORDER BY a.id`,
      [projectId, ids],
    );
  }

  /** Attaches locked addresses. */
  async attach(tx: Tx, ids: string[], owner: AddressOwner, requestId: string): Promise<void> {
    await tx.execute(
      `UPDATE ipam.address
          SET owner_type = $2, owner_id = $3, owner_parent_id = $4, owner_name = $5, owner_mac_address = $6,
              attached_by_request = $7, updated_at = now()
        WHERE id = ANY ($1)`,
      [ids, ...ownerColumns(owner), requestId],
    );
  }

  async release(
    tx: Tx,
    projectId: string,
    id: string,
    requestId: string,
  ): Promise<'released' | 'missing' | 'attached'> {
    const sql = 'SELECT ipam.release($1, $2, $3) AS outcome';
    const [row] = await tx.query<{ outcome: 'released' | 'missing' | 'attached' }>(sql, [projectId, id, requestId]);
    return row?.outcome ?? 'missing';
  }

  async releaseOwner(
    tx: Tx,
    projectId: string,
    ownerId: string,
    { except, families, requestId }: { except: string[]; families: AddressFamily[] | null; requestId: string },
  ): Promise<void> {
    const sql = 'SELECT ipam.release_owner($1, $2, $3, $4, $5)';
    await tx.execute(sql, [projectId, ownerId, except, families, requestId]);
  }

  /** Who uses an address of a subnet. */
  async findUse(db: Queryable, subnetId: string, address: string): Promise<IpAddress | undefined> {
    const sql = `SELECT ${COLUMNS} FROM ipam.address a WHERE a.subnet_id = $1 AND a.address = $2`;
    const [row] = await db.query<IpAddress>(sql, [subnetId, address]);
    return row;
  }

  async find(db: Queryable, projectId: string, id: string): Promise<IpAddress | undefined> {
    const sql = `SELECT ${COLUMNS} FROM ipam.address a WHERE a.id = $2 AND a.project_id = $1`;
    const [row] = await db.query<IpAddress>(sql, [projectId, id]);
    return row;
  }

  /** Oldest first. */
  list(
    db: Queryable,
    projectId: string,
    { privateNetworkIds, ownerIds, addressIds }: ListAddresses,
  ): Promise<AddressRow[]> {
    const values: unknown[] = [projectId];
    const conditions = ['s.project_id = $1'];
    const add = (column: string, ids: string[] | undefined): void => {
      if (ids) conditions.push(`${column} = ANY ($${values.push(ids)})`);
    };
    add('s.private_network_id', privateNetworkIds);
    add('a.owner_id', ownerIds);
    add('a.id', addressIds);
    return db.queryDynamic<AddressRow>(
      `SELECT ${COLUMNS}, s.region, masklen(s.cidr) AS "prefixLength"
         FROM ipam.address a JOIN ipam.subnet s ON s.id = a.subnet_id
        WHERE ${conditions.join(' AND ')} ORDER BY a.id`,
      values,
    );
  }
}

function ownerColumns(owner: AddressOwner | null): (string | null)[] {
  if (!owner) return [null, null, null, null, null];
  return [owner.type, owner.id, owner.parentId ?? null, owner.name ?? null, owner.macAddress ?? null];
}
