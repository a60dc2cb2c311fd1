import type { Database } from '@isthmus/db';
import { outboxInsert } from '@isthmus/outbox';
import type { Logger } from '@isthmus/telemetry';

const BATCH = 1_000;
/** After a sweep an operation is left alone this long, so that a backlog is not queued over and over. */
const SWEEP_AGAIN_S = 15;
const PARTITIONS_EVERY_MS = 12 * 3_600_000;
/** Operations can be read for at least this long; then they go a month at a time. */
const KEEP_DAYS = 31;
/** Somebody was writing at that moment, and is not made to wait. */
const PURGE_AGAIN_MS = 60_000;
const PARTITION_MONTHS_AHEAD = 3;

const SWEEP = `
  WITH forgotten AS (
    -- By the few that live: an index on wake_at would have to be written by each claim and renewal.
    SELECT o.id FROM ops.live_operation l JOIN ops.operation o ON o.id = l.operation_id
     WHERE o.service = $1 AND o.state = 'pending' AND o.wake_at <= now()
     ORDER BY o.wake_at LIMIT ${BATCH} FOR UPDATE OF o SKIP LOCKED
  ), touched AS (
    UPDATE ops.operation o SET wake_at = now() + interval '${SWEEP_AGAIN_S} s' FROM forgotten WHERE o.id = forgotten.id
    RETURNING o.id, o.service)
  ${outboxInsert('service', 'id')} FROM touched`;

const PURGE = 'SELECT ops.purge_partitions(make_interval(days => $1)) AS month';

/**
 * Wakes workers for operations that nobody works on: the wake-up was lost (Redis was flushed) or the worker died. It
 * goes by PostgreSQL alone. Every replica runs one.
 */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> = Promise.resolve();
  private partitionsCheckedAtMs = -Infinity;
  private purgeAtMs = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly service: string,
    private readonly logger: Logger,
    private readonly onSwept: () => void,
    private readonly everyMs: number,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.pass = this.pass.then(() => this.sweep()).then(() => this.purge());
    }, this.everyMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.pass;
  }

  private async sweep(): Promise<void> {
    try {
      await this.ensurePartitions();
      const swept = await this.database.execute(SWEEP, [this.service]);
      if (swept === 0) return;
      this.logger.info({ operations: swept }, 'woke operations that nobody worked on');
      this.onSwept();
    } catch (error) {
      this.logger.warn({ err: error }, 'the sweep is tried again shortly');
    }
  }

  private async ensurePartitions(): Promise<void> {
    if (performance.now() - this.partitionsCheckedAtMs < PARTITIONS_EVERY_MS) return;
    await this.database.query('SELECT ops.ensure_partitions($1)', [PARTITION_MONTHS_AHEAD]);
    this.partitionsCheckedAtMs = performance.now();
  }

  private async purge(): Promise<void> {
    if (performance.now() < this.purgeAtMs) return;
    this.purgeAtMs = performance.now() + PURGE_AGAIN_MS;
    try {
      let month: string | null;
      while ((month = await this.purgeMonth())) this.logger.info({ month }, 'dropped the operations of a month');
      this.purgeAtMs = performance.now() + PARTITIONS_EVERY_MS;
    } catch (error) {
      this.logger.info({ err: error }, 'old operations are dropped later');
    }
  }

  private async purgeMonth(): Promise<string | null> {
    const [dropped] = await this.database.query<{ month: string | null }>(PURGE, [KEEP_DAYS]);
    return dropped?.month ?? null;
  }
}
