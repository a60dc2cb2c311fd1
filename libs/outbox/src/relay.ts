import { Database } from '@isthmus/db';
import type { Logger } from '@isthmus/telemetry';
import type { WakeQueue } from '@isthmus/queue';
import { nextDueInMs, takeDue } from './outbox';
import { measureOutbox } from './outbox.metrics';

const BATCH = 200;
const IDLE_MS = 500;
const AFTER_FAILURE_MS = 250;

/**
 * Moves outbox rows of one service into its queue. Every replica runs one; SKIP LOCKED shares the rows out.
 *
 * A row is deleted in the transaction that adds its job: a crash in between adds the job again, which the claim of the
 * operation makes harmless. So this transaction may commit asynchronously.
 */
export class OutboxRelay {
  private isRunning = false;
  private isWoken = false;
  private timer: NodeJS.Timeout | undefined;
  private loop: Promise<void> = Promise.resolve();
  private stopMeasuring: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly queue: WakeQueue,
    private readonly service: string,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.isRunning = true;
    this.stopMeasuring = measureOutbox(this.database, this.service);
    this.wake();
  }

  /** Something was committed: look now. Cheap, may be called as often as one likes. */
  wake(): void {
    this.isWoken = true;
    if (!this.isRunning) return;
    clearTimeout(this.timer);
    this.loop = this.loop.then(() => this.run());
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    this.stopMeasuring?.();
    clearTimeout(this.timer);
    await this.loop;
  }

  private async run(): Promise<void> {
    // Of many wake-ups that queued behind a running pass, the first does the work of all.
    if (!this.isWoken || !this.isRunning) return;
    this.isWoken = false;
    let sleepMs: number;
    try {
      while ((await this.relayBatch()) === BATCH);
      sleepMs = Math.min(IDLE_MS, (await nextDueInMs(this.database, this.service)) ?? IDLE_MS);
    } catch (error) {
      // Redis or PostgreSQL is away; the rows are still there.
      this.logger.warn({ err: error }, 'the outbox waits');
      sleepMs = AFTER_FAILURE_MS;
    }
    if (this.isRunning && !this.isWoken) this.timer = setTimeout(() => this.wake(), Math.max(1, sleepMs));
  }

  private relayBatch(): Promise<number> {
    return this.database.transaction(
      async (tx) => {
        const due = await takeDue(tx, this.service, BATCH);
        if (due.length > 0) await this.queue.add(due);
        return due.length;
      },
      { isDurable: false },
    );
  }
}
