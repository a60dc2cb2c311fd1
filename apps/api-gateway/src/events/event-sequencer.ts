import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '@isthmus/db';
import { OPERATION_DONE } from '@isthmus/operations';
import { Signals } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import { LOGGER } from '../settings.module';
import { EventFanOut } from './event-fan-out';
import { EventFeedRepository } from './event-feed.repository';
import { measureEvents } from './event.metrics';

/** Wakes whoever follows the feed; the payload is the last position, the truth is the feed. */
export const EVENTS_SEQUENCED = 'events-sequenced';

const BATCH = 1_000;
/** Events that were written without a signal, or whose signal got lost, wait this long at most. */
const IDLE_MS = 200;
/** Under load events gather this long, so that their positions cost one transaction and not one each. */
const GATHER_MS = 20;
const AFTER_FAILURE_MS = 500;

/**
 * Gives committed events their positions, and in the same transaction everybody in the fan-out their share. Every gateway
 * runs one; the database lets one at a time do it, the others find nothing left.
 */
@Injectable()
export class EventSequencer implements OnApplicationBootstrap, OnModuleDestroy {
  private isRunning = false;
  private isWoken = false;
  private isResting = false;
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> = Promise.resolve();
  private unsubscribe: (() => void) | undefined;
  private stopMeasuring: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly feed: EventFeedRepository,
    private readonly fanOut: EventFanOut,
    private readonly signals: Signals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.isRunning = true;
    this.stopMeasuring = measureEvents(() => this.feed.lagSeconds());
    this.unsubscribe = await this.signals.subscribe(OPERATION_DONE, () => this.wake());
    this.wake();
  }

  async onModuleDestroy(): Promise<void> {
    this.isRunning = false;
    this.stopMeasuring?.();
    this.unsubscribe?.();
    clearTimeout(this.timer);
    await this.pass;
  }

  /** There may be events without a position. Cheap, may be called as often as one likes. */
  wake(): void {
    this.isWoken = true;
    if (this.isRunning && !this.isResting) this.begin();
  }

  private begin(): void {
    clearTimeout(this.timer);
    this.isResting = true;
    this.isWoken = false;
    this.pass = this.sequenceAll().then((restMs) => this.rest(restMs));
  }

  /** Until `restMs` have passed nothing wakes it; then it goes on if it was woken, else it idles. */
  private rest(restMs: number): void {
    if (!this.isRunning) return;
    this.timer = setTimeout(() => {
      this.isResting = false;
      if (this.isWoken) this.begin();
      else this.timer = setTimeout(() => this.begin(), IDLE_MS - GATHER_MS);
    }, restMs);
  }

  private async sequenceAll(): Promise<number> {
    try {
      while (this.isRunning && (await this.sequenceBatch()) >= BATCH);
      return GATHER_MS;
    } catch (error) {
      this.logger.warn({ err: error }, 'events wait for their positions');
      return AFTER_FAILURE_MS;
    }
  }

  /** Answers how many events it gave a position. Durable: whoever has read a position relies on it. */
  private sequenceBatch(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const range = await this.feed.sequence(tx, BATCH);
      // Whoever is at it may have looked before our events were there.
      if (!range) this.isWoken = true;
      if (!range || range.last < range.first) return 0;
      await this.fanOut.fanOut(tx, range.first, range.last);
      tx.afterCommit(() => this.signals.publish(EVENTS_SEQUENCED, String(range.last)));
      return range.last - range.first + 1;
    });
  }
}
