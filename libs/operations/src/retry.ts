/** How often and how long a step that fails for a passing reason is tried again. */
export interface RetryPolicy {
  /** Tries after the first before the operation is undone. */
  budget: number;
  firstDelayMs: number;
  maxDelayMs: number;
  /** Failed undo tries after which the operation is marked stuck (and tried on, slowly). */
  stuckAfter: number;
}

export const DEFAULT_RETRIES: RetryPolicy = { budget: 8, firstDelayMs: 100, maxDelayMs: 10_000, stuckAfter: 10 };

/** How long to wait before try number `retries` + 1. */
export function backoffMs({ firstDelayMs, maxDelayMs }: RetryPolicy, retries: number): number {
  return Math.min(maxDelayMs, firstDelayMs * 2 ** (retries - 1));
}
