import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '@isthmus/db';
import type { Logger } from '@isthmus/telemetry';
import { LOGGER } from '../settings.module';

const BATCH = 1_000;
/** Entries gather this long, so that under load a pass is one transaction for many and not for each. */
const EVERY_MS = 250;

const SEAL = 'SELECT ops.seal_audit($1) AS sealed';

/**
 * Links committed entries into the chain of hashes, outside of all requests. Every gateway runs one; the database lets one
 * at a time do it. Nobody waits for a seal, so a timer is enough of a signal.
 */
@Injectable()
export class AuditSealer implements OnApplicationBootstrap, OnModuleDestroy {
  private isRunning = false;
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.isRunning = true;
    this.begin();
  }

  async onModuleDestroy(): Promise<void> {
    this.isRunning = false;
    clearTimeout(this.timer);
    await this.pass;
  }

  private begin(): void {
    this.pass = this.sealAll().then(() => {
      if (this.isRunning) this.timer = setTimeout(() => this.begin(), EVERY_MS);
    });
  }

  private async sealAll(): Promise<void> {
    try {
      while (this.isRunning && (await this.sealBatch()) >= BATCH);
    } catch (error) {
      this.logger.warn({ err: error }, 'audit entries wait for their seals');
    }
  }

  /** Answers how many it sealed; none while somebody else is at it. */
  private async sealBatch(): Promise<number> {
    const [row] = await this.database.query<{ sealed: number | null }>(SEAL, [BATCH]);
    return row?.sealed ?? 0;
  }
}
