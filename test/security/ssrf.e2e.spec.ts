import { type Stack, startStack } from '@isthmus/testing';
import { WebhookClient } from '../fixtures/webhooks/webhooks';

/** As installed: nothing but public addresses by https. What is refused and why is tabled beside the code. */
describe('a webhook endpoint that leads inside', () => {
  let stack: Stack;
  let webhooks: WebhookClient;

  beforeAll(async () => {
    stack = await startStack({ env: { WEBHOOK_RETRY_SCHEDULE: '0' } });
    webhooks = new WebhookClient(stack);
  });
  afterAll(() => stack.stop());

  const stored = (): Promise<{ url: string }[]> => stack.database.query('SELECT url FROM gateway.webhook_endpoint');

  it.each([
    'http://93.184.216.34/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://user:pw@93.184.216.34/',
    'https://93.184.216.34:6379/',
    'https://93.184.216.34./',
    'gopher://93.184.216.34/',
    'file:///etc/passwd',
    'https://①⑥⑨.254.169.254/',
    '',
  ])('is refused with the reason, and not stored: %p', async (url) => {
    const { status, body } = await webhooks.api.send('POST', '/v1/webhooks', { url });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid-argument', violations: [{ field: 'url' }] });
    expect(await stored()).toEqual([]);
  });

  it('is refused as a change too, and not sent to if it got there all the same', async () => {
    const { id } = await webhooks.create('https://93.184.216.34/');
    const { status } = await webhooks.api.send('PATCH', `/v1/webhooks/${id}`, { url: 'https://192.168.0.1/' });
    expect(status).toBe(400);
    expect(await stored()).toEqual([{ url: 'https://93.184.216.34/' }]);
    // As if the rules had become stricter since, or the name led elsewhere now.
    await stack.database.query('UPDATE gateway.webhook_endpoint SET url = $1 WHERE id = $2', [
      `${stack.url}/healthz`,
      id,
    ]);
    const { attemptLog } = await webhooks.delivered(id, await webhooks.ping(id), 'exhausted');
    expect(attemptLog).toMatchObject([{ status: null, error: 'The URL must begin with https://.' }]);
    await stack.database.query("UPDATE gateway.webhook_endpoint SET url = 'https://127.0.0.1:8080/' WHERE id = $1", [
      id,
    ]);
    const again = await webhooks.delivered(id, await webhooks.ping(id), 'exhausted');
    expect(again.attemptLog).toMatchObject([
      { status: null, error: 'The host has an address that is not sent to: loopback.' },
    ]);
  });
});
