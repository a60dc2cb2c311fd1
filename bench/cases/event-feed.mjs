import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { httpClient } from '../harness/http-client.mjs';
import { openPool } from '../harness/stack.mjs';

const WRITERS = 8;
/** Events of one transaction. */
const BATCH = 100;
/** A transaction stays open for up to so long after it has written, so that later ones are committed before it. */
const MAX_OPEN_MS = 40;
const PAGE = 1_000;
const POLL_MS = 10;
/** Without anything new for so long an event is lost. */
const PATIENCE_MS = 30_000;
/** Of the events, so many wait for their positions at once in the row of the sequencer. */
const BACKLOG_SHARE = 0.2;

const INSERT = `
  INSERT INTO ops.event (type, project_id, resource_type, resource_id, payload)
  SELECT 'peering.state_changed', $1, 'peering', $2, jsonb_build_object('n', n)
    FROM generate_series($3::int, $4::int) n`;
const HEAD = 'SELECT position::int FROM ops.feed_head';
const SEQUENCERS = `hashtextextended('ops.sequence_events', 0)`;

/** The feed while writers commit out of order, and each event of it exactly once. */
export const eventFeed = {
  name: 'event-feed',
  title: `GET /v1/events?limit=${PAGE} by one reader, ${WRITERS} writers who commit out of order`,
  columns: ['what', 'events', 'seconds', 'events/s'],
  async run({ plan, stack, database, headers }) {
    const client = httpClient(stack.url, headers);
    const writers = openPool(stack.stores.postgres.url, WRITERS);
    try {
      const after = await endOfFeed(client, database);
      const feed = new Ledger(plan.fedEvents);
      const write = (from, to) => writeAll(writers, { projectId: stack.credentials.projectId, feed, from, to });
      const queued = Math.round((plan.fedEvents * BACKLOG_SHARE) / BATCH) * BATCH;
      const backlog = await timeSequencing(database, () => write(0, queued));
      const rest = plan.fedEvents - queued;
      const next = await follow(client, { after, feed, upTo: queued });
      const followMs = await timed(async () => {
        await Promise.all([write(queued, plan.fedEvents), follow(client, { after: next, feed, upTo: plan.fedEvents })]);
      });
      // As autovacuum does soon after so many rows.
      await database.query('ANALYZE ops.event, ops.event_feed');
      const again = new Ledger(plan.fedEvents, feed.resourceIds);
      const againMs = await timed(() => readToEnd(client, after, again));
      again.checkComplete();
      return [
        row('a backlog is given positions', queued, backlog),
        row('read while they are written, until the last one', rest, followMs),
        row('all read again, at rest', plan.fedEvents, againMs),
      ];
    } finally {
      client.close();
      await writers.end();
    }
  },
};

function row(what, events, ms) {
  return { what, events, seconds: ms / 1000, 'events/s': (events * 1000) / ms };
}

async function timed(work) {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** Which of the events, numbered from 0 on, were told. Throws on one that is told twice or in front of an earlier one. */
class Ledger {
  #isTold;
  #position = 0;
  told = 0;

  constructor(size, resourceIds = new Set(Array.from({ length: WRITERS }, () => randomUUID()))) {
    this.#isTold = new Uint8Array(size);
    this.resourceIds = resourceIds;
  }

  /** Events of others are passed over. */
  enter({ position, resource, data: { n } }) {
    if (position <= this.#position) throw new Error(`position ${position} was told behind ${this.#position}`);
    this.#position = position;
    if (!this.resourceIds.has(resource.id)) return;
    if (this.#isTold[n] === 1) throw new Error(`event ${n} was told twice`);
    this.#isTold[n] = 1;
    this.told++;
  }

  checkComplete() {
    const missing = this.#isTold.indexOf(0);
    if (missing >= 0) throw new Error(`event ${missing} was never told`);
  }
}

/** The writers share the events out; each commits its batches after a time of its own. */
async function writeAll(pool, { projectId, feed, from, to }) {
  let first = from;
  const writer = async (resourceId) => {
    while (first < to) {
      const batch = [first, first + BATCH - 1];
      first += BATCH;
      await writeBatch(pool, [projectId, resourceId, ...batch]);
    }
  };
  await Promise.all([...feed.resourceIds].map(writer));
}

async function writeBatch(pool, values) {
  const connection = await pool.connect();
  try {
    await connection.query('BEGIN');
    await connection.query(INSERT, values);
    await pause(Math.random() * MAX_OPEN_MS);
    await connection.query('COMMIT');
  } finally {
    connection.release();
  }
}

/** Keeps the sequencers of all gateways out while `write` runs, and then times how long its events wait for positions. */
async function timeSequencing(database, write) {
  const connection = await database.connect();
  try {
    await connection.query(`SELECT pg_advisory_lock(${SEQUENCERS})`);
    const { rows } = await connection.query(HEAD);
    await write();
    const { rows: queue } = await connection.query('SELECT count(*)::int FROM ops.event_queue');
    const head = rows[0].position + queue[0].count;
    return await timed(async () => {
      await connection.query(`SELECT pg_advisory_unlock(${SEQUENCERS})`);
      await until(async () => (await connection.query(HEAD)).rows[0].position >= head, 'all have their positions');
    });
  } finally {
    // Closed, it holds no lock in any case.
    connection.release(true);
  }
}

async function until(isReached, what) {
  const startedMs = performance.now();
  while (!(await isReached())) {
    if (performance.now() - startedMs > PATIENCE_MS) throw new Error(`given up waiting until ${what}`);
    await pause(POLL_MS);
  }
}

/** Where the feed ends once everything that was written before has its position. */
async function endOfFeed(client, database) {
  const hasNoneWaiting = async () => (await database.query('SELECT FROM ops.event_queue LIMIT 1')).rowCount === 0;
  await until(hasNoneWaiting, 'earlier events have their positions');
  const { rows } = await database.query(HEAD);
  const { next } = await client.send('GET', `/v1/events?limit=1&after=${rows[0].position}`);
  return next;
}

function read(client, after) {
  return client.send('GET', `/v1/events?limit=${PAGE}&after=${after}`);
}

/** Reads on until that many events have been told, however long it takes; answers where to go on. */
async function follow(client, { after, feed, upTo }) {
  let next = after;
  let movedMs = performance.now();
  while (feed.told < upTo) {
    const page = await read(client, next);
    page.items.forEach((event) => feed.enter(event));
    next = page.next;
    if (page.items.length > 0) movedMs = performance.now();
    if (performance.now() - movedMs > PATIENCE_MS) throw new Error(`${upTo - feed.told} of ${upTo} events are lost`);
    if (page.items.length < PAGE) await pause(POLL_MS);
  }
  return next;
}

async function readToEnd(client, after, feed) {
  let next = after;
  for (;;) {
    const page = await read(client, next);
    page.items.forEach((event) => feed.enter(event));
    next = page.next;
    if (page.items.length < PAGE) return;
  }
}
