import { Injectable } from '@nestjs/common';
import type { Queryable, Tx } from '@isthmus/db';
import type { ZonalPool } from './pool';

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
}
