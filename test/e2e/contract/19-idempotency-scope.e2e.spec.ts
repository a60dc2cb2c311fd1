import { hash, randomUUID } from 'node:crypto';
import { startStack, type Stack, until } from '@isthmus/testing';
import { type KeyedHttp, keyedHttp, type KeyedRequest, resourcesIn } from './keyed-http';

const CREATE = { method: 'POST', path: '/v2/private-network' };

/** One key, one request: what a key is unique in, and what it is not remembered for. */
describe('19 scope of an Idempotency-Key', () => {
  let stack: Stack;
  let send: KeyedHttp;

  beforeAll(async () => {
    stack = await startStack({
      hasVpn: true,
      gateways: 2,
      env: { FABRIC_LATENCY_MS: '100', SETTLE_WINDOW_MS: '5000' },
    });
    send = keyedHttp(stack);
  });
  afterAll(() => stack.stop());

  it.each([
    ['POST', '/v2/private-network', { name: 'a' }, { message: expect.stringContaining('Idempotency-Key') }],
    ['POST', '/vpc/v2/regions/fr-par/vpcs', { name: 'a' }, { type: 'idempotency_key_reused' }],
    ['POST', '/1.3/router', { router: { name: 'a' } }, { error: { error_code: 'IDEMPOTENCY_KEY_REUSED' } }],
    [
      'POST',
      '/v5/PROJECT/customer-gateways',
      { customer_gateway: { id_value: '198.51.100.9' } },
      { error_code: 'VPN.0001', request_id: expect.any(String) },
    ],
  ])('%s %s: another request with the key is 422, whichever part differs', async (method, path, body, refusal) => {
    const first = { method, path: path.replace('PROJECT', stack.credentials.projectId), body, key: randomUUID() };
    expect((await send(first)).status).toBeLessThan(300);
    const before = await resourcesIn(stack);
    for (const other of [
      { ...first, body: { ...body, more: 1 } },
      { ...first, path: `${first.path}?page=2` },
    ]) {
      const answer = await send({ ...other, url: stack.urls[1] });
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([422, refusal]);
    }
    expect(await resourcesIn(stack)).toEqual(before);
  });

  it('refuses a request that is still being admitted, and says when to come again', async () => {
    const request = { ...CREATE, body: { name: 'slow' }, key: randomUUID() };
    const first = send(request);
    await until('it is admitted', async () => {
      const sql = 'SELECT FROM gateway.idempotency_key WHERE key = $1';
      return (await stack.database.query(sql, [request.key])).length === 1;
    });
    for (const url of stack.urls) {
      const answer = await send({ ...request, url });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, '1']);
    }
    const { status, text } = await first;
    expect([status, (await send(request)).text]).toEqual([200, text]);
  });

  it('is per route and per principal', async () => {
    const key = randomUUID();
    const operations = new Set<string | null>();
    const secret = await secondKeyOf(stack);
    const requests: KeyedRequest[] = [
      CREATE,
      { ...CREATE, path: '/zone/ch-gva-2/v2/private-network' },
      { ...CREATE, headers: { 'x-auth-token': secret } },
    ];
    for (const request of requests) {
      const answer = await send({ ...request, body: { name: 'scoped' }, key });
      expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([200, null]);
      operations.add(answer.headers.get('operation-id'));
    }
    expect(operations.size).toBe(3);
  });

  it('is kept for a day', async () => {
    const request = { ...CREATE, body: { name: 'kept' }, key: randomUUID() };
    const { text } = await send(request);
    await stack.database.query(
      "UPDATE gateway.idempotency_key SET admitted_at = now() - interval '24 hours' WHERE key = $1",
      [request.key],
    );
    await stack.start('api-gateway');
    expect((await send(request)).text).toBe(text);
  });

  it('remembers no failure before the commit', async () => {
    const key = randomUUID();
    const bad = { ...CREATE, body: { name: '' }, key };
    for (let attempt = 0; attempt < 2; attempt++) {
      const refused = await send(bad);
      expect([refused.status, refused.headers.get('idempotent-replayed')]).toEqual([400, null]);
    }
    expect(await send({ ...bad, body: { name: 'right' } })).toMatchObject({ status: 200 });

    const remove = { method: 'DELETE', path: `${CREATE.path}/${randomUUID()}`, key };
    expect((await send(remove)).status).toBe(404);
    const { headers } = await send({ ...remove, headers: { 'x-auth-token': randomUUID() } });
    expect(headers.get('idempotent-replayed')).toBeNull();
  });

  it('runs anew what was refused because of a state that has passed', async () => {
    const vpcs = '/vpc/v2/regions/fr-par/vpcs';
    const vpc = JSON.parse((await send({ method: 'POST', path: vpcs, body: { name: 'full' } })).text);
    const networks = '/vpc/v2/regions/fr-par/private-networks';
    const network = JSON.parse(
      (await send({ method: 'POST', path: networks, body: { name: 'in it', vpc_id: vpc.id } })).text,
    );
    const remove = { method: 'DELETE', path: `${vpcs}/${vpc.id}`, key: randomUUID() };
    expect((await send(remove)).status).toBe(412);
    expect((await send({ method: 'DELETE', path: `${networks}/${network.id}` })).status).toBe(204);
    expect((await send(remove)).status).toBe(204);
    expect((await send(remove)).headers.get('idempotent-replayed')).toBe('true');
  });

  it.each([
    ['/v2/private-network', { message: expect.stringContaining('Idempotency-Key must be') }],
    ['/vpc/v2/regions/fr-par/vpcs', { details: [expect.objectContaining({ argument_name: 'Idempotency-Key' })] }],
    ['/1.3/router', { error: { error_code: 'IDEMPOTENCY_KEY_INVALID' } }],
    ['/v5/PROJECT/customer-gateways', { error_msg: expect.stringContaining('Idempotency-Key must be') }],
  ])('%s refuses a key that is empty, too long or not ASCII, in its own words', async (path, body) => {
    for (const key of ['', 'k'.repeat(256), 'clé']) {
      const request = { method: 'POST', path: path.replace('PROJECT', stack.credentials.projectId), body: {}, key };
      const answer = await send(request);
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, body]);
    }
  });

  it('takes the longest key', async () => {
    expect((await send({ ...CREATE, body: { name: 'l' }, key: '~'.repeat(255) })).status).toBe(200);
  });
});

/** Another key of the same project; its secret. */
async function secondKeyOf({ database, credentials }: Stack): Promise<string> {
  const secret = randomUUID();
  await database.query(
    `INSERT INTO gateway.api_key (access_key, name, project_id, secret_sha256, secret_sealed, master_key_id, scope)
     VALUES ('SCW22222222222222222', 'second', $1, $2, '', '', 'write')`,
    [credentials.projectId, Buffer.from(hash('sha256', secret, 'hex'), 'hex')],
  );
  return secret;
}
