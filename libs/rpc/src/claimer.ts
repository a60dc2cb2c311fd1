import type Redis from 'ioredis';
import { ignoreOutage } from './connection';
import type { RedisClock } from './redis-clock';
import type { RequestDispatcher } from './request-dispatcher';
import type { Entry, RequestStream, StalledEntry } from './request-stream';

/** A request that was handed out so often without ever being finished has probably killed who took it. */
const MAX_DELIVERIES = 5;

interface Parts {
  /** After this long without a sign of life a delivery is taken from its consumer. */
  claimAfterMs: number;
  instance: string;
  commands: Redis;
  stream: RequestStream;
  dispatcher: RequestDispatcher;
  clock: RedisClock;
}

/**
 * Every quarter of `claimAfterMs`: says which deliveries are still worked on here, and takes over those whose consumer
 * gives no sign of life. A handler may thus be slow for as long as it likes; a process that died loses its requests to
 * the others. One that was only stopped and comes back may do work twice, which deduplication absorbs.
 */
export class Claimer {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly parts: Parts) {}

  start(): void {
    this.timer = setTimeout(() => void this.tick(), this.parts.claimAfterMs / 4);
    this.timer.unref();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async tick(): Promise<void> {
    // Redis is away, or the group is: the reader heals it, and the next round does what this one could not.
    await this.round().catch(ignoreOutage);
    if (!this.isStopped) this.start();
  }

  private async round(): Promise<void> {
    const { stream, dispatcher, clock, commands, instance, claimAfterMs } = this.parts;
    await clock.refresh(commands);
    const stalled = await stream.stalled(claimAfterMs / 2);
    const ours = dispatcher.entryIds;
    const isOurs = (entry: StalledEntry): boolean => entry.consumer === instance && ours.has(entry.id);
    await stream.keep(stalled.filter(isOurs).map((entry) => entry.id));
    const abandoned = stalled.filter((entry) => !isOurs(entry) && entry.idleMs >= claimAfterMs);
    await this.takeOver(abandoned.filter((entry) => entry.deliveries < MAX_DELIVERIES));
    await this.giveUp(abandoned.filter((entry) => entry.deliveries >= MAX_DELIVERIES));
  }

  private async takeOver(abandoned: readonly StalledEntry[]): Promise<void> {
    const { stream, dispatcher, claimAfterMs } = this.parts;
    const wanted = abandoned.slice(0, Math.max(0, dispatcher.freeSlots));
    for (const entry of await stream.claim(idsOf(wanted), claimAfterMs)) {
      if (!this.isStopped) dispatcher.accept(entry);
    }
  }

  private async giveUp(abandoned: readonly StalledEntry[]): Promise<void> {
    const { stream, dispatcher, claimAfterMs } = this.parts;
    for (const entry of await stream.claim(idsOf(abandoned), claimAfterMs)) dispatcher.reject(entry);
    // Redis 6.2 goes on to list an entry as pending that was deleted from the stream; acknowledging ends that.
    if (abandoned.length > 0) await stream.acknowledge(idsOf(abandoned));
  }
}

function idsOf(entries: readonly Pick<Entry, 'id'>[]): string[] {
  return entries.map((entry) => entry.id);
}
