import { retryAfterMs, retryDelayMs } from './retry-schedule';

/** What came of one request. */
export interface AttemptResult {
  startedAt: Date;
  durationMs: number;
  /** Null when no answer came; then `error` says why. */
  status: number | null;
  error: string | null;
  responseExcerpt: string | null;
  retryAfter: string | undefined;
}

/** What follows from it. */
export type Verdict =
  | { kind: 'succeeded' }
  /** `retryInMs` is undefined after the last attempt; the whole endpoint is left alone for `restMs`. */
  | { kind: 'failed'; retryInMs: number | undefined; restMs: number }
  /** The endpoint asks for no more. */
  | { kind: 'gone' };

const GONE = 410;
/** Too many requests, and unavailable: the two that may say for how long. */
const MAY_ASK_TO_WAIT = [429, 503];

/**
 * @param tries attempts since the schedule began, this one included
 * @param random from 0 up to but not including 1
 */
export function verdictOn(
  { status, retryAfter }: AttemptResult,
  tries: number,
  scheduleMs: readonly number[],
  nowMs: number,
  random: number,
): Verdict {
  if (status !== null && status >= 200 && status < 300) return { kind: 'succeeded' };
  if (status === GONE) return { kind: 'gone' };
  const restMs = status !== null && MAY_ASK_TO_WAIT.includes(status) ? retryAfterMs(retryAfter, nowMs) : 0;
  const delayMs = retryDelayMs(scheduleMs, tries, random);
  return { kind: 'failed', retryInMs: delayMs === undefined ? undefined : Math.max(delayMs, restMs), restMs };
}
