import type { Database } from './database';
import type { Tx } from './queryable';

/** Takes the answer out of a transaction that must not commit. */
class Rehearsed<T> extends Error {
  constructor(readonly answer: T) {
    super('rehearsed');
  }
}

/** A dry run: does all of `work` in a transaction, so that every rule and constraint is checked, and rolls it back. */
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
