import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { ApiClient, type Stack, startStack, until, violations } from '@isthmus/testing';
import { FeedFollower, type FeedPage } from '../../fixtures/events/feed';
import type { ToldEvent } from '../../fixtures/events/told-event';

const CREATES = 60;

const INSERT = `
  INSERT INTO ops.event (type, project_id, resource_type, resource_id, payload)
  VALUES ('peering.state_changed', $1, 'peering', $2, '{}') RETURNING id`;

describe('30: the feed of events is caught up with without gaps', () => {
  let stack: Stack;
  let clients: [ApiClient, ApiClient];

  beforeAll(async () => {
    stack = await startStack({ gateways: 2, replicas: 2 });
    clients = [ApiClient.of(stack, 0), ApiClient.of(stack, 1)];
  });
  afterAll(() => stack.stop());

  const page = async (query: string): Promise<FeedPage> =>
    (await clients[0].send<FeedPage>('GET', `/v1/events?${query}`)).body;

  it('each reader sees every event once and in the same order while they are written', async () => {
    const followers = clients.map((client, n) => new FeedFollower(client, {}, n === 0 ? 3 : 50));
    const creates = Array.from({ length: CREATES }, (_, n) =>
      (clients[n % 2] as ApiClient).submit('POST', '/v2/private-network', { name: `feed-${n}` }),
    );
    const ids = Promise.all(creates).then((operations) => operations.map(({ id }) => id));
    await Promise.all(followers.map(async (follower) => follower.ended(await ids)));
    const [few, many] = followers.map(({ events }) => events) as [ToldEvent[], ToldEvent[]];
    expect(few).toEqual(many);
    expect(few.map(({ position }) => position)).toEqual(few.map((_, n) => n + 1));
    const rows = await stack.database.query<{ id: string }>('SELECT id FROM ops.event');
    expect(few.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort());
    expect(await violations(stack.database)).toEqual([]);
  });

  it('what is committed late comes behind what a reader has seen meanwhile', async () => {
    const late = new Client({ connectionString: stack.database.url });
    await late.connect();
    try {
      const { projectId } = stack.credentials;
      await late.query('BEGIN');
      const { rows } = await late.query<{ id: string }>(INSERT, [projectId, randomUUID()]);
      const follower = await new FeedFollower(clients[0]).skip();
      const quick = await clients[1].succeed('POST', '/v2/private-network', { name: 'quick' });
      const before = await follower.find('the quick one is told', ({ data }) => data.id === quick.id);
      await late.query('COMMIT');
      const after = await follower.find('the late one is told', ({ id }) => id === rows[0]?.id);
      expect(after.position).toBe(before.position + 1);
      // It was written before the other one.
      expect(Date.parse(after.timestamp)).toBeLessThan(Date.parse(before.timestamp));
    } finally {
      await late.end();
    }
  });

  it('events of one resource are counted', async () => {
    const { reference } = await clients[0].succeed('POST', '/v2/private-network', { name: 'counted' });
    for (const name of ['one', 'two']) {
      await clients[1].succeed('PUT', `/v2/private-network/${reference.id}`, {
        name,
        'start-ip': '10.0.0.2',
        'end-ip': '10.0.0.9',
        netmask: '255.255.255.0',
      });
    }
    const removed = await clients[0].succeed('DELETE', `/v2/private-network/${reference.id}`);
    const follower = new FeedFollower(clients[1], { resourceId: reference.id });
    await follower.find('its end is told', ({ data }) => data.id === removed.id);
    const { events } = follower;
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, n) => n + 1));
    expect(events.at(-1)?.data).toMatchObject({ kind: 'private-network.delete', state: 'success' });
    expect(events.length).toBeGreaterThanOrEqual(3);
    expect(events.filter(({ resource }) => resource.id !== reference.id)).toEqual([]);
  });

  it('`next` is there also at the end, and goes on from what was passed over', async () => {
    const { next } = await page('type=vpn_gateway.*');
    const all = new FeedFollower(clients[0]);
    await all.catchUp();
    expect(Number(next)).toBe(all.events.at(-1)?.position);
    expect(await page(`after=${next}`)).toEqual({ items: [], next });
    const { id } = await clients[0].succeed('POST', '/v2/private-network', { name: 'more' });
    const more = await until('there is more', async () => {
      const { items } = await page(`after=${next}`);
      return items.length > 0 ? items : undefined;
    });
    expect(more).toMatchObject([{ data: { id } }]);
  });

  it('nothing of other projects is told', async () => {
    const client = new Client({ connectionString: stack.database.url });
    await client.connect();
    const { rows } = await client.query<{ id: string }>(INSERT, [randomUUID(), randomUUID()]);
    await client.end();
    const foreign = rows[0]?.id as string;
    await until('it has its position', async () => {
      const told = await stack.database.query('SELECT FROM ops.event_feed WHERE event_id = $1', [foreign]);
      return told.length > 0;
    });
    const follower = new FeedFollower(clients[0]);
    await follower.catchUp();
    expect(follower.events.filter(({ id }) => id === foreign)).toEqual([]);
    const [hidden, missing] = await Promise.all(
      [foreign, randomUUID()].map((id) => clients[0].send('GET', `/v1/events/${id}`)),
    );
    expect([hidden?.status, hidden?.body.code]).toEqual([404, 'not-found']);
    expect(missing?.status).toBe(404);
  });

  it('a place that is not kept any more is 410, and one that never was is 400', async () => {
    const { next } = await page('limit=1');
    await stack.database.query(
      `UPDATE ops.event_feed SET created_at = now() - interval '31 days' WHERE position <= $1 + 5`,
      [next],
    );
    await stack.database.query(`SELECT ops.purge_feed(now() - interval '30 days', 1000)`);
    const gone = await clients[1].send('GET', `/v1/events?after=${next}`);
    expect([gone.status, gone.body.code]).toEqual([410, 'gone']);
    expect(await page('limit=1')).toMatchObject({ items: [{ position: Number(next) + 6 }] });
    for (const after of ['99999999', 'x', '-1']) {
      const refused = await clients[0].send('GET', `/v1/events?after=${after}`);
      expect([refused.status, refused.body]).toMatchObject([400, { violations: [{ field: 'after' }] }]);
    }
  });
});
