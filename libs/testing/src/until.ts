import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until `condition` answers something truthy and answers that. Rejects after `timeoutMs`, naming `what` and the
 * last error of the condition. The way to wait in tests: for a condition, never for a time.
 */
export async function until<T>(
  what: string,
  condition: () => Promise<T> | T,
  { timeoutMs = 20_000, everyMs = 10 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<NonNullable<T>> {
  const giveUpAt = performance.now() + timeoutMs;
  let lastError: unknown;
  while (performance.now() < giveUpAt) {
    try {
      const result = await condition();
      if (result) return result;
    } catch (error) {
      lastError = error;
    }
    await pause(everyMs);
  }
  throw new Error(`waited ${timeoutMs} ms in vain until ${what}`, { cause: lastError });
}
