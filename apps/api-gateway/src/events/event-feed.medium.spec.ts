import { randomUUID } from 'node:crypto';
import { connectDatabase, type Database, type Tx } from '@isthmus/db';
import type { Signals } from '@isthmus/rpc';
import { createLogger } from '@isthmus/telemetry';
import { createTestDatabase, type TestDatabase, until, violations } from '@isthmus/testing';
import { migrations } from '../app.module';
import { EventFeed } from './event-feed';
import { EventFeedRepository } from './event-feed.repository';
import { EventSequencer } from './event-sequencer';

/** How many events the readers follow; `EVENT_FEED_SIZE=1000000 npm test -- event-feed.medium` for the long run. */
const SIZE = Number(process.env.EVENT_FEED_SIZE ?? 20_000);
const TRANSACTIONS = 400;
const RESOURCES = 50;

const INSERT = `
  INSERT INTO ops.event (type, project_id, resource_type, resource_id, payload, request_id)
  SELECT 'operation.succeeded', $1, 'vpc', ($2::uuid[])[1 + n % cardinality($2::uuid[])], jsonb_build_object('n', n), $4
    FROM generate_series(1, $3::int) n`;

interface Written {
  tag: string;
  begunAt: number;
  committedAt: number;
}

describe('the feed of events on a real store', () => {
  let store: TestDatabase;
  let writers: Database;
  let gateway: Database;
  let feed: EventFeed;
  let repository: EventFeedRepository;
  const sequencers: EventSequencer[] = [];
  const ranges: { first: number; last: number }[] = [];
  const signals = {
    listeners: [] as (() => void)[],
    publish: () => undefined,
    subscribe: async (_channel: string, listener: () => void) => {
      signals.listeners.push(listener);
      return () => undefined;
    },
  };

  beforeEach(async () => {
    store = await createTestDatabase();
    writers = await connectDatabase({ url: store.url, schema: 'network', entities: [], migrations: [] });
    gateway = await connectDatabase({ url: store.url, schema: 'gateway', entities: [], migrations });
    repository = new EventFeedRepository(gateway);
    feed = new EventFeed(repository);
    ranges.length = 0;
  });

  afterEach(async () => {
    await Promise.all(sequencers.splice(0).map((sequencer) => sequencer.onModuleDestroy()));
    await Promise.all([writers.onApplicationShutdown(), gateway.onApplicationShutdown()]);
    await store.drop();
  });

  /** Its fan-out notes what was committed; a fan-out that fails is told by `onFanOut`. */
  async function startSequencer(onFanOut: () => void = () => undefined): Promise<void> {
    const fanOut = async (tx: Tx, first: number, last: number): Promise<number> => {
      onFanOut();
      tx.afterCommit(() => ranges.push({ first, last }));
      return 0;
    };
    const log = createLogger('test', 'silent');
    const sequencer = new EventSequencer(gateway, repository, { fanOut }, signals as unknown as Signals, log);
    sequencers.push(sequencer);
    await sequencer.onApplicationBootstrap();
  }

  const write = (projectId: string, count: number, resources = [randomUUID()], on: Pick<Tx, 'execute'> = writers) =>
    on.execute(INSERT, [projectId, resources, count, null]);

  /** All ids of the project's events that can be read now, page by page, and where to go on. */
  async function follow(
    projectId: string,
    from: number | undefined,
    limit: number,
  ): Promise<{ ids: string[]; next: number }> {
    const ids: string[] = [];
    for (let after = from; ;) {
      const { events, next } = await feed.read({ projectId }, after, limit);
      ids.push(...events.map(({ id }) => id));
      if (events.length < limit) return { ids, next };
      after = next;
    }
  }

  /** Reads on until it has seen `count` events. */
  async function followUntil(projectId: string, count: number, limit: number): Promise<string[]> {
    const seen: string[] = [];
    let after: number | undefined;
    await until(
      `${count} events are read`,
      async () => {
        for (let isFull = true; isFull;) {
          const { events, next } = await feed.read({ projectId }, after, limit);
          for (const { id } of events) seen.push(id);
          after = next;
          isFull = events.length === limit;
        }
        return seen.length >= count;
      },
      { timeoutMs: 20_000 + SIZE },
    );
    return seen;
  }

  it(
    'tells each of many events once, without gaps, while writers commit out of order',
    async () => {
      const projectId = randomUUID();
      const resources = Array.from({ length: RESOURCES }, () => randomUUID());
      const size = Math.ceil(SIZE / TRANSACTIONS);
      const written: Written[] = [];
      let waiting: (() => void)[] = [];
      // Whoever has written waits for others, of which the last to come commits first, and some wait for the next round.
      const outOfOrder = (n: number): Promise<void> =>
        new Promise((resolve) => {
          waiting.push(resolve);
          if (waiting.length < 5 && n < TRANSACTIONS - 5) return;
          const released = n < TRANSACTIONS - 5 ? waiting.slice(1) : waiting;
          waiting = n < TRANSACTIONS - 5 ? waiting.slice(0, 1) : [];
          for (const release of released.reverse()) release();
        });
      const writeOne = async (n: number): Promise<void> => {
        const tag = randomUUID();
        const begunAt = performance.now();
        await writers.transaction(async (tx) => {
          await tx.execute(INSERT, [projectId, resources, size, tag]);
          await outOfOrder(n);
        });
        written.push({ tag, begunAt, committedAt: performance.now() });
      };
      let next = 0;
      const writer = async (): Promise<void> => {
        while (next < TRANSACTIONS) await writeOne(next++);
      };

      await startSequencer();
      await startSequencer();
      const total = size * TRANSACTIONS;
      const readers = [followUntil(projectId, total, 100), followUntil(projectId, total, 1_000)];
      await Promise.all(Array.from({ length: 8 }, writer));
      const seen = await Promise.all(readers);

      const events = await store.query<{ id: string }>('SELECT id FROM ops.event');
      const all = events.map(({ id }) => id).sort();
      expect(all).toHaveLength(total);
      for (const ids of seen) expect([...ids].sort()).toEqual(all);
      expect(seen[0]).toEqual(seen[1]);

      const [positions] = await store.query(`
        SELECT count(*)::int, min(position)::int, max(position)::int,
               (SELECT position FROM ops.feed_head)::int AS head FROM ops.event_feed`);
      expect(positions).toEqual({ count: total, min: 1, max: total, head: total });
      const [unordered] = await store.query(`
        SELECT count(*)::int FROM (
          SELECT resource_sequence, row_number() OVER (PARTITION BY resource_id ORDER BY position) AS nth
            FROM ops.event_feed) f WHERE resource_sequence <> nth`);
      expect(unordered).toEqual({ count: 0 });

      await expectCommitOrder(written);
      expect(tiles(ranges)).toBe(total);
      expect(await violations(store)).toEqual([]);
    },
    60_000 + 3 * SIZE,
  );

  /** What was committed before another transaction began to write is told before all that this one wrote. */
  async function expectCommitOrder(written: Written[]): Promise<void> {
    const spans = await store.query<{ tag: string; low: number; high: number }>(`
      SELECT e.request_id AS tag, min(f.position)::int AS low, max(f.position)::int AS high
        FROM ops.event e JOIN ops.event_feed f ON f.event_id = e.id GROUP BY 1`);
    const spanOf = new Map(spans.map((span) => [span.tag, span]));
    const outOfOrder = written.flatMap((earlier) =>
      written.filter(
        (later) =>
          earlier.committedAt < later.begunAt &&
          (spanOf.get(earlier.tag)?.high ?? Infinity) > (spanOf.get(later.tag)?.low ?? -Infinity),
      ),
    );
    expect(outOfOrder).toEqual([]);
    // The test is worth something only if some were held back while others overtook them.
    const overtaken = written.filter(({ tag }, n) => written.slice(0, n).some((other) => isBehind(other.tag, tag)));
    expect(overtaken.length).toBeGreaterThan(0);

    function isBehind(first: string, second: string): boolean {
      return (spanOf.get(first)?.low ?? 0) > (spanOf.get(second)?.high ?? Infinity);
    }
  }

  /** The last position, if the ranges follow each other from 1 on without gap or overlap. */
  function tiles(found: { first: number; last: number }[]): number {
    let end = 0;
    for (const { first, last } of found) {
      if (first !== end + 1) return NaN;
      end = last;
    }
    return end;
  }

  it('tells what is committed late behind what a reader has read meanwhile', async () => {
    const projectId = randomUUID();
    let commit: () => void = () => undefined;
    let isWritten = false;
    const late = writers.transaction(async (tx) => {
      await write(projectId, 3, undefined, tx);
      isWritten = true;
      await new Promise<void>((resolve) => (commit = resolve));
    });
    await until('the late ones are written', () => isWritten);
    await write(projectId, 5);
    await startSequencer();
    const before = await until('the others are told', async () => {
      const read = await follow(projectId, undefined, 1_000);
      return read.ids.length === 5 ? read : undefined;
    });
    commit();
    await late;
    const after = await until('the late ones are told', async () => {
      const read = await follow(projectId, before.next, 1_000);
      return read.ids.length > 0 ? read : undefined;
    });
    expect(after.ids).toHaveLength(3);
    expect(after.next).toBe(8);
  });

  it('gives no position when the fan-out fails, and all of them when it works again', async () => {
    const projectId = randomUUID();
    await write(projectId, 10);
    let failures = 2;
    await startSequencer(() => {
      if (failures-- > 0) throw new Error('no room for deliveries');
    });
    const { next } = await until('they are told', async () => {
      const read = await follow(projectId, undefined, 100);
      return read.ids.length === 10 ? read : undefined;
    });
    expect([next, tiles(ranges), failures]).toEqual([10, 10, -1]);
  });

  it('selects by project, type, kind of resource and resource, and goes on behind what it passed over', async () => {
    const [projectId, vpc, other] = [randomUUID(), randomUUID(), randomUUID()];
    await write(projectId, 2, [vpc]);
    await write(projectId, 1, [other]);
    await write(randomUUID(), 4);
    await store.query(
      `INSERT INTO ops.event (type, project_id, resource_type, resource_id, payload)
       VALUES ('peering.state_changed', $1, 'peering', $2, '{}')`,
      [projectId, other],
    );
    await startSequencer();
    await until('all are told', async () => (await repository.page({ projectId }, 0, 1)).head === 8);
    const read = async (selection: object) => {
      const { events, next } = await feed.read({ projectId, ...selection }, undefined, 100);
      return [events.length, next];
    };
    expect(await read({})).toEqual([4, 8]);
    expect(await read({ types: ['peering.*'] })).toEqual([1, 8]);
    expect(await read({ types: ['operation.failed', 'operation.succeeded'] })).toEqual([3, 8]);
    expect(await read({ types: ['operation.failed'] })).toEqual([0, 8]);
    expect(await read({ resourceType: 'peering' })).toEqual([1, 8]);
    expect(await read({ resourceId: vpc })).toEqual([2, 8]);
    expect((await feed.read({ projectId }, undefined, 2)).next).toBe(2);
    const [event] = (await feed.read({ projectId }, 1, 1)).events;
    expect(event).toMatchObject({ position: 2, sequence: 2, projectId, resource: { type: 'vpc', id: vpc } });
    expect(await feed.find(event?.id as string, projectId)).toEqual(event);
    expect(await feed.find(event?.id as string, randomUUID())).toBeUndefined();
  });

  it('says that events are gone, forgets from the old end only, and never gives a position again', async () => {
    const projectId = randomUUID();
    await write(projectId, 10);
    await startSequencer();
    await until('all are told', async () => (await repository.page({ projectId }, 0, 1)).head === 10);
    // The sixth is a late one: old, but behind a young one.
    await store.query(
      `UPDATE ops.event_feed SET created_at = now() - interval '31 days' WHERE position IN (1, 2, 3, 6)`,
    );
    expect(await repository.purge(30, 2)).toBe(2);
    expect(await repository.purge(30, 100)).toBe(1);
    expect(await repository.purge(30, 100)).toBe(0);
    await expect(feed.read({ projectId }, 2, 100)).rejects.toMatchObject({ code: 'gone' });
    expect((await feed.read({ projectId }, 3, 100)).events).toHaveLength(7);
    expect((await feed.read({ projectId }, undefined, 100)).events[0]).toMatchObject({ position: 4, sequence: 4 });
    await expect(feed.read({ projectId }, 11, 100)).rejects.toMatchObject({ code: 'invalid-argument' });

    await store.query(`UPDATE ops.event_feed SET created_at = now() - interval '31 days'`);
    await repository.purge(30, 100);
    await expect(feed.read({ projectId }, 9, 100)).rejects.toMatchObject({ code: 'gone' });
    expect(await feed.read({ projectId }, 10, 100)).toEqual({ events: [], next: 10 });
    await write(projectId, 1);
    const read = await until('the next one is told', async () => {
      const { events } = await feed.read({ projectId }, 10, 100);
      return events[0];
    });
    expect(read).toMatchObject({ position: 11 });
  });

  it('lets the gateway read and number events, and neither write nor change any', async () => {
    await expect(write(randomUUID(), 1, undefined, gateway)).rejects.toThrow(/permission denied/);
    for (const sql of [
      'DELETE FROM ops.event_feed',
      'UPDATE ops.feed_head SET position = 0',
      'DELETE FROM ops.event_queue',
    ]) {
      await expect(gateway.query(sql)).rejects.toThrow(/permission denied/);
    }
  });
});
