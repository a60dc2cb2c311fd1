import { Injectable } from '@nestjs/common';
import { ProblemError } from '@isthmus/problem';
import { GatewayConfig } from '../config';

/** What one key may save up for one operation, in seconds. */
const BURST_S = 2;
const RETRY_AFTER_S = 1;
/** The ones that were asked for least recently are forgotten, and begin with a full bucket again. */
const MAX_BUCKETS = 20_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Refuses who asks for one operation so often that no client can mean it. Official clients wait a second or more between
 * two looks and give up after three to five errors in a row; here a second of waiting buys dozens of looks, so even a
 * client that has been refused gets its answer at its next try. Each gateway counts for itself.
 */
@Injectable()
export class PollLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly config: GatewayConfig) {}

  /** Throws `too-many-requests`. */
  admit(accessKey: string, operationId: string, nowMs = performance.now()): void {
    const perSecond = this.config.pollRatePerOperation;
    if (perSecond === 0) return;
    const key = `${accessKey} ${operationId}`;
    const full = perSecond * BURST_S;
    const { tokens, atMs } = this.buckets.get(key) ?? { tokens: full, atMs: nowMs };
    const left = Math.min(full, tokens + ((nowMs - atMs) / 1_000) * perSecond) - 1;
    this.keep(key, { tokens: Math.max(0, left), atMs: nowMs });
    if (left >= 0) return;
    throw new ProblemError(
      'too-many-requests',
      `This operation is asked for more than ${perSecond} times a second; wait ${RETRY_AFTER_S} s, or use GET /v1/operations/${operationId}/wait.`,
      { resource: 'operation', resourceId: operationId, retryAfterSeconds: RETRY_AFTER_S },
    );
  }

  /** A Map goes by insertion, so the one that is written last comes last. */
  private keep(key: string, bucket: Bucket): void {
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > MAX_BUCKETS) this.buckets.delete(this.buckets.keys().next().value as string);
  }
}
