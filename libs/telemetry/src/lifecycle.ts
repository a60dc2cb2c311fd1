import type { INestApplicationContext } from '@nestjs/common';
import type { Logger } from './logger';
import { stopTracing } from './tracing';

/** A service that cannot drain within this time is left to the sweeper: nothing is lost, it is only later. */
const STOP_WITHIN_MS = 12_000;

/**
 * Ties a service to whoever started it: says `ready` over the IPC channel if there is one, drains on SIGTERM and SIGINT,
 * and, when the launcher holds a lease on stdin (`LAUNCHER_LEASE=stdin`), also when the launcher vanishes.
 * `onStop` is called when draining begins.
 */
export function attachToLauncher(
  app: INestApplicationContext,
  logger: Logger,
  ready: Record<string, unknown> = {},
  onStop: () => void = () => undefined,
): void {
  let stopping = false;
  const stop = (cause: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ cause }, 'draining');
    onStop();
    const giveUp = setTimeout(() => {
      logger.error({ withinMs: STOP_WITHIN_MS }, 'could not drain in time');
      process.exit(1);
    }, STOP_WITHIN_MS);
    giveUp.unref();
    const drained = app.close().finally(() => clearTimeout(giveUp));
    // Last: the work that was drained is in the trace.
    drained.finally(stopTracing).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'drained with an error');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  if (process.env.LAUNCHER_LEASE === 'stdin') {
    process.stdin.resume();
    process.stdin.once('end', () => stop('launcher gone'));
    process.stdin.once('error', () => stop('launcher gone'));
  }
  // Without a launcher there is no channel and nobody to tell. A launcher that is gone is noticed by its lease.
  process.send?.({ type: 'ready', ...ready }, undefined, undefined, () => undefined);
}
