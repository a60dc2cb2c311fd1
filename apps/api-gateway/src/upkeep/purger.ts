import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@isthmus/telemetry';

const EVERY_MS = 600_000;

/** What is forgotten, batch by batch. */
export interface Purge {
  /** Rows at most in one go. */
  batch: number;
  /** Forgets up to a batch and answers how many there were. */
  forget(batch: number): Promise<number>;
  /** Logged when it could not be done. */
  complaint: string;
}

/** Forgets old rows every ten minutes. Every gateway runs each; two at once only find less to do. */
export class Purger implements OnApplicationBootstrap, OnModuleDestroy {
  private isRunning = false;
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> = Promise.resolve();

  constructor(
    private readonly what: Purge,
    private readonly logger: Logger,
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
    const { batch, complaint } = this.what;
    try {
      while ((await this.what.forget(batch)) >= batch && this.isRunning);
    } catch (error) {
      this.logger.warn({ err: error }, complaint);
    }
  }
}
