import { Levels, QUICK_SECONDS, Tally, Timing } from '@isthmus/telemetry';
import type { Verdict } from './verdict';

const lag = new Levels({
  name: 'isthmus_webhook_lag_seconds',
  help: 'How long the oldest delivery that may be attempted has been due; 0 when none is. The same from every gateway.',
  labels: [],
});

const pending = new Levels({
  name: 'isthmus_webhook_deliveries_pending',
  help: 'Deliveries that are not finished, also those that are to be tried again later. The same from every gateway.',
  labels: [],
});

/** `outcome`: succeeded, failed (it is tried again), exhausted (it is not), gone (the endpoint asks for no more). */
const attempts = new Tally({
  name: 'isthmus_webhook_attempts_total',
  help: 'Attempts at a delivery, by what came of them.',
  labels: ['outcome'],
});

const attemptDuration = new Timing({
  name: 'isthmus_webhook_attempt_duration_seconds',
  help: 'From the first byte of an attempt to the end of its answer, or to its end without one.',
  labels: [],
  upToSeconds: [...QUICK_SECONDS, 30],
});

export function countAttempt(verdict: Verdict, durationMs: number): void {
  attempts.add({ outcome: outcomeOf(verdict) });
  attemptDuration.observe({}, durationMs / 1_000);
}

export interface DeliveryBacklog {
  lagSeconds: number;
  pending: number;
}

/** Looks at the deliveries whenever somebody asks. Answers how to stop. */
export function measureDeliveries(look: () => Promise<DeliveryBacklog>): () => void {
  const stops = [
    lag.readFrom(async () => [{ labels: {}, value: (await look()).lagSeconds }]),
    pending.readFrom(async () => [{ labels: {}, value: (await look()).pending }]),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function outcomeOf(verdict: Verdict): 'succeeded' | 'failed' | 'exhausted' | 'gone' {
  return verdict.kind === 'failed' && verdict.retryInMs === undefined ? 'exhausted' : verdict.kind;
}
