import { randomUUID } from 'node:crypto';
import { startStack, type Stack, until } from '@isthmus/testing';
import {
  ENDPOINT,
  type KeyedHttp,
  keyedHttp,
  type KeyedRequest,
  LOCAL_WEBHOOKS,
  type RawAnswer,
  resourcesIn,
  toldIn,
} from './keyed-http';

/** The same key and request: the same status, body and operation, from any gateway, whatever has happened since. */
describe('18 Idempotency-Key', () => {
  let stack: Stack;
  let send: KeyedHttp;

  beforeEach(async () => {
    stack = await startStack({ hasVpn: true, gateways: 2, env: LOCAL_WEBHOOKS });
    send = keyedHttp(stack);
  });
  afterEach(() => stack.stop());

  /** Sends the request once and then again through the other gateway. */
  async function twice(request: KeyedRequest): Promise<RawAnswer> {
    const keyed = { ...request, key: randomUUID() };
    const first = await send(keyed);
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([expect.any(Number), null]);
    expect(first.status).toBeLessThan(300);
    const before = await resourcesIn(stack);
    const second = await send({ ...keyed, url: stack.urls[1] });
    expect(toldIn(second)).toEqual(toldIn(first));
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.headers.get('x-request-id')).toBe(first.headers.get('x-request-id'));
    expect(await resourcesIn(stack)).toEqual(before);
    return first;
  }

  it('holds for every mutation of every dialect', async () => {
    const { id } = JSON.parse((await twice({ method: 'POST', path: '/v2/private-network', body: { name: 'x' } })).text);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);

    const vpcs = '/vpc/v2/regions/fr-par/vpcs';
    const vpc = JSON.parse((await twice({ method: 'POST', path: vpcs, body: { name: 'x' } })).text);
    await twice({ method: 'PATCH', path: `${vpcs}/${vpc.id}`, body: { name: 'y' } });
    await twice({ method: 'DELETE', path: `${vpcs}/${vpc.id}` });

    const { router } = JSON.parse(
      (await twice({ method: 'POST', path: '/1.3/router', body: { router: { name: 'r' } } })).text,
    );
    const ip_networks = { ip_network: [{ address: '10.9.0.0/24', dhcp: 'no', family: 'IPv4' }] };
    const made = { network: { name: 'n', zone: 'fi-hel1', router: router.uuid, ip_networks } };
    const { network } = JSON.parse((await twice({ method: 'POST', path: '/1.3/network', body: made })).text);
    const change = { network: { name: 'm', router: null } };
    await twice({ method: 'PUT', path: `/1.3/network/${network.uuid}`, body: change });
    await twice({ method: 'DELETE', path: `/1.3/network/${network.uuid}` });

    const gateways = `/v5/${stack.credentials.projectId}/customer-gateways`;
    const customer = { customer_gateway: { id_value: '198.51.100.1' } };
    const answer = await twice({ method: 'POST', path: gateways, body: customer });
    const told = JSON.parse(answer.text);
    await twice({ method: 'DELETE', path: `${gateways}/${told.customer_gateway.id}` });

    const hook = JSON.parse((await twice({ method: 'POST', path: '/v1/webhooks', body: ENDPOINT })).text);
    const rotated = await twice({ method: 'POST', path: `/v1/webhooks/${hook.id}/secrets:rotate`, body: {} });
    expect(rotated.text).toContain('whsec_');
    await twice({ method: 'PATCH', path: `/v1/webhooks/${hook.id}`, body: { description: 'kept' } });
    await twice({ method: 'DELETE', path: `/v1/webhooks/${hook.id}` });
  });

  it('survives the restart of every gateway and the loss of all that Redis has', async () => {
    const request = { method: 'POST', path: '/v2/private-network', body: { name: 'x' }, key: 'kept' };
    const first = await send(request);
    await Promise.all(stack.processes('api-gateway').map((gateway) => gateway.signal('SIGTERM')));
    await stack.redis.client.flushall();
    const { ready } = await stack.start('api-gateway');
    const again = await send({ ...request, url: ready.url });
    expect([toldIn(again), again.headers.get('idempotent-replayed')]).toEqual([toldIn(first), 'true']);
  });

  it('does the work of many that come together once', async () => {
    const request = { method: 'POST', path: '/v2/private-network', body: { name: 'x' }, key: 'together' };
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => send({ ...request, url: stack.urls[n % 2] as string })),
    );
    const done = answers.filter(({ status }) => status === 200);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect(await stack.database.query('SELECT count(*)::int AS n FROM ops.operation')).toEqual([{ n: 1 }]);
  });
});

/** What a client cannot know: was it done before the gateway died? Its retry is right either way. */
describe('18 Idempotency-Key, when the gateway is killed between commit and answer', () => {
  let stack: Stack;
  let send: KeyedHttp;

  beforeAll(async () => {
    const env = { FABRIC_LATENCY_MS: '400', SETTLE_WINDOW_MS: '6000', IDEMPOTENCY_LEASE_MS: '2000' };
    stack = await startStack({ hasVpn: true, gateways: 2, env });
    send = keyedHttp(stack);
  });
  afterAll(() => stack.stop());

  const accepted = async (): Promise<{ id: string }[]> =>
    stack.database.query<{ id: string }>('SELECT id FROM ops.operation ORDER BY id');

  /** Sends the request to a gateway that is killed as soon as so many operations were accepted, then to another. */
  async function killedAfter(count: number, request: KeyedRequest): Promise<RawAnswer> {
    const { ready, signal } = await stack.start('api-gateway');
    const before = (await accepted()).length;
    const lost = send({ ...request, url: ready.url }).then(
      () => 'answered',
      () => 'lost',
    );
    await until('it is accepted', async () => (await accepted()).length === before + count);
    await signal('SIGKILL');
    expect(await lost).toBe('lost');
    return until('the lease of the dead is over', async () => {
      const answer = await send({ ...request, url: stack.urls[1] });
      if (answer.status !== 409) return answer;
      expect(answer.headers.get('retry-after')).toBe('1');
      return undefined;
    });
  }

  it('answers the retry with the operation that was accepted', async () => {
    const request = { method: 'POST', path: '/v2/private-network', body: { name: 'once' }, key: randomUUID() };
    const answer = await killedAfter(1, request);
    const [operation, ...others] = await accepted();
    expect(others).toEqual([]);
    expect(JSON.parse(answer.text)).toMatchObject({ id: operation?.id, state: 'success' });
    expect(await stack.database.query('SELECT name FROM network.private_network')).toEqual([{ name: 'once' }]);
  });

  it('goes on where a request of several commands was cut off', async () => {
    const router = JSON.parse(
      (await send({ method: 'POST', path: '/1.3/router', body: { router: { name: 'r' } } })).text,
    ).router.uuid;
    const ip_networks = { ip_network: [{ address: '10.9.0.0/24', dhcp: 'no', family: 'IPv4' }] };
    const made = { network: { name: 'before', zone: 'fi-hel1', ip_networks } };
    const { network } = JSON.parse((await send({ method: 'POST', path: '/1.3/network', body: made })).text);
    const before = (await accepted()).length;
    const body = { network: { name: 'after', router } };
    const request = { method: 'PUT', path: `/1.3/network/${network.uuid}`, body, key: randomUUID() };
    const answer = await killedAfter(1, request);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text).network).toMatchObject({ name: 'after', router });
    expect((await accepted()).slice(before)).toHaveLength(2);
  });
});
