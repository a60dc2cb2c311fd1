import type { Planned } from '@isthmus/contracts';
import { type Database, rehearse, type Tx } from '@isthmus/db';
import type { Accepted } from '@isthmus/model';
import type { ProjectQuotas } from '@isthmus/quota';

const NO_OPERATION = '00000000-0000-0000-0000-000000000000';

/** A dry run that also tells what the work takes of the project's quotas. */
export async function rehearsePlan<Answer extends object>(
  database: Database,
  { quotas, projectId }: { quotas: ProjectQuotas; projectId: string },
  work: (tx: Tx) => Promise<Answer>,
): Promise<Answer & Planned> {
  return rehearse(database, async (tx) => ({
    ...(await work(tx)),
    plannedQuotas: await quotas.takenBy(tx, projectId),
  }));
}

/** A dry run of long-running work: the operation is one that nobody can ask for. */
export function withoutOperation<Plan extends Accepted<unknown>>(plan: Plan): Plan {
  return { ...plan, operation: { ...plan.operation, id: NO_OPERATION } };
}
