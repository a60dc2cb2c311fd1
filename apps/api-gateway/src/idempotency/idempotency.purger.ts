import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@isthmus/telemetry';
import { LOGGER } from '../settings.module';
import { IdempotencyRepository } from './idempotency.repository';

/** A day is promised. */
const UNUSED_HOURS = 48;
const EVERY_MS = 600_000;
const BATCH = 1_000;

/** Forgets old keys. Every gateway runs one; two at once only find less to do. */
@Injectable()
export class IdempotencyPurger implements OnApplicationBootstrap, OnModuleDestroy {
  private isRunning = false;
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> = Promise.resolve();

  constructor(
    private readonly keys: IdempotencyRepository,
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
      while ((await this.keys.purge(UNUSED_HOURS, BATCH)) >= BATCH && this.isRunning);
    } catch (error) {
      this.logger.warn({ err: error }, 'idempotency keys are purged later');
    }
  }
}
