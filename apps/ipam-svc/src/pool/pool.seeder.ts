import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '@isthmus/db';
import type { ZonalPool } from './pool';
import { PoolRepository } from './pool.repository';

/**
 * Brings the zonal pools of the configuration into the database when the service starts; replicas may do so at once. A
 * pool that is no longer written down stays: it has addresses that somebody uses.
 */
@Injectable()
export class PoolSeeder implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly pools: PoolRepository,
    private readonly wanted: readonly ZonalPool[],
  ) {}

  async onModuleInit(): Promise<void> {
    await this.database.transaction(async (tx) => {
      for (const pool of this.wanted) {
        await this.pools.add(tx, pool);
        if (!(await this.pools.has(tx, pool))) {
          throw new Error(`the pool ${pool.cidr} of zone ${pool.zone} overlaps another one, or its zone moved`);
        }
      }
    });
  }
}
