import { type Stack, until } from '@isthmus/testing';
import { type Receiver, startReceiver } from '../../fixtures/webhooks/receiver';
import { startWebhookStack, type Webhook, WebhookClient } from '../../fixtures/webhooks/webhooks';

const ATTEMPTS = 6;

/** 27. Attempts follow the schedule until one succeeds or it is through. */
describe('the attempts at a delivery', () => {
  let stack: Stack;
  let webhooks: WebhookClient;
  const receivers: Receiver[] = [];

  beforeAll(async () => {
    stack = await startWebhookStack();
    webhooks = new WebhookClient(stack);
  });
  afterEach(() => Promise.all(receivers.splice(0).map((receiver) => receiver.stop())));
  afterAll(() => stack.stop());

  async function endpointOf(
    ...start: Parameters<typeof startReceiver>
  ): Promise<{ receiver: Receiver; endpoint: Webhook }> {
    const receiver = await startReceiver(...start);
    receivers.push(receiver);
    return { receiver, endpoint: await webhooks.create(receiver.url, ['peering.*']) };
  }

  it.each([200, 201, 204, 299])('end with the first answer of 2xx: %d', async (status) => {
    const { receiver, endpoint } = await endpointOf((response, n) => response.writeHead(n < 2 ? 503 : status).end());
    const eventId = await webhooks.ping(endpoint.id);
    const { attemptLog } = await webhooks.delivered(endpoint.id, eventId, 'succeeded');
    expect(attemptLog.map(({ number, status: answer }) => [number, answer])).toEqual([
      [1, 503],
      [2, 503],
      [3, status],
    ]);
    expect(receiver.received).toHaveLength(3);
    expect(await webhooks.get(endpoint.id)).toMatchObject({ consecutiveFailures: 0, pausedUntil: null });
  });

  it.each([400, 404, 500])('are given up after the last one of the schedule: %d', async (status) => {
    const { receiver, endpoint } = await endpointOf(status);
    const eventId = await webhooks.ping(endpoint.id);
    const { attempts, attemptLog } = await webhooks.delivered(endpoint.id, eventId, 'exhausted');
    expect(attempts).toBe(ATTEMPTS);
    expect(attemptLog.map((attempt) => attempt.status)).toEqual(Array<number>(ATTEMPTS).fill(status));
    expect(receiver.of(eventId)).toHaveLength(ATTEMPTS);
  });

  it('are as many when nobody listens, and tell that', async () => {
    const { receiver, endpoint } = await endpointOf();
    await receiver.stop();
    receivers.length = 0;
    const eventId = await webhooks.ping(endpoint.id);
    const { attemptLog } = await webhooks.delivered(endpoint.id, eventId, 'exhausted');
    expect(new Set(attemptLog.map(({ status, error }) => `${status} ${error}`))).toEqual(
      new Set(['null The connection was refused.']),
    );
  });

  it.each([301, 302, 307, 308])('do not follow a redirect: %d fails', async (status) => {
    const inner = await startReceiver();
    receivers.push(inner);
    const { receiver, endpoint } = await endpointOf((response) =>
      response.writeHead(status, { location: inner.url }).end(),
    );
    const eventId = await webhooks.ping(endpoint.id);
    const { attemptLog } = await webhooks.delivered(endpoint.id, eventId, 'exhausted');
    expect(attemptLog[0]).toMatchObject({ status, error: 'Redirects are not followed.' });
    expect([receiver.received.length, inner.received.length]).toEqual([ATTEMPTS, 0]);
  });

  it('end with 410, which disables the endpoint and tells its owner', async () => {
    const { receiver, endpoint } = await endpointOf(410);
    const eventId = await webhooks.ping(endpoint.id);
    await webhooks.delivered(endpoint.id, eventId, 'discarded');
    expect(receiver.received).toHaveLength(1);
    const { state, disabledReason } = await webhooks.get(endpoint.id);
    expect([state, disabledReason]).toEqual(['disabled', expect.stringContaining('410 Gone')]);
    const told = await until('the event is in the feed', async () => {
      const { body } = await webhooks.api.send<{ items: { data: object }[] }>(
        'GET',
        `/v1/events?type=webhook_endpoint.disabled&resourceId=${endpoint.id}`,
      );
      return body.items[0];
    });
    expect(told.data).toMatchObject({ reason: disabledReason, consecutiveFailures: 1 });
  });

  it.each([429, 503])('wait as long as %d asks in Retry-After, and so does the endpoint', async (status) => {
    const { receiver, endpoint } = await endpointOf((response) =>
      response.writeHead(status, { 'retry-after': '3600' }).end(),
    );
    const eventId = await webhooks.ping(endpoint.id);
    const waiting = await until('the first attempt is over', async () => {
      // The pause is written with the outcome of the attempt: a delivery that is read after it has both.
      const { pausedUntil } = await webhooks.get(endpoint.id);
      const [delivery] = await webhooks.deliveries(endpoint.id, `?eventId=${eventId}`);
      return pausedUntil && delivery?.attempts === 1 ? { ...delivery, pausedUntil } : undefined;
    });
    const [row] = await stack.database.query<{ delivery: number; endpoint: number }>(
      `SELECT extract(epoch FROM $1::timestamptz - now())::int AS delivery,
              extract(epoch FROM $2::timestamptz - now())::int AS endpoint`,
      [waiting.nextAttemptAt, waiting.pausedUntil],
    );
    for (const seconds of [row?.delivery, row?.endpoint]) {
      expect(seconds).toBeGreaterThan(3_500);
      expect(seconds).toBeLessThanOrEqual(3_600);
    }
    expect(receiver.received).toHaveLength(1);
  });

  it('take no longer than the timeout, be it silence or an answer without end', async () => {
    const { endpoint } = await endpointOf((response, n) => {
      if (n === 0) return;
      if (n === 1) response.writeHead(200).write('and so on');
      else response.writeHead(200).end();
    });
    const eventId = await webhooks.ping(endpoint.id);
    const { attemptLog } = await webhooks.delivered(endpoint.id, eventId, 'succeeded');
    expect(attemptLog.map(({ status, error }) => [status, error])).toEqual([
      [null, 'No answer within 2000 ms.'],
      [null, 'No answer within 2000 ms.'],
      [200, null],
    ]);
  });

  it('read a huge answer only in part, and go by its status', async () => {
    const { endpoint } = await endpointOf((response) => response.writeHead(200).end('x'.repeat(5_000_000)));
    const eventId = await webhooks.ping(endpoint.id);
    const { attemptLog } = await webhooks.delivered(endpoint.id, eventId, 'succeeded');
    expect(attemptLog).toHaveLength(1);
    expect(attemptLog[0]?.responseExcerpt).toBe('x'.repeat(1_000));
  });

  it('are made again by another gateway, under the same id, when one dies in the midst of one', async () => {
    const { receiver, endpoint } = await endpointOf(() => undefined);
    const eventId = await webhooks.ping(endpoint.id);
    await until('an attempt is under way', () => receiver.of(eventId).length > 0);
    // Both gateways but the one that is started now: whichever had it is among them.
    const [first, second] = stack.processes('api-gateway');
    await Promise.all([first?.signal('SIGKILL'), second?.signal('SIGKILL')]);
    const before = receiver.of(eventId).length;
    receiver.behave(204);
    const heir = await stack.start('api-gateway');
    stack.urls.splice(0, stack.urls.length, heir.ready.url as string);
    webhooks = new WebhookClient(stack);
    const { attempts } = await webhooks.delivered(endpoint.id, eventId, 'succeeded');
    const received = receiver.of(eventId);
    expect(received.length).toBeGreaterThan(before);
    expect(attempts).toBeGreaterThan(1);
    expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([eventId]));
  });
});
