import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack, until, violations } from '@isthmus/testing';
import {
  ENDPOINT,
  type KeyedHttp,
  keyedHttp,
  type KeyedRequest,
  LOCAL_WEBHOOKS,
  loseAnswer,
  type RawAnswer,
  effectsIn,
  untilQuiet,
} from './keyed-http';
import { holdWork, submitHeld, untilOperation } from './operations';

/** A retry after all was done and only the answer got lost: answered as the first try was, and nothing is done again. */
describe('an Idempotency-Key, when the answer gets lost', () => {
  let stack: Stack;
  let send: KeyedHttp;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, gateways: 2, env: LOCAL_WEBHOOKS });
    send = keyedHttp(stack);
  });
  afterAll(async () => {
    expect(await violations(stack.database)).toEqual([]);
    await stack.stop();
  });

  /** Sends the request, runs `meanwhile`, and sends it again through the other gateway. Answers the body. */
  async function lost<Body = unknown>(
    request: KeyedRequest,
    meanwhile?: () => Promise<unknown>,
    changing: string[] = [],
  ): Promise<Body> {
    const keyed = { ...request, key: randomUUID() };
    const first = await send(keyed);
    expect([request, first.status < 300 || first.text]).toEqual([request, true]);
    await meanwhile?.();
    await untilQuiet(stack);
    const before = await effectsIn(stack);
    await loseAnswer(stack, keyed.key);
    const second = await send({ ...keyed, url: stack.urls[1] });
    expect([request, told(second, changing)]).toEqual([request, told(first, changing)]);
    expect(second.headers.get('idempotent-replayed')).toBeNull();
    await untilQuiet(stack);
    expect([request, await effectsIn(stack)]).toEqual([request, before]);
    return bodyOf(first) as Body;
  }

  it('holds for what UpCloud reads before it changes', async () => {
    const { router } = await lost<{ router: { uuid: string } }>({
      method: 'POST',
      path: '/1.3/router',
      body: { router: { name: 'r' } },
    });
    const ip_networks = { ip_network: [{ address: '10.9.0.0/24', dhcp: 'no', family: 'IPv4' }] };
    const fields = { name: 'n', zone: 'fi-hel1', router: router.uuid, ip_networks };
    const { network } = await lost<{ network: { uuid: string } }>({
      method: 'POST',
      path: '/1.3/network',
      body: { network: fields },
    });
    const path = `/1.3/network/${network.uuid}`;
    const { network: changed } = await lost<{ network: object }>({
      method: 'PUT',
      path,
      body: { network: { name: 'm', router: null } },
    });
    expect(changed).toMatchObject({ name: 'm' });
    expect(changed).not.toHaveProperty('router');
    await lost({ method: 'PATCH', path: `/1.3/router/${router.uuid}`, body: { router: { name: 's' } } });
    await lost({ method: 'DELETE', path });
    await lost({ method: 'DELETE', path: `/1.3/router/${router.uuid}` });
    expect((await send({ method: 'DELETE', path })).status).toBe(404);
  });

  it('holds when what was made is gone by then', async () => {
    const region = '/vpc/v2/regions/fr-par';
    for (const [path, table, changing] of [
      [`${region}/private-networks`, 'network.private_network', ['subnets']],
      [`${region}/vpcs`, 'network.vpc', []],
    ] as const) {
      const remove = async (): Promise<void> => {
        const [row] = await stack.database.query<{ id: string }>(`SELECT id FROM ${table} WHERE name = 'gone'`);
        expect((await send({ method: 'DELETE', path: `${path}/${row?.id}` })).status).toBe(204);
      };
      await lost({ method: 'POST', path, body: { name: 'gone' } }, remove, [...changing]);
    }
  });

  it('holds for a cancellation that is through by then', async () => {
    const client = ApiClient.of(stack);
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'cancelled');
    const ended = async (): Promise<void> => {
      await release();
      await untilOperation(client, id, 'has ended', ({ state }) => state === 'failure');
    };
    const changing = ['state', 'reason', 'message', 'code', 'steps', 'progressPercent', 'direction', 'isCancellable'];
    const times = ['updatedAt', 'finishedAt'];
    await lost({ method: 'POST', path: `/v1/operations/${id}/cancel` }, ended, [...changing, ...times]);
  });

  it('holds for what the gateway does itself', async () => {
    const hook = await lost<{ id: string }>({ method: 'POST', path: '/v1/webhooks', body: ENDPOINT });
    const path = `/v1/webhooks/${hook.id}`;
    const ifMatch = { 'if-match': `"${hook.id}.1"` };
    await lost({ method: 'PATCH', path, body: { description: 'kept' }, headers: ifMatch });
    await lost({ method: 'POST', path: `${path}:ping` });
    const delivery = await until('the ping is tried', async () => {
      const { text } = await send({ method: 'GET', path: `${path}/deliveries` });
      return (JSON.parse(text) as { items: { id: string; attempts: number }[] }).items.find(
        ({ attempts }) => attempts > 0,
      );
    });
    await lost({ method: 'POST', path: `${path}/deliveries/${delivery.id}:resend` });
    await lost({ method: 'POST', path: `${path}/secrets:rotate`, body: {} });
    const from = new Date(Date.now() - 3_600_000).toISOString();
    await lost({ method: 'POST', path: `${path}:replay`, body: { from, to: new Date().toISOString() } });
    await lost({ method: 'DELETE', path });

    const { id, revision } = await lost<{ id: string; revision: number }>({
      method: 'POST',
      path: '/v1/projects',
      body: { name: 'p' },
    });
    const match = { 'if-match': `"${id}.${revision}"` };
    await lost({ method: 'PATCH', path: `/v1/projects/${id}`, body: { name: 'q' }, headers: match });

    const keys = '/v1/api-keys';
    let accessKey = '';
    const rotated = async (): Promise<void> => {
      const [row] = await stack.database.query<{ key: string }>(
        "SELECT access_key AS key FROM gateway.api_key WHERE name = 'lost'",
      );
      accessKey = row?.key as string;
      await send({ method: 'POST', path: `${keys}/${accessKey}:rotate`, body: {} });
    };
    await lost({ method: 'POST', path: keys, body: { name: 'lost', scope: 'read' } }, rotated);
    await lost({ method: 'POST', path: `${keys}/${accessKey}:rotate`, body: {} }, rotated);
    await lost({ method: 'DELETE', path: `${keys}/${accessKey}` });

    const machine = await lost<{ id: string }>({
      method: 'POST',
      path: '/v1/instances',
      body: { name: 'm', zone: 'fr-par-1' },
    });
    const instance = `/v1/instances/${machine.id}`;
    const seen = (await send({ method: 'GET', path: instance })).headers.get('etag') as string;
    await lost({ method: 'PATCH', path: instance, body: { name: 'n' }, headers: { 'if-match': seen } });
    const renamed = (await send({ method: 'GET', path: instance })).headers.get('etag') as string;
    await lost({ method: 'DELETE', path: instance, headers: { 'if-match': renamed } });
  });
});

function bodyOf({ text }: RawAnswer): Record<string, unknown> | undefined {
  return text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

/** What the retry has to repeat: all but the members that follow what has become of the resource since. */
function told(answer: RawAnswer, changing: string[]): object {
  const body = Object.entries(bodyOf(answer) ?? {}).filter(([name]) => !changing.includes(name));
  const headers = ['content-type', 'operation-id', 'operation-location', 'etag'].map((name) =>
    answer.headers.get(name),
  );
  return { status: answer.status, headers, body: Object.fromEntries(body) };
}
