import type { Queryable } from '@isthmus/db';

/**
 * SQL that wakes a service for an operation, to be used inside a data-modifying CTE of the transaction that makes the
 * work necessary. `service`, `operationId` and `delayMs` are SQL expressions.
 */
export function outboxInsert(service: string, operationId: string, delayMs = '0'): string {
  return `INSERT INTO ops.outbox (service, operation_id, available_at)
          SELECT ${service}, ${operationId}, now() + make_interval(secs => ${delayMs} / 1000.0)`;
}

const TAKE_DUE = `
  DELETE FROM ops.outbox
   WHERE id IN (SELECT id FROM ops.outbox WHERE service = $1 AND available_at <= now()
                 ORDER BY available_at FOR UPDATE SKIP LOCKED LIMIT $2)
  RETURNING id, operation_id AS "operationId"`;

/** No row when nothing waits: `greatest` passes over a NULL, so an empty outbox would seem to be due all the time. */
const NEXT_DUE = `
  SELECT greatest(0, extract(epoch FROM min(available_at) - now()) * 1000)::float8 AS "inMs"
    FROM ops.outbox WHERE service = $1 HAVING count(*) > 0`;

export interface DueWakeUp {
  id: string;
  operationId: string;
}

/** Removes up to `limit` due rows for the caller's transaction; other relays skip them meanwhile. */
export function takeDue(tx: Queryable, service: string, limit: number): Promise<DueWakeUp[]> {
  return tx.query<DueWakeUp>(TAKE_DUE, [service, limit]);
}

/** Milliseconds until the next row is due, or undefined when there is none. */
export async function nextDueInMs(database: Queryable, service: string): Promise<number | undefined> {
  const [row] = await database.query<{ inMs: number }>(NEXT_DUE, [service]);
  return row?.inMs;
}
