import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again until the answer is truthy.
 *
 * @template T
 * @param {() => T | Promise<T>} ask
 * @param {{timeoutMs: number, everyMs?: number, what: string}} options `what` completes "timed out waiting for …"
 * @returns {Promise<T>}
 */
export async function until(ask, { timeoutMs, everyMs = 20, what }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`timed out after ${timeoutMs} ms waiting for ${what}`);
    await delay(everyMs);
  }
}
