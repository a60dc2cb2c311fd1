import { ADMIN_PROJECT_ID, createTestGateway, type TestGateway } from '../gateway.fixture';
import { NETWORK_ID, OPERATION_ID } from '../views.fixture';

describe('the HTTP pipeline', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await createTestGateway();
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    gateway.calls.length = 0;
  });

  const PATHS = {
    exoscale: '/v2/private-network',
    scaleway: '/vpc/v2/regions/fr-par/private-networks',
    nics: `/instance/v1/zones/fr-par-1/servers/${NETWORK_ID}/private_nics`,
    upcloud: '/1.3/network',
    huawei: `/v5/${ADMIN_PROJECT_ID}/vpn/quotas`,
    native: `/v1/operations/${OPERATION_ID}`,
  };
  const basicOf = ({ accessKey, secret }: { accessKey: string; secret: string }): string =>
    `Basic ${Buffer.from(`${accessKey}:${secret}`).toString('base64')}`;
  const admin = (): Record<string, string> => ({ 'x-auth-token': gateway.keys.admin.secret });
  const json = { 'content-type': 'application/json' };

  describe('authentication', () => {
    it.each(Object.entries(PATHS))('accepts every scheme on the %s paths', async (_dialect, url) => {
      const { accessKey, secret } = gateway.keys.admin;
      const headers = [
        { 'x-auth-token': secret },
        { authorization: `Bearer ${secret}` },
        { authorization: basicOf({ accessKey, secret }) },
      ];
      for (const each of headers) {
        expect([401, 403]).not.toContain((await gateway.inject({ url, headers: each })).statusCode);
      }
    });

    it.each([
      ['exoscale', 403, { message: expect.any(String) }],
      [
        'scaleway',
        401,
        { type: 'denied_authentication', method: 'api_key', reason: 'not_found', message: expect.any(String) },
      ],
      ['upcloud', 401, { error: { error_code: 'AUTHENTICATION_FAILED', error_message: expect.any(String) } }],
      ['huawei', 401, expect.objectContaining({ error_code: 'APIGW.0301', request_id: expect.any(String) })],
      ['native', 401, expect.objectContaining({ code: 'unauthenticated', status: 401 })],
    ] as const)('refuses a wrong secret in the words of %s', async (dialect, status, body) => {
      const headers = { 'x-auth-token': '33333333-3333-4333-8333-333333333333' };
      const answer = await gateway.inject({ url: PATHS[dialect], headers });
      expect([answer.statusCode, answer.json()]).toEqual([status, body]);
    });

    it('refuses a wrong secret, the access key of another, and an expired key', async () => {
      const { admin: good, reader, expired } = gateway.keys;
      for (const authorization of [
        basicOf({ ...good, secret: reader.secret }),
        basicOf({ ...reader, accessKey: good.accessKey }),
        basicOf(expired),
        'Basic !!!',
        'Bearer ',
      ]) {
        expect((await gateway.inject({ url: PATHS.native, headers: { authorization } })).statusCode).toBe(401);
      }
      expect(gateway.calls).toEqual([]);
    });

    it('lets a key that may only read do just that', async () => {
      const headers = { 'x-auth-token': gateway.keys.reader.secret, ...json };
      gateway.handlers['private-network.list'] = () => ({ items: [], totalCount: 0 });
      expect((await gateway.inject({ url: PATHS.scaleway, headers })).statusCode).toBe(200);
      for (const method of ['POST', 'PATCH', 'DELETE'] as const) {
        const url = method === 'POST' ? PATHS.scaleway : `${PATHS.scaleway}/${NETWORK_ID}`;
        const answer = await gateway.inject({
          method,
          url,
          headers,
          payload: method === 'DELETE' ? undefined : '{"name":"a"}',
        });
        expect([answer.statusCode, answer.json().type]).toEqual([403, 'permissions_denied']);
      }
      expect(gateway.calls.map(({ pattern }) => pattern)).toEqual(['private-network.list']);
    });

    it('comes before anything is said of the body', async () => {
      const answer = await gateway.inject({ method: 'POST', url: PATHS.exoscale, headers: json, payload: '{' });
      expect(answer.statusCode).toBe(403);
    });
  });

  describe('bodies that cannot be used', () => {
    const bad: [string, string, Record<string, string>, number, RegExp][] = [
      ['broken JSON', '{"name":', json, 400, /not valid JSON/],
      ['__proto__', '{"name":"a","__proto__":{"b":1}}', json, 400, /__proto__/],
      ['an escaped __proto__', '{"name":"a","\\u005f_proto__":{"b":1}}', json, 400, /__proto__/],
      ['constructor.prototype', '{"name":"a","constructor":{"prototype":{}}}', json, 400, /constructor/],
      ['a constructor somewhere', '{"name":"a","labels":{"constructor":"b"}}', json, 400, /constructor/],
      ['a list', '[1]', json, 400, /JSON object/],
      ['a text', '"a"', json, 400, /JSON object/],
      ['deep nesting', `{"name":${'['.repeat(40)}${']'.repeat(40)}}`, json, 400, /nested deeper/],
      ['another content type', 'name=a', { 'content-type': 'text/plain' }, 415, /application\/json, not text\/plain/],
      ['a form', 'name=a', { 'content-type': 'application/x-www-form-urlencoded' }, 415, /application\/json/],
      ['more than 256 kB', `{"name":"${'a'.repeat(256 * 1024)}"}`, json, 413, /256 kB/],
    ];

    it.each(bad)('%s: each dialect says what to change', async (_name, payload, headers, status, words) => {
      for (const url of [PATHS.exoscale, PATHS.scaleway, PATHS.nics]) {
        const answer = await gateway.inject({ method: 'POST', url, headers: { ...admin(), ...headers }, payload });
        expect(answer.statusCode).toBe(status);
        expect(answer.body).toMatch(words);
        expect(answer.json()).toHaveProperty(url === PATHS.exoscale ? 'message' : 'type');
      }
      expect(gateway.calls).toEqual([]);
    });

    it('an empty body is told what it lacks', async () => {
      const answer = await gateway.inject({ method: 'POST', url: PATHS.exoscale, headers: { ...admin(), ...json } });
      expect([answer.statusCode, answer.json()]).toEqual([
        400,
        { message: 'name is required', errors: [{ message: 'name is required' }] },
      ]);
    });
  });

  describe('paths', () => {
    it.each([
      ['/v2/nothing', 404, { message: 'There is nothing at this path.' }],
      ['/v2/private-network/%zz', 400, { message: expect.any(String), errors: expect.any(Array) }],
      ['/zone/xx-1/v2/private-network', 404, { message: 'There is no zone xx-1.' }],
      [
        '/vpc/v2/regions/xx-xxx/private-networks',
        404,
        expect.objectContaining({ type: 'not_found', resource: 'region', resource_id: 'xx-xxx' }),
      ],
      [
        `/instance/v1/zones/xx-xxx-1/servers/${NETWORK_ID}/private_nics`,
        404,
        expect.objectContaining({ type: 'not_found', resource: 'zone' }),
      ],
      ['/vpc/v2/nothing', 404, expect.objectContaining({ type: 'not_found', resource: 'unknown' })],
      ['/1.3/nothing', 404, { error: { error_code: 'NOT_FOUND', error_message: 'There is nothing at this path.' } }],
      ['/v5/nothing', 404, expect.objectContaining({ error_code: 'VPN.0004' })],
      ['/nothing', 404, expect.objectContaining({ code: 'not-found', status: 404 })],
    ])('%s is answered in its own dialect', async (url, status, body) => {
      const answer = await gateway.inject({ url, headers: admin() });
      expect([answer.statusCode, answer.json()]).toEqual([status, body]);
    });

    it.each(['no-uuid', `${NETWORK_ID}:explode`, '%00', '..%2f..'])('an id like %s names nothing', async (id) => {
      expect((await gateway.inject({ url: `${PATHS.exoscale}/${id}`, headers: admin() })).statusCode).toBe(404);
      expect((await gateway.inject({ url: `${PATHS.scaleway}/${id}`, headers: admin() })).statusCode).toBe(404);
      expect(gateway.calls).toEqual([]);
    });
  });

  describe('headers', () => {
    it('have exactly the content type that the clients of each dialect compare', async () => {
      gateway.handlers['private-network.list'] = () => ({ items: [], totalCount: 0 });
      const typeOf = async (url: string, headers = {}): Promise<unknown> =>
        (await gateway.inject({ url, headers })).headers['content-type'];
      expect(await typeOf(PATHS.exoscale, admin())).toBe('application/json; charset=utf-8');
      expect(await typeOf(PATHS.exoscale)).toBe('application/json; charset=utf-8');
      expect(await typeOf(PATHS.scaleway, admin())).toBe('application/json');
      expect(await typeOf(PATHS.scaleway)).toBe('application/json');
      expect(await typeOf('/vpc/v2/regions/%zz')).toBe('application/json');
      expect(await typeOf('/vpc/v2/nothing')).toBe('application/json');
      expect(await typeOf(PATHS.upcloud)).toBe('application/json; charset=UTF-8');
      expect(await typeOf('/1.3/%zz')).toBe('application/json; charset=UTF-8');
      expect(await typeOf(PATHS.native)).toBe('application/problem+json; charset=utf-8');
    });

    it('echo a sane request id, and give each command one of ours', async () => {
      const idOf = async (given: string): Promise<unknown> =>
        (await gateway.inject({ url: PATHS.exoscale, headers: { ...admin(), 'x-request-id': given } })).headers[
          'x-request-id'
        ];
      expect(await idOf('trace-42')).toBe('trace-42');
      expect(await idOf('a b')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await idOf('x'.repeat(200))).toMatch(/^[0-9a-f-]{36}$/);
      const ids = gateway.calls.map(({ context }) => context.requestId);
      expect(new Set(ids).size).toBe(3);
      expect(ids).not.toContain('trace-42');
    });

    it('pass a valid traceparent on, and no other', async () => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      await gateway.inject({ url: PATHS.exoscale, headers: { ...admin(), traceparent } });
      await gateway.inject({ url: PATHS.exoscale, headers: { ...admin(), traceparent: 'nonsense' } });
      expect(gateway.calls.map(({ context }) => context.traceparent)).toEqual([traceparent, undefined]);
    });
  });

  it('shows no internals when something breaks', async () => {
    gateway.handlers['private-network.list'] = () => {
      throw new Error('password=hunter2 at /srv/secret.ts:1');
    };
    for (const url of [PATHS.exoscale, PATHS.scaleway]) {
      const answer = await gateway.inject({ url, headers: admin() });
      expect(answer.statusCode).toBe(500);
      expect(answer.body).not.toMatch(/hunter2|secret\.ts/);
    }
  });

  it('asks to come again when a service is away', async () => {
    delete gateway.handlers['private-network.list'];
    const answer = await gateway.inject({ url: PATHS.scaleway, headers: admin() });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
  });

  it('answers for its health without credentials', async () => {
    expect((await gateway.inject({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
    const ready = await gateway.inject({ url: '/readyz' });
    expect([ready.statusCode, ready.json()]).toEqual([
      503,
      { status: 'unavailable', checks: { database: true, network: false, ipam: false, vpn: false } },
    ]);
  });
});
