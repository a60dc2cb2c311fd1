import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { OPERATION_DONE } from '@isthmus/operations';
import { Signals } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import { GatewayConfig } from '../config';
import { LOGGER } from '../settings.module';
import { OperationReader } from './operation.reader';
import type { SettledOperation } from './operation-status';

/** A signal that got lost costs this much time. */
const POLL_MS = 100;
/** Ids that were signalled before anybody waited for them; a bound on memory. */
const MAX_RECENT = 2_048;

type Wake = (ended: SettledOperation) => void;

/**
 * Holds answers until their operation has ended or the window has passed. One subscription serves all waiters of this
 * process. A signal only wakes: what is told is read from Postgres, one query for all ids signalled at the same time.
 */
@Injectable()
export class SettleWindow implements OnModuleInit, OnModuleDestroy {
  private readonly waiters = new Map<string, Set<Wake>>();
  private readonly recent = new Set<string>();
  private signalled = new Set<string>();
  private poll: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly config: GatewayConfig,
    private readonly operations: OperationReader,
    private readonly signals: Signals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    this.unsubscribe = await this.signals.subscribe(OPERATION_DONE, (id) => this.hear(id));
  }

  onModuleDestroy(): void {
    clearInterval(this.poll);
    this.unsubscribe?.();
  }

  /** The operation as it ended, or as it was given when it is still going on at the end of the window. */
  settle(operation: SettledOperation): Promise<SettledOperation> {
    const { settleWindowMs } = this.config;
    if (operation.state !== 'pending' || settleWindowMs === 0) return Promise.resolve(operation);
    return new Promise((resolve) => {
      const finish: Wake = (outcome) => {
        clearTimeout(timer);
        this.forget(operation.id, finish);
        resolve(outcome);
      };
      const timer = setTimeout(() => finish(operation), settleWindowMs);
      this.remember(operation.id, finish);
    });
  }

  private remember(id: string, wake: Wake): void {
    const waiting = this.waiters.get(id);
    if (waiting) waiting.add(wake);
    else this.waiters.set(id, new Set([wake]));
    this.poll ??= setInterval(() => void this.read([...this.waiters.keys()]), POLL_MS);
    // The work may have ended before the answer that it was accepted arrived here.
    if (this.recent.has(id)) this.readSoon(id);
  }

  private forget(id: string, wake: Wake): void {
    const waiting = this.waiters.get(id);
    waiting?.delete(wake);
    if (waiting?.size === 0) this.waiters.delete(id);
    if (this.waiters.size > 0) return;
    clearInterval(this.poll);
    this.poll = undefined;
  }

  private hear(id: string): void {
    if (this.waiters.has(id)) return this.readSoon(id);
    this.recent.add(id);
    if (this.recent.size > MAX_RECENT) this.recent.delete(this.recent.values().next().value as string);
  }

  private readSoon(id: string): void {
    if (this.signalled.size === 0) setImmediate(() => void this.readSignalled());
    this.signalled.add(id);
  }

  private async readSignalled(): Promise<void> {
    const ids = [...this.signalled];
    this.signalled = new Set();
    await this.read(ids);
  }

  private async read(ids: string[]): Promise<void> {
    try {
      for (const ended of await this.operations.findEnded(ids)) {
        for (const wake of [...(this.waiters.get(ended.id) ?? [])]) wake(ended);
      }
    } catch (error) {
      // Nobody is worse off: the next poll reads again, and at the end of the window the answer is "pending".
      this.logger.warn({ err: error }, 'cannot read operations that are waited for');
    }
  }
}
