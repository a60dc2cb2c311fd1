import { randomUUID } from 'node:crypto';
import { type Stack, until } from '@isthmus/testing';
import { type Receiver, startReceiver, verify } from '../../fixtures/webhooks/receiver';
import { startWebhookStack, type Webhook, WebhookClient } from '../../fixtures/webhooks/webhooks';

/** 29. Deliveries can be looked at and made again; what fails for days is disabled, visibly. */
describe('webhook deliveries', () => {
  let stack: Stack;
  let webhooks: WebhookClient;
  let receiver: Receiver;

  beforeAll(async () => {
    [stack, receiver] = await Promise.all([startWebhookStack({ WEBHOOK_DISABLE_AFTER: '5d' }), startReceiver()]);
    webhooks = new WebhookClient(stack);
  });
  beforeEach(() => {
    receiver.behave(204);
    receiver.received.length = 0;
  });
  afterEach(async () => {
    const { items } = await webhooks.send<{ items: Webhook[] }>('GET', '', 200);
    await Promise.all(items.map(({ id }) => webhooks.send('DELETE', `/${id}`, 204)));
  });
  afterAll(async () => {
    await receiver.stop();
    await stack.stop();
  });

  it('are listed, the newest first, by page, state and type', async () => {
    const endpoint = await webhooks.create(receiver.url);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const eventId = await webhooks.ping(endpoint.id);
      await webhooks.delivered(endpoint.id, eventId, 'succeeded');
      ids.unshift(eventId);
    }
    const { networkId } = await webhooks.makeNetwork('listed');
    await until('the event arrives', () => receiver.about(networkId)[0]);
    const pings = await webhooks.deliveries(endpoint.id, '?eventType=webhook.ping');
    expect(pings.map(({ eventId }) => eventId)).toEqual(ids);
    expect(await webhooks.deliveries(endpoint.id, '?eventType=operation.succeeded')).toHaveLength(1);
    expect(await webhooks.deliveries(endpoint.id, '?state=exhausted')).toEqual([]);

    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      type Page = { items: { eventId: string }[]; next: string | null };
      const query: string = `?eventType=webhook.ping&limit=2${cursor && `&cursor=${cursor}`}`;
      const page: Page = await webhooks.send<Page>('GET', `/${endpoint.id}/deliveries${query}`, 200);
      paged.push(...page.items.map(({ eventId }) => eventId));
      cursor = page.next;
    }
    expect(paged).toEqual(ids);
    for (const query of ['?limit=0', '?limit=1001', '?cursor=x', '?state=lost', '?eventType=operation.begun']) {
      await webhooks.send('GET', `/${endpoint.id}/deliveries${query}`, 400);
    }
  });

  it('are shown with what came back, cut and without what looks like a secret', async () => {
    const endpoint = await webhooks.create(receiver.url);
    receiver.behave((response, n) => {
      if (n > 0) return response.writeHead(200).end();
      response
        .writeHead(500)
        .end(`{"password":"hunter2","you sent":"${endpoint.secret}","pad":"${'x'.repeat(5_000)}"}`);
    });
    const { attemptLog } = await webhooks.delivered(endpoint.id, await webhooks.ping(endpoint.id), 'succeeded');
    expect(attemptLog.map(({ number, status }) => [number, status])).toEqual([
      [1, 500],
      [2, 200],
    ]);
    const excerpt = attemptLog[0]?.responseExcerpt ?? '';
    expect(excerpt).toMatch(/^\{"password":\[redacted\],"you sent":"\[redacted\]/);
    expect(excerpt).toHaveLength(1_000);
    const stored = await stack.database.query('SELECT a::text AS row FROM gateway.webhook_attempt a');
    expect(JSON.stringify(stored)).not.toMatch(/hunter2|whsec_/);
  });

  it('are made again when their owner asks, under the same id, whatever came of them', async () => {
    const endpoint = await webhooks.create(receiver.url);
    const eventId = await webhooks.ping(endpoint.id);
    const { id } = await webhooks.delivered(endpoint.id, eventId, 'succeeded');
    await webhooks.send('POST', `/${endpoint.id}/deliveries/${id}:resend`, 202);
    await until('it arrives again', () => receiver.of(eventId).length === 2);
    for (const message of receiver.of(eventId)) verify(endpoint.secret, message);

    receiver.behave(500);
    const failing = await webhooks.ping(endpoint.id);
    const exhausted = await webhooks.delivered(endpoint.id, failing, 'exhausted');
    receiver.behave(204);
    await webhooks.send('POST', `/${endpoint.id}/deliveries/${exhausted.id}:resend`, 202);
    const { attempts } = await webhooks.delivered(endpoint.id, failing, 'succeeded');
    expect(attempts).toBe(exhausted.attempts + 1);
  });

  it('are replayed by time, also those from before the endpoint was made, and only of the types it wants', async () => {
    const from = new Date().toISOString();
    const { networkId } = await webhooks.makeNetwork('replayed');
    const witness = await webhooks.create(receiver.url);
    const deaf = await webhooks.create(receiver.url, ['vpn_gateway.*']);
    await webhooks.ping(witness.id);
    const range = { from, to: new Date(Date.now() + 60_000).toISOString() };
    await until('the event is in the feed', async () => {
      const { body } = await webhooks.api.send<{ items: unknown[] }>('GET', `/v1/events?resourceId=${networkId}`);
      return body.items.length > 0;
    });
    expect(await webhooks.send('POST', `/${witness.id}:replay`, 202, range)).toEqual({ queued: 1 });
    const { event } = await until('it arrives', () => receiver.about(networkId)[0]);
    await webhooks.delivered(witness.id, event.id, 'succeeded');
    // Once more: delivered or not makes no difference.
    expect(await webhooks.send('POST', `/${witness.id}:replay`, 202, range)).toEqual({ queued: 1 });
    await until('it arrives again', () => receiver.about(networkId).length === 2);
    expect(await webhooks.send('POST', `/${deaf.id}:replay`, 202, range)).toEqual({ queued: 0 });
    const before = { from: '2020-01-01T00:00:00Z', to: from };
    expect(await webhooks.send('POST', `/${deaf.id}:replay`, 202, before)).toEqual({ queued: 0 });
    await webhooks.send('POST', `/${witness.id}:replay`, 400, { from: range.to, to: range.from });
    await webhooks.send('POST', `/${witness.id}:replay`, 400, { from: 'yesterday', to: range.to });
  });

  it('of a ping go to that endpoint only, whatever types it wants', async () => {
    const narrow = await webhooks.create(receiver.url, ['vpn_gateway.failed_over']);
    const wide = await webhooks.create(receiver.url, ['*']);
    const eventId = await webhooks.ping(narrow.id);
    await webhooks.delivered(narrow.id, eventId, 'succeeded');
    expect(receiver.of(eventId).map(({ event }) => [event.type, event.resource.id])).toEqual([
      ['webhook.ping', narrow.id],
    ]);
    expect(await webhooks.deliveries(wide.id, `?eventId=${eventId}`)).toEqual([]);
  });

  it('end when an endpoint has failed for days: it is disabled, with a reason and an event for the others', async () => {
    const witness = await webhooks.create(receiver.url, ['webhook_endpoint.*']);
    const broken = await startReceiver(500);
    const endpoint = await webhooks.create(broken.url);
    const first = await webhooks.ping(endpoint.id);
    await webhooks.delivered(endpoint.id, first, 'exhausted');
    expect(await webhooks.get(endpoint.id)).toMatchObject({ state: 'enabled', disabledReason: null });
    await stack.database.query(
      "UPDATE gateway.webhook_endpoint SET failing_since = now() - interval '6 days' WHERE id = $1",
      [endpoint.id],
    );
    const last = await webhooks.ping(endpoint.id);
    await webhooks.delivered(endpoint.id, last, 'discarded');
    await broken.stop();
    const { state, disabledReason } = await webhooks.get(endpoint.id);
    expect([state, disabledReason]).toEqual(['disabled', expect.stringContaining('No delivery has succeeded since')]);
    const { event } = await until('the others are told', () => receiver.about(endpoint.id)[0]);
    expect(event).toMatchObject({
      type: 'webhook_endpoint.disabled',
      resource: { type: 'webhook-endpoint', id: endpoint.id },
      data: { reason: disabledReason },
    });
    expect(await webhooks.deliveries(witness.id)).toHaveLength(1);
    // It is left alone until it is enabled again.
    await webhooks.send('POST', `/${endpoint.id}:ping`, 409);
    const { networkId } = await webhooks.makeNetwork('missed');
    await webhooks.send('PATCH', `/${endpoint.id}`, 200, { state: 'enabled', url: receiver.url });
    const again = await webhooks.ping(endpoint.id);
    await webhooks.delivered(endpoint.id, again, 'succeeded');
    expect(receiver.about(networkId)).toEqual([]);
  });

  it('are there for their own project only', async () => {
    const endpoint = await webhooks.create(receiver.url);
    const { id } = await webhooks.delivered(endpoint.id, await webhooks.ping(endpoint.id), 'succeeded');
    await stack.database.query(
      "INSERT INTO gateway.project (id, organization_id, name) VALUES ($1, $1, 'other') ON CONFLICT DO NOTHING",
      [OTHER_PROJECT],
    );
    await stack.database.query('UPDATE gateway.webhook_endpoint SET project_id = $1 WHERE id = $2', [
      OTHER_PROJECT,
      endpoint.id,
    ]);
    const missing = randomUUID();
    const paths = (endpointId: string): [string, string][] => [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/secrets:rotate'],
      ['POST', ':ping'],
      ['POST', ':replay'],
      ['GET', '/deliveries'],
      ['GET', `/deliveries/${endpointId === missing ? missing : id}`],
      ['POST', `/deliveries/${endpointId === missing ? missing : id}:resend`],
    ];
    const range = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' };
    for (const endpointId of [endpoint.id, missing]) {
      for (const [method, path] of paths(endpointId)) {
        const answer = await webhooks.api.send(
          method,
          `/v1/webhooks/${endpointId}${path}`,
          method === 'GET' || method === 'DELETE' ? undefined : range,
        );
        expect([method, path, answer.status, answer.body.detail]).toEqual([
          method,
          path,
          404,
          `There is no webhook endpoint ${endpointId}.`,
        ]);
      }
    }
    expect((await webhooks.send<{ items: unknown[] }>('GET', '', 200)).items).toEqual([]);
  });
});

const OTHER_PROJECT = randomUUID();
