import type { QuotaUse } from '@isthmus/contracts';
import type { Queryable, Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';

/**
 * SQL of the table behind the counts, for a service's migration. `schema` is the service's own. What a project has, by the
 * name of the resource, counted in shards: creates that race for a place each find a row that nobody holds. The limit is
 * a setting, shared out over the shards where a place is taken.
 */
export function projectUsageTable(schema: string): string {
  return `
    CREATE TABLE ${schema}.project_usage (
      project_id uuid NOT NULL,
      resource   text NOT NULL,
      shard      int NOT NULL,
      used       int NOT NULL CONSTRAINT project_usage_is_counted CHECK (used >= 0),
      PRIMARY KEY (project_id, resource, shard)
    ) WITH (fillfactor = 50);`;
}

/** As many creates of one project can take a place at the same time without waiting for each other's commit. */
const SHARDS = 32;

const OWN = 'u.project_id = $1 AND u.resource = $2';
/** A shard may count up to its share of the limit, so all of them together never pass it. */
const HAS_ROOM = `u.used < $3::int / ${SHARDS} + (u.shard < $3::int % ${SHARDS})::int`;

const OPEN = `
  INSERT INTO project_usage (project_id, resource, shard, used)
  SELECT $1, $2, shard, 0 FROM generate_series(0, ${SHARDS - 1}) shard ON CONFLICT DO NOTHING`;

const HAS_ANY_ROOM = `SELECT 1 FROM project_usage u WHERE ${OWN} AND ${HAS_ROOM} LIMIT 1`;

/**
 * Changes one shard that `condition` holds for: one that nobody holds, or, blocking, the first. The choice stands in a CTE,
 * because a subquery may be run anew, and choose anew, for every row it is joined with.
 */
const change = (by: string, condition: string, lock: 'FOR UPDATE SKIP LOCKED' | 'FOR UPDATE'): string => `
  WITH place AS (
    SELECT u.shard FROM project_usage u WHERE ${OWN} AND ${condition} ORDER BY u.shard LIMIT 1 ${lock})
  UPDATE project_usage t SET used = t.used ${by} FROM place
   WHERE t.project_id = $1 AND t.resource = $2 AND t.shard = place.shard`;

const TAKE = change('+ 1', HAS_ROOM, 'FOR UPDATE SKIP LOCKED');
const TAKE_WAITING = change('+ 1', HAS_ROOM, 'FOR UPDATE');
const GIVE_BACK = change('- 1', 'u.used > 0', 'FOR UPDATE SKIP LOCKED');
const GIVE_BACK_WAITING = change('- 1', 'u.used > 0', 'FOR UPDATE');

const USED = `
  SELECT resource, sum(used)::int AS used FROM project_usage WHERE project_id = $1 GROUP BY resource`;

/** What a project may have of each resource of one service, counted in rows that racing creates cannot pass. */
export class ProjectQuotas<Resource extends string = string> {
  /** What each open transaction has taken, so that a dry run can tell it. */
  private readonly taken = new WeakMap<Tx, Resource[]>();

  constructor(readonly limits: Readonly<Record<Resource, number>>) {}

  /** Takes one place. Held until the commit, so take it last. Throws `quota-exceeded`. */
  async take(tx: Tx, projectId: string, resource: Resource): Promise<void> {
    const limit = this.limits[resource];
    const place = [projectId, resource, limit];
    this.taken.set(tx, [...(this.taken.get(tx) ?? []), resource]);
    if ((await tx.execute(TAKE, place)) === 1) return;
    await tx.execute(OPEN, [projectId, resource]);
    // Full is only said when it is true: what others hold may come back, and what was waited for may be gone.
    while ((await tx.query(HAS_ANY_ROOM, place)).length > 0) {
      if ((await tx.execute(TAKE_WAITING, place)) === 1) return;
    }
    const what = `${resource.replaceAll('-', ' ')}s`;
    const detail = `This project has ${limit} ${what}, the most it may have; delete one first.`;
    throw new ProblemError('quota-exceeded', detail, { resource, quota: { limit, current: limit } });
  }

  /** Together with the deletion of the row that had the place. */
  async giveBack(tx: Tx, projectId: string, resource: Resource): Promise<void> {
    if ((await tx.execute(GIVE_BACK, [projectId, resource])) === 1) return;
    await tx.execute(GIVE_BACK_WAITING, [projectId, resource]);
  }

  /** What the transaction has taken until now, all for this one project. Given back places do not count. */
  async takenBy(tx: Tx, projectId: string): Promise<QuotaUse[]> {
    const taken = this.taken.get(tx) ?? [];
    if (taken.length === 0) return [];
    const used = await this.used(tx, projectId);
    return [...new Set(taken)].map((resource) => {
      const current = used[resource] - taken.filter((each) => each === resource).length;
      return { resource, limit: this.limits[resource], current, after: used[resource] };
    });
  }

  /** How many of each the project has. */
  async used(on: Queryable, projectId: string): Promise<Record<Resource, number>> {
    const rows = await on.query<{ resource: Resource; used: number }>(USED, [projectId]);
    const none = Object.keys(this.limits).map((resource) => [resource, 0]);
    return Object.fromEntries([...none, ...rows.map(({ resource, used }) => [resource, used])]) as Record<
      Resource,
      number
    >;
  }
}
