const MAX_RETRY_AFTER_MS = 86_400_000;
/** Each wait is longer by up to this share, so that what failed together does not come back together. */
const JITTER = 0.1;
const MAX_PAUSE_MS = 1_800_000;

/**
 * How long to wait after a failure.
 *
 * @param failures how many attempts have failed since the schedule began, from 1
 * @param random from 0 up to but not including 1
 * @returns undefined when that was the last attempt
 */
export function retryDelayMs(scheduleMs: readonly number[], failures: number, random: number): number | undefined {
  const delayMs = scheduleMs[failures];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 + JITTER * random));
}

/** What an answer asks for in its Retry-After, seconds or a date, at most a day; 0 when it asks for nothing. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const text = header.trim();
  const askedMs = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  // A date that cannot be read asks for nothing.
  return Number.isNaN(askedMs) ? 0 : Math.min(Math.max(askedMs, 0), MAX_RETRY_AFTER_MS);
}

/** How long an endpoint is left alone after so many failures in a row; 0 for not at all. */
export function pauseAfterMs(failures: number, { pauseAfterFailures, pauseMs }: PauseRule): number {
  if (failures < pauseAfterFailures) return 0;
  const doublings = Math.min(failures - pauseAfterFailures, 30);
  return Math.min(pauseMs * 2 ** doublings, Math.max(pauseMs, MAX_PAUSE_MS));
}

export interface PauseRule {
  pauseAfterFailures: number;
  /** The first pause. */
  pauseMs: number;
}
