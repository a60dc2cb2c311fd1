import type { Database, Tx } from '@isthmus/db';
import type { Accepted } from '@isthmus/model';

const NO_OPERATION = '00000000-0000-0000-0000-000000000000';

/** Takes the answer out of a transaction that must not commit. */
class Rehearsed<T> extends Error {
  constructor(readonly answer: T) {
    super('rehearsed');
  }
}

/** Runs an accepting transaction for its answer and rolls it back: every rule is checked and nothing is written. */
export async function rehearse<T>(database: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await database.transaction(async (tx) => {
      throw new Rehearsed(await work(tx));
    });
  } catch (end) {
    if (end instanceof Rehearsed) return end.answer as T;
    throw end;
  }
}

/** The same for long-running work: the operation is one that nobody can ask for. */
export async function rehearseOperation<Resource>(
  database: Database,
  work: (tx: Tx) => Promise<Accepted<Resource>>,
): Promise<Accepted<Resource>> {
  const { resource, operation } = await rehearse(database, work);
  return { resource, operation: { ...operation, id: NO_OPERATION } };
}
