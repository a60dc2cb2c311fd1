import type { Database, Queryable, Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from './rpc-context';

/** What a command had done when it was buried: the material for its undo. */
export interface Buried {
  pattern: string;
  /** As it was answered. */
  response: unknown;
}

/** What is written with the answer of a command, in the same statement and so at no cost in time. */
export interface InboxCompanion {
  /** A data-modifying statement without placeholders but `$3`. */
  sql: string;
  /** What `$3` stands for; undefined when there is nothing to write for this command. */
  valueFor(context: RpcContext, answer: unknown): string | undefined;
}

interface InboxRow {
  pattern: string;
  projectId: string;
  response: unknown;
  isUndone: boolean;
}

const PURGE_BATCH_ROWS = 10_000;
const ANSWER = 'UPDATE inbox SET response = $2::jsonb WHERE request_id = $1';

/**
 * SQL of the inbox table for a service's migration. `schema` is the service's own. Rows are only ever looked up by
 * request id; the purge scans by age, for which a BRIN index costs next to nothing per insert and, unlike a B-tree,
 * does not stop the response from being written in place.
 */
export function inboxTable(schema: string): string {
  return `
    CREATE TABLE ${schema}.inbox (
      request_id text PRIMARY KEY,
      pattern text NOT NULL DEFAULT '',
      project_id text NOT NULL DEFAULT '',
      response jsonb,
      is_undone boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX inbox_created_at ON ${schema}.inbox USING brin (created_at);`;
}

/**
 * Makes commands idempotent by request id, in the receiver's own transaction.
 *
 * The row is inserted first and given its response last (two statements). Inserted first, it is a lock: a second
 * delivery waits on the primary key until the first commits (then it reads the answer) or rolls back (then it does the
 * work itself), so work never runs twice at once. One insert at the end would save a statement, but both deliveries
 * would do the work, the second would usually trip over what the first created and say `conflict` in place of the
 * answer, and a failed insert aborts the transaction in which the answer would have to be read.
 * A command that throws leaves no row: the same error is found again, or, better, is not.
 */
export class Inbox {
  private readonly answerWithCompanion: string;

  constructor(private readonly companion?: InboxCompanion) {
    this.answerWithCompanion = companion ? `WITH companion AS (${companion.sql}) ${ANSWER}` : ANSWER;
  }

  /**
   * Runs `work` once per request id; every later delivery gets the first answer as JSON gives it back.
   * Errors: `interrupted` when the command was buried; `conflict` when the id was used for something else; and work's.
   */
  async once<T>(tx: Tx, context: RpcContext, work: () => Promise<T>): Promise<T> {
    const isFirst = await tx.execute(
      `INSERT INTO inbox (request_id, pattern, project_id) VALUES ($1, $2, $3) ON CONFLICT (request_id) DO NOTHING`,
      [context.requestId, context.pattern, context.projectId],
    );
    if (isFirst === 0) return this.firstAnswer<T>(tx, context);
    context.forgetBefore();
    const answer = await work();
    const values = [context.requestId, JSON.stringify(answer ?? null)];
    const more = this.companion?.valueFor(context, answer);
    if (more === undefined) await tx.execute(ANSWER, values);
    else await tx.execute(this.answerWithCompanion, [...values, more]);
    return answer;
  }

  /**
   * Around a command that asks others before it opens its transaction: what they refuse may be what the first delivery has
   * done meanwhile. So when `work` refuses and the command was answered before, the first answer stands.
   */
  async orEarlier<T>(queryable: Queryable, context: RpcContext, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (refusal) {
      const [known] = await queryable.query(`SELECT FROM inbox WHERE request_id = $1`, [context.requestId]);
      if (!known) throw refusal;
      return this.firstAnswer<T>(queryable, context);
    }
  }

  /**
   * Marks a request id as undone for good: if the command comes later it does nothing and fails with `interrupted`.
   * Answers what it had done, once; null when it had not run, or was buried before. A command at work is waited for.
   * Call it in the transaction that undoes.
   */
  async bury(tx: Tx, requestId: string): Promise<Buried | null> {
    // The row that is returned is new (no pattern: it had not run) or was alive until now; a grave returns none.
    const [row] = await tx.query<Buried>(
      `INSERT INTO inbox AS i (request_id, is_undone) VALUES ($1, true)
       ON CONFLICT (request_id) DO UPDATE SET is_undone = true WHERE NOT i.is_undone
       RETURNING i.pattern, i.response`,
      [requestId],
    );
    return row && row.pattern !== '' ? row : null;
  }

  /**
   * Deletes rows older than 24 h, by when no caller repeats and no saga undoes; but none for which `keep` holds, a SQL
   * condition on `request_id`. Answers how many.
   */
  async purge(database: Pick<Database, 'execute'>, keep = 'false'): Promise<number> {
    for (let total = 0; ;) {
      const deleted = await database.execute(
        `DELETE FROM inbox WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM inbox WHERE created_at < now() - interval '24 hours' AND NOT (${keep})
            LIMIT $1 FOR UPDATE SKIP LOCKED))`,
        [PURGE_BATCH_ROWS],
      );
      total += deleted;
      if (deleted < PURGE_BATCH_ROWS) return total;
    }
  }

  private async firstAnswer<T>(tx: Queryable, context: RpcContext): Promise<T> {
    const [row] = await tx.query<InboxRow>(
      `SELECT pattern, project_id AS "projectId", response, is_undone AS "isUndone" FROM inbox WHERE request_id = $1`,
      [context.requestId],
    );
    // Purged in between, a day after it ran.
    if (!row) throw new ProblemError('interrupted', 'This request is too old.');
    if (row.isUndone) throw new ProblemError('interrupted', 'This request was undone.');
    // Never hand one command's answer to another, least of all across projects.
    if (row.pattern !== context.pattern || row.projectId !== context.projectId) {
      throw new ProblemError('conflict', 'This request id was used for another request.');
    }
    return row.response as T;
  }
}
