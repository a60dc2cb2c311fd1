import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@isthmus/telemetry';
import { LOGGER } from '../settings.module';
import { EventFeedRepository } from './event-feed.repository';

/** How long an event stays in the feed. The rows of events themselves go later, with their month. */
const KEPT_DAYS = 30;
const EVERY_MS = 600_000;
const BATCH = 5_000;

/** Forgets what is too old to be caught up with. Every gateway runs one; two at once only find less to do. */
@Injectable()
export class EventPurger implements OnApplicationBootstrap, OnModuleDestroy {
  private isRunning = false;
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> = Promise.resolve();

  constructor(
    private readonly feed: EventFeedRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.isRunning = true;
    this.timer = setInterval(() => {
      this.pass = this.pass.then(() => this.purge());
    }, EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.isRunning = false;
    clearInterval(this.timer);
    await this.pass;
  }

  async purge(): Promise<void> {
    try {
      while ((await this.feed.purge(KEPT_DAYS, BATCH)) >= BATCH && this.isRunning);
    } catch (error) {
      this.logger.warn({ err: error }, 'the feed of events is purged later');
    }
  }
}
