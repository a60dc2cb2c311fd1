import { randomUUID } from 'node:crypto';
import { startStack, type Stack, until } from '@isthmus/testing';
import { type KeyedHttp, keyedHttp, type KeyedRequest } from './keyed-http';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Told {
  requestId: string | null;
  traceparent: string | null;
}

/** What an answer calls the request is what the operation and everything that follows from it call it. */
describe('23 X-Request-Id and traceparent', () => {
  let stack: Stack;
  let send: KeyedHttp;

  beforeAll(async () => {
    stack = await startStack({ gateways: 2, env: { SETTLE_WINDOW_MS: '5000' } });
    send = keyedHttp(stack);
  });
  afterAll(() => stack.stop());

  async function ask(
    request: KeyedRequest,
    requestId: string,
    traceparent = TRACEPARENT,
  ): Promise<Told & { text: string }> {
    const { headers, text } = await send({ ...request, headers: { 'x-request-id': requestId, traceparent } });
    return { requestId: headers.get('x-request-id'), traceparent: headers.get('traceparent'), text };
  }
  const create = (): KeyedRequest => ({ method: 'POST', path: '/v2/private-network', body: { name: 'x' } });
  const operationIn = (text: string): string => (JSON.parse(text) as { id: string }).id;

  const storedOn = (table: string, operationId: string): Promise<Told[]> =>
    stack.database.query<Told>(
      `SELECT request_id AS "requestId", traceparent FROM ops.${table}
        WHERE ${table === 'operation' ? 'id' : 'operation_id'} = $1`,
      [operationId],
    );

  it('are echoed, and stored on the operation and its event', async () => {
    const { text, ...told } = await ask(create(), 'ticket-42/a');
    expect(told).toEqual({ requestId: 'ticket-42/a', traceparent: TRACEPARENT });
    expect(await storedOn('operation', operationIn(text))).toEqual([told]);
    const events = await until('its event is written', async () => {
      const rows = await storedOn('event', operationIn(text));
      return rows.length > 0 && rows;
    });
    expect(events).toEqual([told]);
  });

  it('that make no sense are replaced by an id of ours, which is found again all the same', async () => {
    const { text, ...told } = await ask(create(), 'a b', 'nonsense');
    expect(told).toEqual({ requestId: expect.stringMatching(UUID), traceparent: null });
    expect(await storedOn('operation', operationIn(text))).toEqual([told]);
  });

  it('do not make two requests one: the same id may come again', async () => {
    const [first, second] = [await ask(create(), 'again'), await ask(create(), 'again')];
    expect(operationIn(second.text)).not.toBe(operationIn(first.text));
  });

  it('are told on every operation of a request', async () => {
    const router = JSON.parse(
      (await send({ method: 'POST', path: '/1.3/router', body: { router: { name: 'r' } } })).text,
    ).router.uuid;
    const ip_networks = { ip_network: [{ address: '10.9.0.0/24', dhcp: 'no', family: 'IPv4' }] };
    const made = { network: { name: 'n', zone: 'fi-hel1', ip_networks } };
    const { network } = JSON.parse((await send({ method: 'POST', path: '/1.3/network', body: made })).text);
    const change = { method: 'PUT', path: `/1.3/network/${network.uuid}`, body: { network: { name: 'm', router } } };
    await ask(change, 'both');
    expect(await operationsOf('both')).toHaveLength(2);
    // Without an id of the caller's too.
    const { headers } = await send({ ...change, body: { network: { name: 'o', router: null } } });
    expect(await operationsOf(headers.get('x-request-id'))).toHaveLength(2);
  });

  it('of a replay are its own, while the operation keeps those of the first try', async () => {
    const keyed = { ...create(), key: randomUUID() };
    const first = await ask(keyed, 'first');
    const second = await ask(keyed, 'second');
    expect(second).toEqual({ ...first, requestId: 'second' });
    expect(await operationsOf('second')).toEqual([]);
    // Who gives none is told the one under which the request is found.
    const plain = { ...create(), key: randomUUID() };
    const [one, two] = [await send(plain), await send({ ...plain, url: stack.urls[1] })];
    expect(two.headers.get('x-request-id')).toBe(one.headers.get('x-request-id'));
  });

  const operationsOf = (requestId: string | null): Promise<object[]> =>
    stack.database.query('SELECT id FROM ops.operation WHERE request_id = $1', [requestId]);
});

describe('23 jobs', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ env: { FABRIC_LATENCY_MS: '1000', SETTLE_WINDOW_MS: '0' } });
  });
  afterAll(() => stack.stop());

  it('carry the id of their operation, which has the rest', async () => {
    const send = keyedHttp(stack);
    const headers = { 'x-request-id': 'job', traceparent: TRACEPARENT };
    const answer = await send({ method: 'POST', path: '/v2/private-network', body: { name: 'x' }, headers });
    const { id } = JSON.parse(answer.text) as { id: string };
    const key = await until('its job is in the queue', async () => {
      const keys = await stack.redis.client.keys('{queue}:network:????????-*');
      return keys.find((each) => !each.endsWith(':lock'));
    });
    expect(JSON.parse((await stack.redis.client.hget(key, 'data')) ?? '')).toEqual({ operationId: id });
    expect(await stack.database.query('SELECT request_id, traceparent FROM ops.operation WHERE id = $1', [id])).toEqual(
      [{ request_id: 'job', traceparent: TRACEPARENT }],
    );
  });
});
