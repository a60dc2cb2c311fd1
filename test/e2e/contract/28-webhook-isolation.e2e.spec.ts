import { type Stack, until } from '@isthmus/testing';
import { type Receiver, startReceiver } from '../../fixtures/webhooks/receiver';
import { startWebhookStack, type Webhook, WebhookClient } from '../../fixtures/webhooks/webhooks';

const NETWORKS = 12;
const PLACES = 2;

/** 28. An endpoint that is dead or slow delays no other one, and no operation. */
describe('a webhook endpoint that hangs', () => {
  let stack: Stack;
  let webhooks: WebhookClient;
  let hanging: Receiver;
  let healthy: Receiver;
  let dead: Webhook;
  let slow: Webhook;
  let well: Webhook;

  beforeAll(async () => {
    // It hangs for longer than the test lasts.
    const env = { WEBHOOK_TIMEOUT: '10m', WEBHOOK_ENDPOINT_CONCURRENCY: String(PLACES), WEBHOOK_CONCURRENCY: '8' };
    [stack, hanging, healthy] = await Promise.all([
      startWebhookStack(env),
      startReceiver(() => undefined),
      startReceiver(),
    ]);
    webhooks = new WebhookClient(stack);
    const nobody = await startReceiver();
    await nobody.stop();
    dead = await webhooks.create(nobody.url);
    slow = await webhooks.create(hanging.url);
    well = await webhooks.create(healthy.url);
  });
  afterAll(async () => {
    await hanging.stop();
    await stack.stop();
    await healthy.stop();
  });

  it('keeps no event from others, each of which comes once, and no operation from its end', async () => {
    const made = await Promise.all(Array.from({ length: NETWORKS }, (_, n) => webhooks.makeNetwork(`isolated-${n}`)));
    for (const { operationId, networkId } of made) {
      const [only] = await until('the event arrives', () => {
        const about = healthy.about(networkId);
        return about.length > 0 ? about : undefined;
      });
      expect(only?.event.data).toMatchObject({ id: operationId, state: 'success' });
    }
    const delivered = await until('all are noted as delivered', async () => {
      const found = await webhooks.deliveries(well.id, '?state=succeeded');
      return found.length >= NETWORKS ? found : undefined;
    });
    expect(new Set(delivered.map(({ attempts }) => attempts))).toEqual(new Set([1]));
    expect(healthy.received).toHaveLength(NETWORKS);
  });

  it('is attempted by all gateways together at most as often at once as it may', async () => {
    await until('it is attempted', () => hanging.received.length > 0);
    expect(hanging.received.length).toBeLessThanOrEqual(PLACES);
    const [row] = await stack.database.query<{ inFlight: number; pending: number }>(
      `SELECT count(*) FILTER (WHERE lease_until > now())::int AS "inFlight", count(*)::int AS pending
         FROM gateway.webhook_delivery WHERE endpoint_id = $1 AND state = 'pending'`,
      [slow.id],
    );
    expect(row).toEqual({ inFlight: PLACES, pending: NETWORKS });
  });

  it('is seen by its owner, as is one where nobody listens', async () => {
    expect(await webhooks.deliveries(slow.id, '?state=pending')).toHaveLength(NETWORKS);
    const { consecutiveFailures, pausedUntil } = await until('the dead one is paused', async () => {
      const endpoint = await webhooks.get(dead.id);
      return endpoint.pausedUntil ? endpoint : undefined;
    });
    expect(consecutiveFailures).toBeGreaterThanOrEqual(5);
    expect(pausedUntil).not.toBeNull();
  });
});
