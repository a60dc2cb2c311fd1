import { Injectable } from '@nestjs/common';
import type { Queryable, Tx } from '@isthmus/db';
import type { ZonalPool } from './pool';

/** How full the pools of a zone are. */
export interface PoolFill {
  zone: string;
  family: 4 | 6;
  /** Not exact above 2^53, as of IPv6. */
  size: number;
  taken: number;
}

/** SQL of the zonal pools, which are subnets of no network. */
@Injectable()
export class PoolRepository {
  /** Adds the pool unless it, or one that overlaps it, is there. */
  async add(tx: Tx, { region, zone, cidr, rangeStart, rangeEnd, gateway }: ZonalPool): Promise<void> {
    await tx.execute(
      `SELECT ipam.add_subnet(jsonb_populate_record(NULL::ipam.subnet, jsonb_build_object(
         'id', uuidv7(), 'region', $1::text, 'zone', $2::text, 'cidr', $3::cidr, 'range_start', $4::inet,
         'range_end', $5::inet, 'gateway', $6::inet, 'is_joined', false, 'created_by_request', 'pools',
         'created_at', now(), 'updated_at', now())))
        WHERE NOT EXISTS (SELECT FROM ipam.subnet s WHERE s.zone = $2 AND s.cidr = $3::cidr)`,
      [region, zone, cidr, rangeStart, rangeEnd, gateway],
    );
  }

  async has(db: Queryable, { zone, region, cidr }: ZonalPool): Promise<boolean> {
    const sql = 'SELECT FROM ipam.subnet s WHERE s.zone = $1 AND s.region = $2 AND s.cidr = $3::cidr';
    return (await db.query(sql, [zone, region, cidr])).length > 0;
  }

  /** By zone and family. The cost goes by the addresses that are taken. */
  fill(db: Queryable): Promise<PoolFill[]> {
    // An IPv6 range is larger than what the difference of two addresses can be, but its block is a power of two.
    return db.query<PoolFill>(
      `SELECT s.zone, family(s.cidr) AS family,
              sum(CASE family(s.cidr) WHEN 4 THEN (s.range_end - s.range_start + 1)::float8
                    ELSE power(2::float8, 128 - masklen(s.cidr)) - 2 END) AS size,
              sum((SELECT count(*) FROM ipam.address a WHERE a.subnet_id = s.id))::float8 AS taken
         FROM ipam.subnet s WHERE s.zone IS NOT NULL GROUP BY s.zone, family(s.cidr) ORDER BY 1, 2`,
    );
  }
}
