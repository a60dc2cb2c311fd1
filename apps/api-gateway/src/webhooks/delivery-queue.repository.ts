import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';
import type { DeliveryBacklog } from './webhook.metrics';
import { WebhookSettings } from './webhook.settings';

/** A delivery that is ours to attempt, until its lease runs out. */
export interface ClaimedDelivery {
  id: string;
  endpointId: string;
  projectId: string;
  eventId: string;
  url: string;
  /** The number of this attempt. */
  attempt: number;
  /** Attempts since the schedule began, this one included. */
  tries: number;
}

/** The outcome has to be written before somebody else may think that we are gone. */
const LEASE_MARGIN_MS = 5_000;

/**
 * The endpoints with pending deliveries, hopped to one by one in the index: the cost goes by how many they are, not by how
 * many deliveries are pending or finished.
 */
const WAITING = `
  waiting AS (
    (SELECT endpoint_id FROM webhook_delivery WHERE state = 'pending' ORDER BY endpoint_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.endpoint_id FROM webhook_delivery d WHERE d.state = 'pending' AND d.endpoint_id > w.endpoint_id
             ORDER BY d.endpoint_id LIMIT 1)
      FROM waiting w WHERE w.endpoint_id IS NOT NULL)`;

/** How many more attempts endpoint e may have: one that fails is tried with one at a time. $1 = the limit. */
const FREE_PLACES = `
  CASE WHEN e.consecutive_failures > 0 THEN 1 ELSE $1::int END
  - (SELECT count(*)::int FROM webhook_delivery f
      WHERE f.endpoint_id = e.id AND f.lease_until IS NOT NULL AND f.lease_until > now())`;

const FIRST_DUE = `
  (SELECT min(d.next_attempt_at) FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'pending')`;

const NEXT_DUE = `
  WITH RECURSIVE ${WAITING}
  SELECT (extract(epoch FROM min(greatest(${FIRST_DUE}, e.paused_until)) - now()) * 1000)::float8 AS "inMs"
    FROM waiting w JOIN webhook_endpoint e ON e.id = w.endpoint_id
   WHERE e.state = 'enabled' AND ${FREE_PLACES} > 0
  HAVING count(*) > 0`;

const BACKLOG = `
  WITH RECURSIVE ${WAITING}
  SELECT coalesce(max(greatest(0, extract(epoch FROM now() - greatest(${FIRST_DUE}, e.paused_until)))), 0)::float8
           AS "lagSeconds",
         (SELECT count(*) FROM webhook_delivery d WHERE d.state = 'pending')::float8 AS pending
    FROM waiting w JOIN webhook_endpoint e ON e.id = w.endpoint_id
   WHERE e.state = 'enabled'`;

// Endpoints that answer go first, so that those that do not take only the places that nobody else wants.
const LOCK_ENDPOINTS = `
  WITH RECURSIVE ${WAITING}
  SELECT e.id FROM waiting w JOIN webhook_endpoint e ON e.id = w.endpoint_id
   WHERE e.state = 'enabled' AND (e.paused_until IS NULL OR e.paused_until <= now())
     AND ${FIRST_DUE} <= now() AND ${FREE_PLACES} > 0
   ORDER BY e.consecutive_failures > 0, ${FIRST_DUE}
   LIMIT $2 FOR NO KEY UPDATE OF e SKIP LOCKED`;

// A statement of its own, so that it sees what the holder of the lock before has claimed.
const CLAIM = `
  WITH due AS (
    SELECT d.id, e.url
      FROM webhook_endpoint e CROSS JOIN LATERAL (
        SELECT d.id, d.next_attempt_at FROM webhook_delivery d
         WHERE d.endpoint_id = e.id AND d.state = 'pending' AND d.next_attempt_at <= now()
         ORDER BY d.next_attempt_at LIMIT greatest(0, ${FREE_PLACES}) FOR UPDATE SKIP LOCKED) d
     WHERE e.id = ANY ($3::uuid[])
     ORDER BY e.consecutive_failures > 0, d.next_attempt_at LIMIT $2)
  UPDATE webhook_delivery t
     SET attempt = t.attempt + 1, lease_until = now() + make_interval(secs => $4 / 1000.0),
         next_attempt_at = now() + make_interval(secs => $4 / 1000.0)
    FROM due WHERE t.id = due.id
  RETURNING t.id, t.endpoint_id AS "endpointId", t.project_id AS "projectId", t.event_id AS "eventId", due.url, t.attempt,
            t.attempt - t.schedule_start AS tries`;

const POSTPONE = `
  UPDATE webhook_delivery
     SET lease_until = NULL, next_attempt_at = now() + make_interval(secs => $3 / 1000.0),
         schedule_start = schedule_start + 1
   WHERE id = $1 AND attempt = $2 AND state = 'pending'`;

const DISCARD = `
  UPDATE webhook_delivery SET state = 'discarded', finished_at = now(), lease_until = NULL
   WHERE id = $1 AND attempt = $2 AND state = 'pending'`;

/** Deliveries as work: who attempts which, and when. PostgreSQL's clock decides. */
@Injectable()
export class DeliveryQueue {
  constructor(
    private readonly database: Database,
    private readonly settings: WebhookSettings,
  ) {}

  /** Milliseconds until something can be claimed, 0 or less for now; undefined when nothing waits. */
  async nextDueInMs(): Promise<number | undefined> {
    const [row] = await this.database.query<{ inMs: number }>(NEXT_DUE, [this.settings.endpointConcurrency]);
    return row?.inMs;
  }

  /** What is left to do, and how late the first of it is. */
  async backlog(): Promise<DeliveryBacklog> {
    const [backlog] = await this.database.query<DeliveryBacklog>(BACKLOG);
    return backlog ?? { lagSeconds: 0, pending: 0 };
  }

  /**
   * Claims up to `limit` due deliveries. May commit asynchronously: a claim that a crash of PostgreSQL forgets lets the
   * delivery be attempted again, which it is made for.
   */
  claim(limit: number): Promise<ClaimedDelivery[]> {
    return this.database.transaction(
      async (tx) => {
        const perEndpoint = this.settings.endpointConcurrency;
        const locked = await tx.query<{ id: string }>(LOCK_ENDPOINTS, [perEndpoint, limit]);
        if (locked.length === 0) return [];
        const ids = locked.map(({ id }) => id);
        return tx.query<ClaimedDelivery>(CLAIM, [perEndpoint, limit, ids, this.settings.timeoutMs + LEASE_MARGIN_MS]);
      },
      { isDurable: false },
    );
  }

  /** Gives a delivery back that could not be attempted for a reason of our own; it costs the endpoint no attempt. */
  async postpone({ id, attempt }: ClaimedDelivery, delayMs: number, on: Tx | Database = this.database): Promise<void> {
    await on.execute(POSTPONE, [id, attempt, delayMs]);
  }

  /** There is nothing left to deliver. */
  async discard({ id, attempt }: ClaimedDelivery): Promise<void> {
    await this.database.execute(DISCARD, [id, attempt]);
  }
}
