import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack, violations } from '@isthmus/testing';
import { ENDPOINT, type KeyedHttp, keyedHttp, LOCAL_WEBHOOKS, toldIn } from './keyed-http';

/** A retry that comes after its resource was deleted gets the first answer, and makes nothing. */
describe('20 a late retry', () => {
  let stack: Stack;
  let send: KeyedHttp;
  let client: ApiClient;

  beforeAll(async () => {
    stack = await startStack({ gateways: 2, env: LOCAL_WEBHOOKS });
    send = keyedHttp(stack);
    client = ApiClient.of(stack);
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    expect(await stack.database.query('SELECT FROM network.private_network')).toEqual([]);
    expect(await violations(stack.database)).toEqual([]);
  });

  /** Leaves what a gateway leaves behind that dies before it has written its answer down. */
  const loseAnswer = (key: string): Promise<unknown> =>
    stack.database.query(
      `UPDATE gateway.idempotency_key SET state = 'admitting', status = NULL, answer_sealed = NULL, master_key_id = NULL,
              finished_at = NULL, lease_until = now() WHERE key = $1`,
      [key],
    );
  const create = () => ({ method: 'POST', path: '/v2/private-network', body: { name: 'gone' }, key: randomUUID() });
  const referenceOf = (text: string): string => (JSON.parse(text) as { reference: { id: string } }).reference.id;

  it('of a create does not bring the resource back', async () => {
    const request = create();
    const first = await send(request);
    await client.succeed('DELETE', `/v2/private-network/${referenceOf(first.text)}`);
    for (const url of stack.urls) {
      const late = await send({ ...request, url });
      expect([toldIn(late), late.headers.get('idempotent-replayed')]).toEqual([toldIn(first), 'true']);
    }
  });

  it('of a create whose answer got lost tells the operation that made it', async () => {
    const request = create();
    const first = await send(request);
    await client.succeed('DELETE', `/v2/private-network/${referenceOf(first.text)}`);
    await loseAnswer(request.key);
    const late = await send({ ...request, url: stack.urls[1] });
    expect([late.status, JSON.parse(late.text)]).toEqual([200, JSON.parse(first.text)]);
  });

  it('of a create whose secret got lost tells it, and makes no second one', async () => {
    const request = { method: 'POST', path: '/v1/webhooks', body: ENDPOINT, key: randomUUID() };
    const first = await send(request);
    expect([first.status, first.text]).toEqual([201, expect.stringContaining('whsec_')]);
    await loseAnswer(request.key);
    const late = await send({ ...request, url: stack.urls[1] });
    expect([late.status, JSON.parse(late.text)]).toEqual([201, JSON.parse(first.text)]);
    expect(await stack.database.query('SELECT count(*)::int AS n FROM gateway.webhook_endpoint')).toEqual([{ n: 1 }]);
  });

  it('of a delete is answered as the delete was', async () => {
    const made = await client.succeed('POST', '/v2/private-network', { name: 'gone' });
    const remove = { method: 'DELETE', path: `/v2/private-network/${made.reference.id}`, key: randomUUID() };
    const first = await send(remove);
    await client.ended((JSON.parse(first.text) as { id: string }).id);
    expect((await send({ ...remove, key: randomUUID() })).status).toBe(404);
    expect(toldIn(await send(remove))).toEqual(toldIn(first));
  });
});
