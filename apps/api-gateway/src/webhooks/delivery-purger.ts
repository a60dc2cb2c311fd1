import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@isthmus/telemetry';
import { LOGGER } from '../settings.module';
import { DeliveryRepository } from './delivery.repository';
import { WebhookSettings } from './webhook.settings';

const EVERY_MS = 600_000;
const BATCH = 1_000;

/** Forgets deliveries that ended long ago, and secrets that have expired. Two at once only find less to do. */
@Injectable()
export class DeliveryPurger implements OnApplicationBootstrap, OnModuleDestroy {
  private isRunning = false;
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> = Promise.resolve();

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly settings: WebhookSettings,
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
      while ((await this.deliveries.purge(this.settings.keepDays, BATCH)) >= BATCH && this.isRunning);
    } catch (error) {
      this.logger.warn({ err: error }, 'webhook deliveries are purged later');
    }
  }
}
