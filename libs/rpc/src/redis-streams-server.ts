import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import type Redis from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '@isthmus/contracts';
import { createLogger, type Logger } from '@isthmus/telemetry';
import { BusKeys } from './bus-keys';
import { Claimer } from './claimer';
import { connectRedis, ignoreOutage, untilReady } from './connection';
import { RedisClock } from './redis-clock';
import { ReplyWriter } from './reply-writer';
import { RequestDispatcher } from './request-dispatcher';
import { isGroupGone, RequestStream } from './request-stream';
import { measureRequests } from './rpc.metrics';

export interface RedisStreamsServerOptions {
  redisUrl: string;
  service: ServiceName;
  /** Name of this process in the consumer group; unique among the replicas. */
  instance: string;
  /** Requests handled at the same time. Default 64. */
  concurrency?: number;
  /** A delivery without a sign of life for so long is taken over by another replica. Default 5,000. */
  claimAfterMs?: number;
  /** Patience with handlers at shutdown. Default 8,000. */
  drainMs?: number;
  logger?: Logger;
  /** By which callers prove their names. Default: those of `BUS_KEYS`. */
  keys?: BusKeys;
}

const PAUSE_AFTER_ERROR_MS = 100;
/** Redis may hang as well; stopping does not. */
const LAST_WORDS_MS = 1_000;
const UNBLOCK_EVERY_MS = 50;
const STOP_READING_TRIES = 40;

/**
 * Nest's side of the bus: reads the service's requests as one consumer of its group, so that replicas share them and
 * each is handled once, and answers `health.ping` itself. Reads only as many requests as there are free handlers, and
 * acknowledges a request when it is answered: one that dies with its process is delivered to another.
 */
export class RedisStreamsServer extends Server implements CustomTransportStrategy {
  private readonly reader: Redis;
  private readonly commands: Redis;
  private readonly stream: RequestStream;
  private readonly replies: ReplyWriter;
  private readonly dispatcher: RequestDispatcher;
  private readonly claimer: Claimer;
  private readonly clock = new RedisClock();
  private readonly log: Logger;
  private readonly stopMeasuring: () => void;
  private readerId: number | undefined;
  private reading: Promise<void> = Promise.resolve();
  private closing: Promise<void> | undefined;

  constructor(private readonly options: RedisStreamsServerOptions) {
    super();
    const { redisUrl, service, instance, concurrency = 64, claimAfterMs = 5_000 } = options;
    const logger = options.logger ?? createLogger(service);
    this.log = logger;
    this.reader = connectRedis(redisUrl, `isthmus-${service}-reader`, logger);
    this.commands = connectRedis(redisUrl, `isthmus-${service}-server`, logger);
    this.stream = new RequestStream(this.commands, this.reader, service, instance);
    this.replies = new ReplyWriter(this.commands, this.stream);
    const { stream, replies, clock, commands } = this;
    const handlers = this.messageHandlers;
    this.dispatcher = new RequestDispatcher({
      service,
      instance,
      concurrency,
      handlers,
      stream,
      replies,
      clock,
      keys: options.keys ?? BusKeys.parse(process.env.BUS_KEYS),
      logger,
    });
    const inHand = (): number => this.dispatcher.entryIds.size;
    this.stopMeasuring = measureRequests(service, () => this.stream.lengths(), inHand);
    this.claimer = new Claimer({ claimAfterMs, instance, commands, stream, dispatcher: this.dispatcher, clock });
    this.reader.on('ready', () => {
      this.reader.client('ID').then((id) => (this.readerId = id), ignoreOutage);
    });
  }

  /** Calls back when the first requests can be read: while Redis is away it waits. */
  listen(callback: (error?: unknown) => void): void {
    this.reading = this.read(callback);
  }

  /** Stops reading, waits for the handlers at work, acknowledges, leaves the group, disconnects. */
  close(): Promise<void> {
    return (this.closing ??= this.drain());
  }

  /** It reads requests, or will as soon as it has a moment. */
  get isServing(): boolean {
    return this.isReading && this.reader.status === 'ready' && this.commands.status === 'ready';
  }

  /** There are no events to listen to. */
  on(): never {
    throw new Error('The Redis Streams transport has no events.');
  }

  /** The two connections, for tests that cut them. */
  unwrap<T>(): T {
    return { reader: this.reader, commands: this.commands } as T;
  }

  private async read(onListening: () => void): Promise<void> {
    let isListening = false;
    while (this.isReading) {
      try {
        if (!isListening) {
          await this.join();
          isListening = true;
          onListening();
        }
        if (this.dispatcher.freeSlots <= 0) await this.dispatcher.nextFinished();
        else await this.readOnce();
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  private async readOnce(): Promise<void> {
    for (const entry of await this.stream.read(this.dispatcher.freeSlots)) this.dispatcher.accept(entry);
  }

  private async join(): Promise<void> {
    await untilReady(this.commands);
    await this.stream.ensureGroup();
    await this.clock.refresh(this.commands);
    await this.stream.forgetDeparted();
    this.claimer.start();
  }

  private get isReading(): boolean {
    return !this.closing && this.reader.status !== 'end';
  }

  /** Whatever it was, reading goes on: an outage ends, and a group that is gone is made again. */
  private async recover(error: unknown): Promise<void> {
    if (!this.isReading) return;
    if (isGroupGone(error)) {
      await untilReady(this.commands);
      await this.stream.ensureGroup().catch(ignoreOutage);
    } else if (this.reader.status === 'ready') {
      this.log.error({ err: error }, 'cannot read requests');
      await pause(PAUSE_AFTER_ERROR_MS);
    }
    await untilReady(this.reader);
  }

  private async drain(): Promise<void> {
    this.stopMeasuring();
    this.claimer.stop();
    await this.stopReading();
    const isIdle = await within(this.options.drainMs ?? 8_000, this.dispatcher.untilIdle());
    await within(LAST_WORDS_MS, this.replies.settled());
    if (isIdle) await within(LAST_WORDS_MS, this.stream.leave().catch(ignoreOutage));
    this.reader.disconnect();
    this.commands.disconnect();
  }

  /** Ends the blocking read from outside: cutting its connection could lose requests that were just delivered to it. */
  private async stopReading(): Promise<void> {
    const stopped = this.reading.catch(ignoreOutage);
    this.dispatcher.wake();
    for (let left = STOP_READING_TRIES; left > 0; left--) {
      if (this.readerId !== undefined) this.commands.client('UNBLOCK', this.readerId).catch(ignoreOutage);
      // In an outage there is nothing to wait for; what it swallowed is pending, and claimed when Redis is back.
      if (this.reader.status !== 'ready') this.reader.disconnect();
      if (this.commands.status !== 'ready') this.commands.disconnect();
      if (await within(UNBLOCK_EVERY_MS, stopped)) return;
    }
    this.reader.disconnect();
  }
}

/** Did `work` end within `ms`? */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController();
  const late = pause(ms, false, { signal: stop.signal }).catch(() => false);
  const isDone = await Promise.race([work.then(() => true), late]);
  stop.abort();
  return isDone;
}
