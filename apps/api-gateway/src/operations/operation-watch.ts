import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { OPERATION_DONE } from '@isthmus/operations';
import { Signals } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import { LOGGER } from '../settings.module';
import type { OperationDetails } from './operation-details';
import { OperationReader } from './operation.reader';
import type { SettledOperation } from './operation-status';
import { Subscribers } from './subscribers';
import { measureWatchers } from './watch.metrics';

/** How often each kind of interest is looked after by itself: the price of a signal that got lost. */
const SETTLE_EVERY_MS = 100;
const FOLLOW_EVERY_MS = 250;
const WAIT_EVERY_MS = 1_000;
/** Divides the three. */
const TICK_MS = 50;
/** Ids that were signalled before anybody waited for them; a bound on memory. */
const MAX_RECENT = 2_048;

/**
 * Everything in this process that wants to know how an operation goes on: answers that are held back, long polls and
 * event streams. They share one subscription and one timer, whatever their number. A signal only wakes: what is told
 * is read from PostgreSQL, by one query for all operations that were signalled, or are looked after, at the same time.
 * The end of an operation is signalled; that a step has ended is not, so the followed ones are looked at four times a
 * second.
 */
@Injectable()
export class OperationWatch implements OnModuleInit, OnModuleDestroy {
  private readonly settling = new Subscribers<SettledOperation | undefined>();
  private readonly waiting = new Subscribers<OperationDetails | undefined>();
  private readonly following = new Subscribers<OperationDetails>();
  private readonly recent = new Set<string>();
  private signalled = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private elapsedMs = 0;
  private isLooking = false;
  private isStopping = false;
  private unsubscribe: (() => void) | undefined;
  private stopMeasuring: (() => void) | undefined;

  constructor(
    private readonly operations: OperationReader,
    private readonly signals: Signals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    this.stopMeasuring = measureWatchers(() => ({
      settling: this.settling.size,
      waiting: this.waiting.size,
      following: this.following.size,
    }));
    this.unsubscribe = await this.signals.subscribe(OPERATION_DONE, (id) => this.hear(id));
  }

  /** The process stops: whoever waits is told that there is nothing new. */
  onModuleDestroy(): void {
    this.isStopping = true;
    this.unsubscribe?.();
    this.stopMeasuring?.();
    this.settling.tellAll(undefined);
    this.waiting.tellAll(undefined);
    clearInterval(this.timer);
  }

  /** The operation as it ended, or undefined when it has not within that time. For answers that shall be quick. */
  settled(id: string, forMs: number): Promise<SettledOperation | undefined> {
    return this.hold(this.settling, id, forMs);
  }

  /** The same for long polls, with all details; they are read once, however many wait. Nobody waits once `signal` aborts. */
  ended(id: string, forMs: number, signal: AbortSignal): Promise<OperationDetails | undefined> {
    return this.hold(this.waiting, id, forMs, signal);
  }

  /** Tells what the database says whenever it was looked at, the same again and again too. Answers how to stop. */
  follow(id: string, tell: (operation: OperationDetails) => void): () => void {
    this.following.add(id, tell);
    this.beginWith(id);
    return () => {
      this.following.remove(id, tell);
      this.rest();
    };
  }

  private hold<T>(
    subscribers: Subscribers<T | undefined>,
    id: string,
    forMs: number,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    if (this.isStopping || signal?.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const finish = (outcome: T | undefined): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        subscribers.remove(id, finish);
        this.rest();
        resolve(outcome);
      };
      const giveUp = (): void => finish(undefined);
      const timer = setTimeout(giveUp, forMs);
      signal?.addEventListener('abort', giveUp);
      subscribers.add(id, finish);
      this.beginWith(id);
    });
  }

  private beginWith(id: string): void {
    this.timer ??= setInterval(() => void this.look(), TICK_MS);
    // The work may have ended before the answer that it was accepted arrived here.
    if (this.recent.has(id)) this.readSoon(id);
  }

  private rest(): void {
    if (!this.settling.isEmpty || !this.waiting.isEmpty || !this.following.isEmpty) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private hear(id: string): void {
    if (this.settling.has(id) || this.waiting.has(id) || this.following.has(id)) return this.readSoon(id);
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
    const waited = ids.filter((id) => this.settling.has(id) || this.waiting.has(id));
    await this.read(
      waited,
      ids.filter((id) => this.following.has(id)),
    );
  }

  private async look(): Promise<void> {
    this.elapsedMs += TICK_MS;
    const isDue = (everyMs: number): boolean => this.elapsedMs % everyMs === 0;
    const waited = [
      ...(isDue(SETTLE_EVERY_MS) ? this.settling.ids : []),
      ...(isDue(WAIT_EVERY_MS) ? this.waiting.ids : []),
    ];
    // A database that is slower than the timer is not asked the same again meanwhile.
    if (this.isLooking) return;
    this.isLooking = true;
    await this.read(waited, isDue(FOLLOW_EVERY_MS) ? this.following.ids : []);
    this.isLooking = false;
  }

  private async read(waited: string[], followed: string[]): Promise<void> {
    try {
      await Promise.all([this.readEnded(waited), this.readDetails(followed)]);
    } catch (error) {
      // Nobody is worse off: the next look reads again, and at the end of its time the answer is "pending".
      this.logger.warn({ err: error }, 'cannot read operations that are waited for');
    }
  }

  private async readEnded(ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    const ended = await this.operations.findEnded(ids);
    for (const operation of ended) this.settling.tell(operation.id, operation);
    const awaited = ended.map(({ id }) => id).filter((id) => this.waiting.has(id));
    if (awaited.length === 0) return;
    for (const operation of await this.operations.findDetailsOf(awaited)) this.waiting.tell(operation.id, operation);
  }

  private async readDetails(ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    for (const operation of await this.operations.findDetailsOf(ids)) this.following.tell(operation.id, operation);
  }
}
