interface Failures {
  count: number;
  retryAtMs: number;
}

/** By id: when what failed may be tried again. The delay starts at `firstDelayMs` and doubles up to `maxDelayMs`. */
export class Backoff {
  private readonly failures = new Map<string, Failures>();

  constructor(
    private readonly firstDelayMs: number,
    private readonly maxDelayMs: number,
  ) {}

  isDue(id: string, nowMs = performance.now()): boolean {
    return (this.failures.get(id)?.retryAtMs ?? -Infinity) <= nowMs;
  }

  failed(id: string, nowMs = performance.now()): void {
    const count = (this.failures.get(id)?.count ?? 0) + 1;
    const delayMs = Math.min(this.firstDelayMs * 2 ** (count - 1), this.maxDelayMs);
    this.failures.set(id, { count, retryAtMs: nowMs + delayMs });
  }

  succeeded(id: string): void {
    this.failures.delete(id);
  }

  /** Forgets what nobody has tried again for long after it was due: it is gone. */
  sweep(nowMs = performance.now()): void {
    for (const [id, { retryAtMs }] of this.failures) {
      if (retryAtMs + 2 * this.maxDelayMs < nowMs) this.failures.delete(id);
    }
  }
}
