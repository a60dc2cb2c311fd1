import { Injectable } from '@nestjs/common';
import { Conditions, type ConditionsByFilter, Database, type Queryable, selectList, type Tx } from '@isthmus/db';
import { DISCARD_PENDING } from './delivery-outcomes.repository';
import { WebhookAttemptEntity } from './webhook-attempt.entity';
import { type DeliveryState, WebhookDeliveryEntity } from './webhook-delivery.entity';
import { IS_WANTED } from './webhook-fan-out';

export interface DeliveryFilter {
  state?: DeliveryState;
  eventType?: string;
  eventId?: string;
}

/** From `from` on, and before `to`; RFC 3339. */
export interface TimeRange {
  from: string;
  to: string;
}

const CONDITIONS: ConditionsByFilter<DeliveryFilter> = {
  state: 'state = ?',
  eventType: 'event_type = ?',
  eventId: 'event_id = ?',
};

const FIND = `
  SELECT ${selectList(WebhookDeliveryEntity)} FROM webhook_delivery
   WHERE id = $1 AND endpoint_id = $2 AND project_id = $3`;
const ATTEMPTS = `
  SELECT ${selectList(WebhookAttemptEntity)} FROM webhook_attempt WHERE delivery_id = $1 ORDER BY number`;

/** To be sent at once and with a whole schedule before it. */
const QUEUED_ANEW = `
  state = 'pending', finished_at = NULL, schedule_start = d.attempt, next_attempt_at = now(), lease_until = NULL`;
const IS_AT_REST = '(d.lease_until IS NULL OR d.lease_until <= now())';

const QUEUE_AGAIN = `
  UPDATE webhook_delivery d SET ${QUEUED_ANEW} WHERE d.id = $1 AND ${IS_AT_REST}
  RETURNING ${selectList(WebhookDeliveryEntity, 'd')}`;

/** An event's id is made a moment after its time is taken, so the ids only leave out whole months, and no event. */
const IN_RANGE = `
  f.project_id = $2 AND f.type <> 'webhook.ping' AND f.created_at >= $3::timestamptz AND f.created_at < $4::timestamptz
  AND f.event_id >= ops.first_id_at($3::timestamptz - interval '1 s')`;

const REPLAY = `
  INSERT INTO webhook_delivery AS d (endpoint_id, project_id, event_id, event_type, position, request_id)
  SELECT e.id, f.project_id, f.event_id, f.type, f.position,
         (SELECT v.request_id FROM ops.event v WHERE v.id = f.event_id)
    FROM ops.event_feed f JOIN webhook_endpoint e ON e.id = $1
   WHERE ${IN_RANGE} AND ${IS_WANTED}
   ORDER BY f.position LIMIT $5
  ON CONFLICT (endpoint_id, event_id) DO UPDATE SET ${QUEUED_ANEW} WHERE ${IS_AT_REST}`;

const COUNT_IN_RANGE = `
  SELECT count(*)::int AS count FROM (
    SELECT FROM ops.event_feed f JOIN webhook_endpoint e ON e.id = $1 WHERE ${IN_RANGE} AND ${IS_WANTED} LIMIT $5) found`;

const PURGE = `
  DELETE FROM webhook_delivery WHERE id IN (
    SELECT id FROM webhook_delivery WHERE finished_at < now() - make_interval(days => $1)
     ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED)`;
const PURGE_SECRETS = 'DELETE FROM webhook_secret WHERE expires_at <= now()';

/** Deliveries as their owner sees them. */
@Injectable()
export class DeliveryRepository {
  constructor(private readonly database: Database) {}

  async find(
    id: string,
    endpointId: string,
    projectId: string,
    on: Queryable = this.database,
  ): Promise<WebhookDeliveryEntity | undefined> {
    return (await on.query<WebhookDeliveryEntity>(FIND, [id, endpointId, projectId]))[0];
  }

  attempts(deliveryId: string): Promise<WebhookAttemptEntity[]> {
    return this.database.query<WebhookAttemptEntity>(ATTEMPTS, [deliveryId]);
  }

  /** The newest first, before the given id if there is one. */
  page(
    endpointId: string,
    filter: DeliveryFilter,
    beforeId: string | undefined,
    limit: number,
  ): Promise<WebhookDeliveryEntity[]> {
    const where = new Conditions().add('endpoint_id = ?', endpointId).addGiven(CONDITIONS, filter);
    if (beforeId !== undefined) where.add('id < ?', beforeId);
    const sql = `
      SELECT ${selectList(WebhookDeliveryEntity)} FROM webhook_delivery
       WHERE ${where} ORDER BY id DESC LIMIT ${where.bind(limit)}`;
    return this.database.queryDynamic<WebhookDeliveryEntity>(sql, where.values);
  }

  /** Undefined when it is being attempted right now. */
  async queueAgain(tx: Tx, id: string): Promise<WebhookDeliveryEntity | undefined> {
    return (await tx.query<WebhookDeliveryEntity>(QUEUE_AGAIN, [id]))[0];
  }

  /** How many events of that time the endpoint wants, counted up to `limit`. */
  async countEvents(tx: Tx, endpointId: string, projectId: string, range: TimeRange, limit: number): Promise<number> {
    const values = [endpointId, projectId, range.from, range.to, limit];
    const [row] = await tx.query<{ count: number }>(COUNT_IN_RANGE, values);
    return row?.count ?? 0;
  }

  /** Queues a delivery for each event of that time that the endpoint wants, but for those being attempted; answers how many. */
  replay(tx: Tx, endpointId: string, projectId: string, range: TimeRange, limit: number): Promise<number> {
    return tx.execute(REPLAY, [endpointId, projectId, range.from, range.to, limit]);
  }

  async discardPending(tx: Tx, endpointId: string): Promise<void> {
    await tx.execute(DISCARD_PENDING, [endpointId]);
  }

  /** Forgets up to `limit` deliveries that ended longer ago than that, and answers how many. */
  async purge(keepDays: number, limit: number): Promise<number> {
    await this.database.execute(PURGE_SECRETS);
    return this.database.execute(PURGE, [keepDays, limit]);
  }
}
