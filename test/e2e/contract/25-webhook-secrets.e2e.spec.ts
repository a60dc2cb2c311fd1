import { type Stack, until } from '@isthmus/testing';
import { type Received, type Receiver, startReceiver, verify } from '../../fixtures/webhooks/receiver';
import { startWebhookStack, type Webhook, WebhookClient } from '../../fixtures/webhooks/webhooks';

/** 25. A secret per endpoint, shown once; after a rotation both sign for a while. */
describe('signing secrets', () => {
  let stack: Stack;
  let webhooks: WebhookClient;
  let receiver: Receiver;

  beforeAll(async () => {
    [stack, receiver] = await Promise.all([startWebhookStack(), startReceiver()]);
    webhooks = new WebhookClient(stack);
  });
  afterAll(async () => {
    await receiver.stop();
    await stack.stop();
  });

  const rotate = (id: string, body?: object): Promise<Webhook> =>
    webhooks.send<Webhook>('POST', `/${id}/secrets:rotate`, 200, body);

  const pinged = async (id: string): Promise<Received> => {
    const eventId = await webhooks.ping(id);
    return until('the ping arrives', () => receiver.of(eventId)[0]);
  };

  const signatures = ({ headers }: Received): string[] => String(headers['webhook-signature']).split(' ');

  it('are one per endpoint, shown once, and nowhere readable at rest', async () => {
    const [first, second] = [await webhooks.create(receiver.url), await webhooks.create(receiver.url)];
    for (const { secret } of [first, second]) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(first.secret).not.toBe(second.secret);
    const told = await Promise.all([
      webhooks.send('GET', `/${first.id}`, 200),
      webhooks.send('GET', '', 200),
      webhooks.send('PATCH', `/${first.id}`, 200, { description: 'changed' }),
    ]);
    expect(JSON.stringify(told)).not.toContain('whsec_');
    const stored = await stack.database.query(
      "SELECT s::text AS row, encode(s.sealed, 'escape') AS sealed FROM gateway.webhook_secret s",
    );
    expect(stored).toHaveLength(2);
    for (const { secret } of [first, second]) {
      expect(JSON.stringify(stored)).not.toContain(secret.slice('whsec_'.length));
      for (const gateway of stack.processes('api-gateway')) expect(gateway.output()).not.toContain(secret);
    }
  });

  it('sign both while they overlap, and only the new one afterwards', async () => {
    const endpoint = await webhooks.create(receiver.url);
    expect(signatures(await pinged(endpoint.id))).toHaveLength(1);
    const { secret } = await rotate(endpoint.id);
    expect(secret).not.toBe(endpoint.secret);
    const during = await pinged(endpoint.id);
    expect(signatures(during)).toHaveLength(2);
    verify(endpoint.secret, during);
    verify(secret, during);

    const [{ hours }] = (await stack.database.query<{ hours: number }>(
      `SELECT round(extract(epoch FROM expires_at - now()) / 3600)::int AS hours FROM gateway.webhook_secret
        WHERE endpoint_id = $1 AND expires_at IS NOT NULL`,
      [endpoint.id],
    )) as [{ hours: number }];
    expect(hours).toBe(24);
    await stack.database.query(
      'UPDATE gateway.webhook_secret SET expires_at = now() WHERE endpoint_id = $1 AND expires_at IS NOT NULL',
      [endpoint.id],
    );
    const afterwards = await pinged(endpoint.id);
    expect(signatures(afterwards)).toHaveLength(1);
    verify(secret, afterwards);
    expect(() => verify(endpoint.secret, afterwards)).toThrow('No matching signature');
  });

  it('are never more than two, and the old one goes at once when its owner says so', async () => {
    const endpoint = await webhooks.create(receiver.url);
    const second = await rotate(endpoint.id);
    const third = await rotate(endpoint.id);
    const message = await pinged(endpoint.id);
    expect(signatures(message)).toHaveLength(2);
    verify(second.secret, message);
    verify(third.secret, message);
    expect(() => verify(endpoint.secret, message)).toThrow('No matching signature');

    const fourth = await rotate(endpoint.id, { overlapSeconds: 0 });
    const after = await pinged(endpoint.id);
    expect(signatures(after)).toHaveLength(1);
    verify(fourth.secret, after);
  });

  it('are rotated one after the other, by however many at once', async () => {
    const endpoint = await webhooks.create(receiver.url);
    const rotated = await Promise.all(Array.from({ length: 6 }, () => rotate(endpoint.id)));
    const message = await pinged(endpoint.id);
    expect(signatures(message)).toHaveLength(2);
    const verifying = rotated.filter(({ secret }) => {
      try {
        verify(secret, message);
        return true;
      } catch {
        return false;
      }
    });
    expect(verifying).toHaveLength(2);
  });
});
