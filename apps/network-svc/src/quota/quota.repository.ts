import { Inject, Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { NETWORK_CONFIG, type NetworkConfig, type Quotas } from '../config';

/** Nothing is inserted or updated when the place would be one too many. */
const TAKE = `
  INSERT INTO network.project_usage AS u (project_id, resource, used) SELECT $1, $2, 1 WHERE $3 > 0
  ON CONFLICT (project_id, resource) DO UPDATE SET used = u.used + 1 WHERE u.used < $3`;

const GIVE_BACK = `UPDATE network.project_usage SET used = used - 1 WHERE project_id = $1 AND resource = $2`;

/** What a project may have, counted in rows that racing creates cannot pass. */
@Injectable()
export class QuotaRepository {
  constructor(@Inject(NETWORK_CONFIG) private readonly config: NetworkConfig) {}

  /**
   * Takes one place. All creates of a project queue for its row until they commit, so take it last. Throws
   * `quota-exceeded`.
   */
  async take(tx: Tx, projectId: string, resource: keyof Quotas): Promise<void> {
    const limit = this.config.quotas[resource];
    if ((await tx.execute(TAKE, [projectId, resource, limit])) === 1) return;
    const what = `${resource.replaceAll('-', ' ')}s`;
    const detail = `This project has ${limit} ${what}, the most it may have; delete one first.`;
    throw new ProblemError('quota-exceeded', detail, { resource, quota: { limit, current: limit } });
  }

  /** Together with the deletion of the row that had the place. */
  async giveBack(tx: Tx, projectId: string, resource: keyof Quotas): Promise<void> {
    await tx.execute(GIVE_BACK, [projectId, resource]);
  }
}
