import Redis, { type RedisOptions } from 'ioredis';
import type { Logger } from '@isthmus/telemetry';

/** A connection that leaves a ping unanswered for so long is dead, whatever TCP believes, and is made anew. */
const PROBE_EVERY_MS = 5_000;
const LONGEST_RECONNECT_PAUSE_MS = 1_000;

/**
 * A Redis connection that reconnects for ever and never hides an outage: nothing is queued while Redis is away and
 * nothing is sent twice behind our back, a command just fails at once. Whoever sends decides whether it is still worth
 * sending later; a request held in a queue might run long after its caller gave up.
 */
export function connectRedis(url: string, name: string, logger: Logger): Redis {
  const options: RedisOptions = {
    connectionName: name,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    connectTimeout: 2_000,
    keepAlive: 10_000,
    retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_RECONNECT_PAUSE_MS),
    // A replica that was the primary before a failover: look up the primary again.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
  const redis = new Redis(url, options);
  let isAway = false;
  redis.on('error', (error: Error) => {
    if (!isAway) logger.warn({ err: error, connection: name }, 'Redis is away');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) logger.info({ connection: name }, 'Redis is back');
    isAway = false;
  });
  probe(redis);
  return redis;
}

/** Not ioredis' `socketTimeout`: its timer outlives the connection it was set for and then cuts the next one. */
function probe(redis: Redis): void {
  let isAnswered = true;
  const timer = setInterval(() => {
    if (redis.status !== 'ready') return;
    if (!isAnswered) redis.disconnect(true);
    isAnswered = false;
    const answered = (): void => void (isAnswered = true);
    // Failing is an answer, too: whatever was wrong with that connection, it is gone.
    redis.ping().then(answered, answered);
  }, PROBE_EVERY_MS);
  timer.unref();
  redis.once('end', () => clearInterval(timer));
}

/** Resolves when `redis` can take commands, or when it was closed for good. */
export async function untilReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready' || redis.status === 'end') return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      redis.off('ready', done);
      redis.off('end', done);
      resolve();
    };
    redis.on('ready', done);
    redis.on('end', done);
  });
}

/**
 * Holds back what is written to `redis` from here to the end of this turn of the event loop, and lets it go in one
 * system call: ioredis makes one per command, which is half of what a request costs. Call while `redis` is ready.
 */
export function gatherWrites(redis: Redis): void {
  const { stream } = redis;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

/** For a command whose loss is healed elsewhere (a resend, the next round of claims). */
export function ignoreOutage(): void {}
