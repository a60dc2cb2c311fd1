import { type Database, rehearse, type Tx } from '@isthmus/db';
import type { Accepted } from '@isthmus/model';

const NO_OPERATION = '00000000-0000-0000-0000-000000000000';

/** A dry run of long-running work: the operation is one that nobody can ask for. */
export async function rehearseOperation<Resource>(
  database: Database,
  work: (tx: Tx) => Promise<Accepted<Resource>>,
): Promise<Accepted<Resource>> {
  const { resource, operation } = await rehearse(database, work);
  return { resource, operation: { ...operation, id: NO_OPERATION } };
}
