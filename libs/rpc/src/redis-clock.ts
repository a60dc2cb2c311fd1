import type Redis from 'ioredis';
import type { RequestEnvelope } from './envelope';

/**
 * When a request expires, told on this process's clock without trusting the caller's. Redis stamps each entry as it
 * arrives, and the caller said how long it would wait from then; so only our own distance to Redis's clock is needed,
 * and two hosts whose clocks are an hour apart still agree on what has expired.
 */
export class RedisClock {
  private aheadOfUsMs = 0;

  async refresh(redis: Redis): Promise<void> {
    const askedAt = Date.now();
    const [seconds, microseconds] = await redis.time();
    const here = (askedAt + Date.now()) / 2;
    this.aheadOfUsMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000 - here;
  }

  /** Epoch ms on this process's clock. `entryId` is Redis's own: `<epoch ms>-<sequence>`. */
  deadlineOf(entryId: string, request: Pick<RequestEnvelope, 'deadline' | 'sentAt'>): number {
    return Number.parseInt(entryId, 10) + (request.deadline - request.sentAt) - this.aheadOfUsMs;
  }
}
