import type { RedisOptions } from 'bullmq';

/** Options for a `redis://` or `rediss://` URL, from which BullMQ opens several connections. */
export function connectionTo(redisUrl: string, options: RedisOptions): RedisOptions {
  const url = new URL(redisUrl);
  return {
    host: url.hostname,
    port: Number(url.port || 6379),
    username: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    db: Number(url.pathname.slice(1) || 0),
    tls: url.protocol === 'rediss:' ? {} : undefined,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
    ...options,
  };
}
