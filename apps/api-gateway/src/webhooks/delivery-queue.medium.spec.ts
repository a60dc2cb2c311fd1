import { randomUUID } from 'node:crypto';
import { connectDatabase, type Database } from '@isthmus/db';
import { createTestDatabase, type TestDatabase } from '@isthmus/testing';
import { migrations } from '../app.module';
import { DeliveryOutcomes } from './delivery-outcomes.repository';
import { type ClaimedDelivery, DeliveryQueue } from './delivery-queue.repository';
import { DeliveryRepository } from './delivery.repository';
import type { AttemptResult, Verdict } from './verdict';
import { defaultWebhookSettings } from './webhook.settings';
import { webhookEntities } from './webhooks.module';

const RESULT: AttemptResult = {
  startedAt: new Date(),
  durationMs: 5,
  status: 500,
  error: null,
  responseExcerpt: '',
  retryAfter: undefined,
};
const RETRY: Verdict = { kind: 'failed', retryInMs: 60_000, restMs: 0 };

describe('the queue of deliveries', () => {
  let store: TestDatabase;
  let database: Database;
  let queue: DeliveryQueue;
  let outcomes: DeliveryOutcomes;
  let deliveries: DeliveryRepository;
  const projectId = randomUUID();
  const settings = defaultWebhookSettings();

  beforeAll(async () => {
    store = await createTestDatabase();
    database = await connectDatabase({ url: store.url, schema: 'gateway', entities: webhookEntities, migrations });
    queue = new DeliveryQueue(database, settings);
    outcomes = new DeliveryOutcomes(database, settings);
    deliveries = new DeliveryRepository(database);
    await store.query("INSERT INTO gateway.project (id, organization_id, name) VALUES ($1, $1, 'test')", [projectId]);
  });
  beforeEach(() => store.query('TRUNCATE gateway.webhook_endpoint, gateway.webhook_delivery CASCADE'));
  afterAll(async () => {
    await database.onApplicationShutdown();
    await store.drop();
  });

  async function endpointWith(pending: number, failures = 0): Promise<string> {
    const [row] = await store.query<{ id: string }>(
      `INSERT INTO gateway.webhook_endpoint (project_id, url, description, event_types, consecutive_failures, failing_since)
       VALUES ($1, 'https://hooks.example.org/', '', '{*}', $2, CASE WHEN $2 > 0 THEN now() END) RETURNING id`,
      [projectId, failures],
    );
    const { id } = row as { id: string };
    await store.query(
      `INSERT INTO gateway.webhook_delivery (endpoint_id, project_id, event_id, event_type, position)
       SELECT $1, $2, uuidv7(), 'webhook.ping', n FROM generate_series(1, $3::int) n`,
      [id, projectId, pending],
    );
    return id;
  }

  const stateOf = async ({ id }: { id: string }): Promise<object | undefined> =>
    (
      await store.query<object>(
        'SELECT state, attempt, lease_until IS NOT NULL AS "isLeased" FROM gateway.webhook_delivery WHERE id = $1',
        [id],
      )
    )[0];

  it('has nothing to wait for when it is empty', async () => {
    expect(await queue.nextDueInMs()).toBeUndefined();
    expect(await queue.claim(10)).toEqual([]);
  });

  it('gives out up to four of each endpoint, however many ask at once', async () => {
    const [busy, other] = [await endpointWith(30), await endpointWith(2)];
    const others = Array.from({ length: 8 }, () => new DeliveryQueue(database, settings));
    const claimed = (await Promise.all(others.map((each) => each.claim(100)))).flat();
    const again = await queue.claim(100);
    const of = (endpointId: string): ClaimedDelivery[] =>
      [...claimed, ...again].filter((delivery) => delivery.endpointId === endpointId);
    expect([of(busy).length, of(other).length]).toEqual([4, 2]);
    expect(new Set(claimed.map(({ id }) => id)).size).toBe(claimed.length);
    // When the leases run out, should nobody have said what came of them.
    expect(await queue.nextDueInMs()).toBeGreaterThan(10_000);
  });

  it('gives out one at a time of an endpoint that fails, and after those of others', async () => {
    const failing = await endpointWith(5, 1);
    const healthy = await endpointWith(3);
    expect((await queue.claim(3)).map(({ endpointId }) => endpointId)).toEqual([healthy, healthy, healthy]);
    expect((await queue.claim(100)).map(({ endpointId }) => endpointId)).toEqual([failing]);
  });

  it('leaves an endpoint alone that is paused or disabled, and says when the pause is over', async () => {
    const [paused, disabled] = [await endpointWith(1), await endpointWith(1)];
    await store.query("UPDATE gateway.webhook_endpoint SET paused_until = now() + interval '60 s' WHERE id = $1", [
      paused,
    ]);
    await store.query(
      "UPDATE gateway.webhook_endpoint SET state = 'disabled', disabled_reason = 'test' WHERE id = $1",
      [disabled],
    );
    expect(await queue.claim(10)).toEqual([]);
    const dueInMs = await queue.nextDueInMs();
    expect(dueInMs).toBeGreaterThan(30_000);
    expect(dueInMs).toBeLessThanOrEqual(60_000);
  });

  it('gives a delivery out again when its lease has run out, and then does not hear the one before', async () => {
    await endpointWith(1);
    const [first] = (await queue.claim(1)) as [ClaimedDelivery];
    expect(await queue.claim(1)).toEqual([]);
    await store.query('UPDATE gateway.webhook_delivery SET lease_until = now(), next_attempt_at = now()');
    const [second] = (await queue.claim(1)) as [ClaimedDelivery];
    expect([first.attempt, second.attempt, second.id]).toEqual([1, 2, first.id]);
    await outcomes.record(first, RESULT, RETRY);
    expect(await stateOf(first)).toEqual({ state: 'pending', attempt: 2, isLeased: true });
  });

  it('takes the word of a late attempt that it got through', async () => {
    await endpointWith(1);
    const [first] = (await queue.claim(1)) as [ClaimedDelivery];
    await store.query('UPDATE gateway.webhook_delivery SET lease_until = now(), next_attempt_at = now()');
    const [second] = (await queue.claim(1)) as [ClaimedDelivery];
    await outcomes.record(first, { ...RESULT, status: 200 }, { kind: 'succeeded' });
    await outcomes.record(second, RESULT, RETRY);
    expect(await stateOf(first)).toEqual({ state: 'succeeded', attempt: 2, isLeased: false });
    expect((await deliveries.attempts(first.id)).map(({ number, status }) => [number, status])).toEqual([
      [1, 200],
      [2, 500],
    ]);
  });

  it('counts no attempt of the schedule for a fault of our own', async () => {
    await endpointWith(1);
    const [first] = (await queue.claim(1)) as [ClaimedDelivery];
    await queue.postpone(first, 0);
    const [second] = (await queue.claim(1)) as [ClaimedDelivery];
    expect([first.tries, second.tries, second.attempt]).toEqual([1, 1, 2]);
  });

  it('pauses an endpoint after five failures in a row, for longer with each further one, until it succeeds', async () => {
    const id = await endpointWith(10);
    const pauses: number[] = [];
    for (let n = 1; n <= 7; n++) {
      const [delivery] = (await queue.claim(1)) as [ClaimedDelivery];
      await outcomes.record(delivery, RESULT, RETRY);
      const [row] = await store.query<{ seconds: number }>(
        `UPDATE gateway.webhook_endpoint e SET paused_until = NULL FROM gateway.webhook_endpoint old
          WHERE e.id = $1 AND old.id = e.id
         RETURNING coalesce(round(extract(epoch FROM old.paused_until - old.failing_since))::int, 0) AS seconds`,
        [id],
      );
      pauses.push(row?.seconds ?? NaN);
    }
    expect(pauses.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect([pauses[4], pauses[5], pauses[6]].map((seconds) => Math.floor((seconds ?? 0) / 30))).toEqual([1, 2, 4]);
    const [delivery] = (await queue.claim(1)) as [ClaimedDelivery];
    await outcomes.record(delivery, { ...RESULT, status: 200 }, { kind: 'succeeded' });
    expect(
      await store.query(
        'SELECT consecutive_failures AS failures, failing_since, paused_until FROM gateway.webhook_endpoint',
      ),
    ).toEqual([{ failures: 0, failing_since: null, paused_until: null }]);
  });

  it('looks at no delivery that is finished, however many there are', async () => {
    const id = await endpointWith(3);
    await store.query(
      `INSERT INTO gateway.webhook_delivery (endpoint_id, project_id, event_id, event_type, position, state, finished_at)
       SELECT $1, $2, uuidv7(), 'webhook.ping', n, 'succeeded', now() FROM generate_series(1, 20000) n`,
      [id, projectId],
    );
    await store.query('ANALYZE gateway.webhook_delivery');
    // One session, so that what it has read is told before we look.
    const session = await connectDatabase({ url: store.url, schema: 'gateway', entities: [], migrations, poolSize: 1 });
    const single = new DeliveryQueue(session, settings);
    const readBefore = await rowsRead(session);
    expect(await single.claim(10)).toHaveLength(3);
    expect(await single.nextDueInMs()).toBeGreaterThan(0);
    const read = (await rowsRead(session)) - readBefore;
    await session.onApplicationShutdown();
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(200);
  });

  it('replays the events of a time that the endpoint wants, once each', async () => {
    const id = await endpointWith(0);
    const since = new Date(Date.now() - 60_000).toISOString();
    const until = new Date(Date.now() + 60_000).toISOString();
    await database.transaction(async (tx) => {
      const record = `SELECT ops.record_event('webhook_endpoint.disabled', $1, 'webhook-endpoint', $2, '{}', 'r', NULL)`;
      for (const resourceId of [id, randomUUID()]) await tx.query(record, [projectId, resourceId]);
      await tx.query('SELECT ops.sequence_events(10)');
    });
    const replay = (from: string, to: string): Promise<number> =>
      database.transaction((tx) => deliveries.replay(tx, id, projectId, { from, to }, 100));
    expect(
      await database.transaction((tx) => deliveries.countEvents(tx, id, projectId, { from: since, to: until }, 9)),
    ).toBe(2);
    expect(await replay(since, until)).toBe(2);
    const [first] = (await queue.claim(1)) as [ClaimedDelivery];
    // The one that is being attempted is left alone.
    expect(await replay(since, until)).toBe(1);
    await outcomes.record(first, { ...RESULT, status: 200 }, { kind: 'succeeded' });
    expect(await replay(since, until)).toBe(2);
    expect(await replay(until, '2999-01-01T00:00:00Z')).toBe(0);
    expect(await replay('2020-01-01T00:00:00Z', since)).toBe(0);
  });

  it('forgets what ended long ago, and nothing else', async () => {
    await endpointWith(3);
    await store.query(
      `UPDATE gateway.webhook_delivery SET state = 'succeeded', finished_at = now() - make_interval(days => position::int * 15)
        WHERE position < 3`,
    );
    await store.query("UPDATE gateway.webhook_delivery SET created_at = now() - interval '90 days'");
    expect(await deliveries.purge(30, 100)).toBe(1);
    const left = await store.query('SELECT position FROM gateway.webhook_delivery ORDER BY 1');
    expect(left).toEqual([{ position: '1' }, { position: '3' }]);
  });
});

/** How many rows of deliveries were read so far, by whatever plan. */
async function rowsRead(session: Database): Promise<number> {
  await session.query('SELECT pg_stat_force_next_flush()');
  const [row] = await session.query<{ rows: number }>(
    `SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 AS rows FROM pg_stat_user_tables
      WHERE schemaname = 'gateway' AND relname = 'webhook_delivery'`,
  );
  return row?.rows ?? NaN;
}
