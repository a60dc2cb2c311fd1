import { type Stack, until } from '@isthmus/testing';
import { type Received, type Receiver, startReceiver, verify } from '../../fixtures/webhooks/receiver';
import { startWebhookStack, type Webhook, WebhookClient } from '../../fixtures/webhooks/webhooks';

/** 24. Standard Webhooks: id, timestamp and signature in the headers, verified by the stock library. */
describe('a webhook is signed as Standard Webhooks 1.0 has it', () => {
  let stack: Stack;
  let webhooks: WebhookClient;
  let receiver: Receiver;
  let endpoint: Webhook;

  beforeAll(async () => {
    [stack, receiver] = await Promise.all([startWebhookStack(), startReceiver()]);
    webhooks = new WebhookClient(stack);
    endpoint = await webhooks.create(receiver.url, ['operation.*']);
  });
  afterAll(async () => {
    await receiver.stop();
    await stack.stop();
  });

  const networkEvent = async (name: string): Promise<Received> => {
    const { networkId } = await webhooks.makeNetwork(name);
    return until('the event arrives', () => receiver.about(networkId)[0]);
  };

  it('tells of an operation what the feed tells, under the id of the event', async () => {
    const { operationId, networkId } = await webhooks.makeNetwork('signed');
    const { headers, body, event } = await until('the event arrives', () => receiver.about(networkId)[0]);
    expect(verify(endpoint.secret, { headers, body })).toEqual(event);
    expect(headers).toMatchObject({ 'webhook-id': event.id, 'content-type': 'application/json' });
    expect(event).toMatchObject({
      type: 'operation.succeeded',
      projectId: stack.credentials.projectId,
      resource: { type: 'private-network', id: networkId },
      data: { id: operationId, state: 'success' },
    });
    const fromFeed = await webhooks.api.send('GET', `/v1/events/${event.id}`);
    expect(fromFeed.body).toEqual(event);
  });

  it('is refused by the library when anything about it was changed', async () => {
    const { headers, body } = await networkEvent('forged');
    const forge = (change: object): unknown => verify(endpoint.secret, { headers: { ...headers, ...change }, body });
    expect(() => forge({})).not.toThrow();
    expect(() => forge({ 'webhook-id': 'other' })).toThrow('No matching signature');
    expect(() => forge({ 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) })).toThrow();
    expect(() => verify(endpoint.secret, { headers, body: body.replace('success', 'failure') })).toThrow();
    expect(() => verify(`whsec_${Buffer.alloc(32).toString('base64')}`, { headers, body })).toThrow();
  });

  it('keeps its id and its body over all attempts', async () => {
    receiver.behave((response, n) => response.writeHead(n % 3 === 2 ? 200 : 500).end());
    receiver.received.length = 0;
    const eventId = await webhooks.ping(endpoint.id);
    await webhooks.delivered(endpoint.id, eventId, 'succeeded');
    const attempts = receiver.of(eventId);
    receiver.behave(204);
    expect(attempts).toHaveLength(3);
    for (const attempt of attempts) verify(endpoint.secret, attempt);
    expect(new Set(attempts.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([eventId]));
    expect(new Set(attempts.map(({ body }) => body)).size).toBe(1);
  });

  // The part of behaviour 32 that concerns webhooks.
  it('holds no secret, and is at most 20 kB', async () => {
    const { body } = await networkEvent('x'.repeat(255));
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
    for (const secret of [stack.credentials.secretKey, endpoint.secret]) expect(body).not.toContain(secret);
    expect(body).not.toMatch(/secret|password|psk/i);
  });
});
