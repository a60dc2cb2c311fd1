import { Injectable } from '@nestjs/common';
import type { AddressOrder, QueryAddresses } from '@isthmus/contracts';
import type { Queryable } from '@isthmus/db';
import { ADDRESS_ROW, type AddressRow } from './address.repository';

type Filters = Omit<QueryAddresses, 'paging'>;

interface Slice {
  limit: number;
  offset: number;
}

interface AddressPage {
  rows: AddressRow[];
  totalCount: number;
}

/** Up to here, all matches are found and sorted; beyond, a page is walked to in the index of the order of creation. */
const SORTED_ROWS = 20_000;

const NEWEST_FIRST: AddressOrder = 'created_at_desc';

const SORT_KEYS = {
  created_at: 'a.created_at',
  updated_at: 'a.updated_at',
  attached_at: 'a.attached_at',
  ip_address: 'a.address',
  mac_address: 'lower(a.owner_mac_address)',
} as const;

/** Pages of addresses; docs/decisions/0018-paging.md says why so. */
@Injectable()
export class AddressQueryRepository {
  /** The page of those that match all filters, and how many match. */
  async page(db: Queryable, projectId: string, filters: Filters, slice: Slice): Promise<AddressPage> {
    const order = orderOf(filters.orderBy ?? NEWEST_FIRST);
    if (order.key !== 'created_at' || !isOfPlaceOnly(filters)) return this.sorted(db, projectId, filters, slice);
    const totalCount = await this.countByBooks(db, projectId, filters);
    if (slice.offset >= totalCount) return { rows: [], totalCount };
    // A walk passes over what a filter leaves out, so it pays where there is none, or where very much matches.
    if (totalCount <= SORTED_ROWS && !isWhole(filters)) return this.sorted(db, projectId, filters, slice);
    return { rows: await this.walked(db, projectId, filters, slice), totalCount };
  }

  /** Finds all that matches, counts and sorts it: what it costs goes with the number of matches. */
  private async sorted(db: Queryable, projectId: string, filters: Filters, slice: Slice): Promise<AddressPage> {
    const { key, direction } = orderOf(filters.orderBy ?? NEWEST_FIRST);
    const { where, values } = conditionsOf(projectId, filters);
    const rows = await db.queryDynamic<AddressRow & { totalCount: string }>(
      `WITH matching AS MATERIALIZED (SELECT a.id, ${SORT_KEYS[key]} AS key FROM ipam.address a WHERE ${where}),
            page AS (SELECT id, row_number() OVER (ORDER BY key ${direction} NULLS LAST, id ${direction}) AS place
                       FROM matching ORDER BY place LIMIT ${slice.limit} OFFSET ${slice.offset})
       SELECT counted.count AS "totalCount", r.*
         FROM (SELECT count(*) FROM matching) counted
         LEFT JOIN (SELECT page.place, ${ADDRESS_ROW} FROM page JOIN ipam.address a ON a.id = page.id
                      JOIN ipam.subnet s ON s.id = a.subnet_id) r ON true
        ORDER BY r.place`,
      values,
    );
    // A page behind the last one is one row that has nothing but the count.
    return { rows: rows.filter(({ id }) => id !== null), totalCount: Number(rows[0]?.totalCount ?? 0) };
  }

  /** Skips to the page in the index alone and reads only the rows of the page itself. */
  private walked(db: Queryable, projectId: string, filters: Filters, slice: Slice): Promise<AddressRow[]> {
    const { direction } = orderOf(filters.orderBy ?? NEWEST_FIRST);
    const { where, values } = conditionsOf(projectId, filters);
    return db.queryDynamic<AddressRow>(
      `WITH page AS MATERIALIZED (
         SELECT a.id FROM ipam.address a WHERE ${where} ORDER BY a.created_at ${direction}, a.id ${direction}
          LIMIT ${slice.limit} OFFSET ${slice.offset})
       SELECT ${ADDRESS_ROW} FROM page JOIN ipam.address a USING (id) JOIN ipam.subnet s ON s.id = a.subnet_id
        ORDER BY a.created_at ${direction}, a.id ${direction}`,
      values,
    );
  }

  /**
   * Counts the addresses of subnets by what their free intervals leave, without looking at an address (I7), and those of
   * zones, which projects share, one by one.
   */
  private async countByBooks(db: Queryable, projectId: string, filters: Filters): Promise<number> {
    const { zone, privateNetworkId = null, subnetId = null, vpcId = null, family = null, region } = filters;
    const isZonalOut = privateNetworkId !== null || subnetId !== null || vpcId !== null;
    const [row] = await db.query<{ count: string }>(
      `SELECT (
         SELECT coalesce(sum(size.total - size.held - free.count), 0)
           FROM ipam.subnet s
          CROSS JOIN LATERAL (
            SELECT trunc(power(2::numeric, CASE family(s.cidr) WHEN 4 THEN 32 ELSE 128 END - masklen(s.cidr))) AS total,
                   CASE family(s.cidr) WHEN 4 THEN 2 ELSE 1 END + num_nonnulls(s.gateway) AS held) size
          CROSS JOIN LATERAL (
            SELECT coalesce(sum(CASE family(f.lo) WHEN 4 THEN (f.hi - f.lo)::numeric
                                  ELSE ipam.number_of(f.hi) - ipam.number_of(f.lo) END + 1), 0) AS count
              FROM ipam.free_interval f WHERE f.subnet_id = s.id) free
          WHERE s.project_id = $1 AND s.region = $2 AND NOT $3
            AND ($4::uuid IS NULL OR s.private_network_id = $4) AND ($5::uuid IS NULL OR s.id = $5)
            AND ($6::uuid IS NULL OR s.vpc_id = $6) AND ($7::int IS NULL OR family(s.cidr) = $7)
       ) + (
         SELECT count(*) FROM ipam.address a
          WHERE a.project_id = $1 AND a.region = $2 AND a.private_network_id IS NULL AND NOT $8
            AND ($7::int IS NULL OR family(a.address) = $7)
            AND ($9::text IS NULL OR a.subnet_id IN (SELECT s.id FROM ipam.subnet s WHERE s.zone = $9))
       ) AS count`,
      [projectId, region, zone !== undefined, privateNetworkId, subnetId, vpcId, family, isZonalOut, zone ?? null],
    );
    return Number(row?.count ?? 0);
  }
}

function orderOf(order: AddressOrder): { key: keyof typeof SORT_KEYS; direction: 'ASC' | 'DESC' } {
  const isDescending = order.endsWith('_desc');
  const key = order.slice(0, isDescending ? -5 : -4) as keyof typeof SORT_KEYS;
  return { key, direction: isDescending ? 'DESC' : 'ASC' };
}

/** Can the free intervals tell how many match? */
function isOfPlaceOnly({
  isAttached,
  resourceName,
  ownerIds,
  ownerTypes,
  macAddress,
  tags,
  addressIds,
}: Filters): boolean {
  return [isAttached, resourceName, ownerIds, ownerTypes, macAddress, tags, addressIds].every(
    (filter) => filter === undefined,
  );
}

function isWhole({ zone, privateNetworkId, subnetId, vpcId, family }: Filters): boolean {
  return [zone, privateNetworkId, subnetId, vpcId, family].every((filter) => filter === undefined);
}

function conditionsOf(projectId: string, filters: Filters): { where: string; values: unknown[] } {
  const values: unknown[] = [projectId, filters.region];
  const conditions = ['a.project_id = $1', 'a.region = $2'];
  const add = (value: unknown, condition: (place: string) => string): void => {
    if (value !== undefined) conditions.push(condition(`$${values.push(value)}`));
  };
  const inSubnets = (condition: string): string =>
    `a.subnet_id = ANY (ARRAY(SELECT s.id FROM ipam.subnet s WHERE ${condition}))`;
  add(filters.zone, (place) => inSubnets(`s.zone = ${place}`));
  add(filters.privateNetworkId, (place) => inSubnets(`s.private_network_id = ${place}`));
  add(filters.subnetId, (place) => inSubnets(`s.id = ${place} AND s.zone IS NULL`));
  add(filters.vpcId, (place) => inSubnets(`s.vpc_id = ${place}`));
  add(filters.resourceName, (place) => `position(${place} IN a.owner_name) > 0`);
  add(filters.ownerIds, (place) => `a.owner_id = ANY (${place})`);
  add(filters.ownerTypes, (place) => `a.owner_type = ANY (${place})`);
  add(filters.macAddress?.toLowerCase(), (place) => `lower(a.owner_mac_address) = ${place}`);
  add(filters.tags, (place) => `a.tags && ${place}`);
  add(filters.family, (place) => `family(a.address) = ${place}`);
  add(filters.addressIds, (place) => `a.id = ANY (${place})`);
  if (filters.isAttached !== undefined) conditions.push(`a.owner_id IS ${filters.isAttached ? 'NOT ' : ''}NULL`);
  return { where: conditions.join(' AND '), values };
}
