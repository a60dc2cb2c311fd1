import { Injectable } from '@nestjs/common';
import { Database, isoTimestamp, type Tx } from '@isthmus/db';
import type { ClaimedDelivery } from './delivery-queue.repository';
import { pauseAfterMs } from './retry-schedule';
import type { AttemptResult, Verdict } from './verdict';
import { recordEndpointEvent } from './webhook-events';
import { WebhookSettings } from './webhook.settings';

interface Standing {
  state: 'enabled' | 'disabled';
  /** With this failure. */
  failures: number;
  failingSince: string;
  failingMs: number;
}

const SETTLE_ENDPOINT = `
  UPDATE webhook_endpoint SET consecutive_failures = 0, failing_since = NULL, paused_until = NULL
   WHERE id = $1 AND failing_since IS NOT NULL`;

/** Whoever got it through, got it through: also one whose lease had run out. */
const SUCCEED = `
  UPDATE webhook_delivery SET state = 'succeeded', finished_at = now(), lease_until = NULL
   WHERE id = $1 AND state = 'pending'`;

const COUNT_FAILURE = `
  UPDATE webhook_endpoint
     SET consecutive_failures = consecutive_failures + 1, failing_since = coalesce(failing_since, now())
   WHERE id = $1
  RETURNING state, consecutive_failures AS failures, ${isoTimestamp('failing_since')} AS "failingSince",
            (extract(epoch FROM now() - failing_since) * 1000)::float8 AS "failingMs"`;

const PAUSE = `
  UPDATE webhook_endpoint SET paused_until = greatest(paused_until, now() + make_interval(secs => $2 / 1000.0))
   WHERE id = $1`;

const DISABLE = `
  UPDATE webhook_endpoint
     SET state = 'disabled', disabled_reason = $2, paused_until = NULL, updated_at = now(), revision = revision + 1
   WHERE id = $1`;

/** Nobody is to get them any more. Those that are being attempted end too; what comes of them is only noted. */
export const DISCARD_PENDING = `
  UPDATE webhook_delivery SET state = 'discarded', finished_at = now(), lease_until = NULL
   WHERE endpoint_id = $1 AND state = 'pending'`;

const RETRY = `
  UPDATE webhook_delivery SET lease_until = NULL, next_attempt_at = now() + make_interval(secs => $3 / 1000.0)
   WHERE id = $1 AND attempt = $2 AND state = 'pending'`;

const EXHAUST = `
  UPDATE webhook_delivery SET state = 'exhausted', finished_at = now(), lease_until = NULL
   WHERE id = $1 AND attempt = $2 AND state = 'pending'`;

const NOTE = `
  INSERT INTO webhook_attempt (delivery_id, number, started_at, duration_ms, status, error, response_excerpt)
  SELECT id, $2, $3, $4, $5, $6, $7 FROM webhook_delivery WHERE id = $1`;

/** Writes down what came of an attempt: for the delivery, its endpoint and its owner. Endpoint first, as everywhere. */
@Injectable()
export class DeliveryOutcomes {
  constructor(
    private readonly database: Database,
    private readonly settings: WebhookSettings,
  ) {}

  record(delivery: ClaimedDelivery, result: AttemptResult, verdict: Verdict): Promise<void> {
    return this.database.transaction(async (tx) => {
      if (verdict.kind === 'succeeded') await this.succeed(tx, delivery);
      else await this.fail(tx, delivery, verdict);
      const { startedAt, durationMs, status, error, responseExcerpt } = result;
      await tx.execute(NOTE, [delivery.id, delivery.attempt, startedAt, durationMs, status, error, responseExcerpt]);
    });
  }

  private async succeed(tx: Tx, { id, endpointId }: ClaimedDelivery): Promise<void> {
    await tx.execute(SETTLE_ENDPOINT, [endpointId]);
    await tx.execute(SUCCEED, [id]);
  }

  private async fail(
    tx: Tx,
    delivery: ClaimedDelivery,
    verdict: Exclude<Verdict, { kind: 'succeeded' }>,
  ): Promise<void> {
    const [endpoint] = await tx.query<Standing>(COUNT_FAILURE, [delivery.endpointId]);
    // Deleted meanwhile, and its deliveries with it.
    if (!endpoint) return;
    const reason = this.reasonToDisable(endpoint, verdict);
    if (reason !== undefined && endpoint.state === 'enabled') return this.disable(tx, delivery, endpoint, reason);
    const restMs = verdict.kind === 'failed' ? verdict.restMs : 0;
    const pauseMs = Math.max(restMs, pauseAfterMs(endpoint.failures, this.settings));
    if (pauseMs > 0) await tx.execute(PAUSE, [delivery.endpointId, pauseMs]);
    const retryInMs = verdict.kind === 'failed' ? verdict.retryInMs : undefined;
    if (retryInMs === undefined) await tx.execute(EXHAUST, [delivery.id, delivery.attempt]);
    else await tx.execute(RETRY, [delivery.id, delivery.attempt, retryInMs]);
  }

  private reasonToDisable({ failingSince, failingMs }: Standing, { kind }: Verdict): string | undefined {
    if (kind === 'gone') return 'It answered 410 Gone, which asks for no more deliveries.';
    if (failingMs < this.settings.disableAfterMs) return undefined;
    return `No delivery has succeeded since ${failingSince}; repair it, enable it, and replay what it has missed.`;
  }

  private async disable(tx: Tx, delivery: ClaimedDelivery, endpoint: Standing, reason: string): Promise<void> {
    const { endpointId, projectId } = delivery;
    await tx.execute(DISABLE, [endpointId, reason]);
    await tx.execute(DISCARD_PENDING, [endpointId]);
    const { failingSince, failures: consecutiveFailures } = endpoint;
    await recordEndpointEvent(tx, {
      type: 'webhook_endpoint.disabled',
      projectId,
      endpointId,
      payload: { reason, failingSince, consecutiveFailures },
    });
  }
}
