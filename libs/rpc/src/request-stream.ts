import type Redis from 'ioredis';
import type { ServiceName } from '@isthmus/contracts';
import { deadStreamOf, REQUEST_FIELD, requestStreamOf, SIGNATURE_FIELD } from './envelope';

/** One delivery of one request. */
export interface Entry {
  id: string;
  /** The envelope as text; undefined when the entry has no such field. */
  body: string | undefined;
  signature: string | undefined;
}

/** A delivery that was not acknowledged for some time. */
export interface StalledEntry {
  id: string;
  consumer: string;
  idleMs: number;
  deliveries: number;
}

type RawEntry = [id: string, fields: string[] | null];

const DEAD_LENGTH = 10_000;
/** Short enough that a group which vanished unseen is noticed soon, long enough that an idle service costs nothing. */
const BLOCK_MS = 2_000;
/** Consumers come and go with their processes; one that was not seen for so long is gone. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** The Redis commands behind one service's requests: its stream, its consumer group, its dead letters. */
export class RequestStream {
  private readonly key: string;
  private readonly deadKey: string;

  constructor(
    private readonly commands: Redis,
    /** Blocks in its reads, so nothing else may be sent on it. */
    private readonly reader: Redis,
    /** Also the name of the consumer group. */
    private readonly service: ServiceName,
    private readonly consumer: string,
  ) {
    this.key = requestStreamOf(service);
    this.deadKey = deadStreamOf(service);
  }

  /** From id 0: what was sent before the group existed (or after it was flushed away) is waiting to be answered. */
  async ensureGroup(): Promise<void> {
    try {
      await this.commands.xgroup('CREATE', this.key, this.service, '0', 'MKSTREAM');
    } catch (error) {
      if (!isReply(error, 'BUSYGROUP')) throw error;
    }
  }

  /** Waits for requests, up to 2 s. */
  async read(count: number): Promise<Entry[]> {
    const answer = (await this.reader.xreadgroup(
      ...(['GROUP', this.service, this.consumer, 'COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', this.key, '>'] as const),
    )) as [key: string, entries: RawEntry[]][] | null;
    return answer?.[0]?.[1].map(toEntry) ?? [];
  }

  /** How many requests are in the stream, those at work included, and how many were buried. */
  async lengths(): Promise<{ waiting: number; dead: number }> {
    const [waiting, dead] = await Promise.all([this.commands.xlen(this.key), this.commands.xlen(this.deadKey)]);
    return { waiting, dead };
  }

  /** Takes handled entries off the stream. */
  acknowledge(entryIds: readonly string[]): Promise<unknown> {
    return Promise.all([
      this.commands.xack(this.key, this.service, ...entryIds),
      this.commands.xdel(this.key, ...entryIds),
    ]);
  }

  /** Up to 100 deliveries, of any consumer, that are not acknowledged and older than `idleMs`. */
  async stalled(idleMs: number): Promise<StalledEntry[]> {
    const rows = await this.commands.xpending(this.key, this.service, 'IDLE', idleMs, '-', '+', 100);
    return (rows as [string, string, number, number][]).map(([id, consumer, idle, deliveries]) => ({
      id,
      consumer,
      idleMs: idle,
      deliveries,
    }));
  }

  /** Makes deliveries that are still idle ours. Redis gives each to one claimer; what was deleted is not returned. */
  async claim(entryIds: readonly string[], idleMs: number): Promise<Entry[]> {
    if (entryIds.length === 0) return [];
    const rows = await this.commands.xclaim(this.key, this.service, this.consumer, idleMs, ...entryIds);
    return (rows as (RawEntry | null)[]).filter((row) => row !== null).map(toEntry);
  }

  /** Tells the others that we still work on these. */
  async keep(entryIds: readonly string[]): Promise<void> {
    if (entryIds.length === 0) return;
    await this.commands.xclaim(this.key, this.service, this.consumer, 0, ...entryIds, 'JUSTID');
  }

  /** Moves an entry to the dead letters, for a person to look at. */
  async bury(entry: Entry, reason: 'unparsable' | 'undeliverable'): Promise<void> {
    const fields = ['reason', reason, 'entry', entry.id, REQUEST_FIELD, entry.body ?? ''];
    await this.commands.xadd(this.deadKey, 'MAXLEN', '~', DEAD_LENGTH, '*', ...fields);
    await this.acknowledge([entry.id]);
  }

  /** Takes this consumer out of the group, unless it holds something that others must claim. */
  async leave(): Promise<void> {
    const held = await this.commands.xpending(this.key, this.service, '-', '+', 1, this.consumer);
    if (held.length === 0) await this.commands.xgroup('DELCONSUMER', this.key, this.service, this.consumer);
  }

  /**
   * Takes consumers out of the group whose processes died long ago. One that only had nothing to do for so long (Redis
   * 7.0 does not count a read without a result as a sign of life) is made again by its next request.
   */
  async forgetDeparted(): Promise<void> {
    const consumers = (await this.commands.xinfo('CONSUMERS', this.key, this.service)) as unknown[][];
    for (const [, name, , pending, , idleMs] of consumers) {
      if (pending !== 0 || Number(idleMs) < FORGOTTEN_AFTER_MS) continue;
      await this.commands.xgroup('DELCONSUMER', this.key, this.service, String(name));
    }
  }
}

/** Did the group vanish (FLUSHALL, a Redis that came back empty)? */
export function isGroupGone(error: unknown): boolean {
  return isReply(error, 'NOGROUP') || isReply(error, 'UNBLOCKED');
}

function isReply(error: unknown, prefix: string): boolean {
  return error instanceof Error && error.message.startsWith(prefix);
}

function toEntry([id, fields]: RawEntry): Entry {
  const valueOf = (name: string): string | undefined => {
    const index = fields?.findIndex((field, at) => at % 2 === 0 && field === name) ?? -1;
    return index < 0 ? undefined : fields?.[index + 1];
  };
  return { id, body: valueOf(REQUEST_FIELD), signature: valueOf(SIGNATURE_FIELD) };
}
