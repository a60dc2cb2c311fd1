import { ApiClient, type AppName, type Stack, startStack, until } from '@isthmus/testing';

const APPS: AppName[] = ['api-gateway', 'network-svc', 'ipam-svc', 'vpn-svc'];

describe('metrics and health', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, env: { METRICS_PORT: '0' } });
    client = ApiClient.of(stack);
    const { reference } = await client.succeed('POST', '/v2/private-network', { name: 'measured' });
    await client.succeed('DELETE', `/v2/private-network/${reference.id}`);
    await client.send('GET', `/v2/private-network/${reference.id}`);
  }, 60_000);
  afterAll(() => stack.stop());

  const ask = (app: AppName, path: string): Promise<Response> => {
    const [service] = stack.processes(app);
    return fetch(`${service?.ready.metricsUrl}${path}`);
  };
  const scrape = async (app: AppName): Promise<string[]> => (await (await ask(app, '/metrics')).text()).split('\n');

  /** The value of the one series of that name with these labels. */
  async function valueOf(app: AppName, name: string, ...labels: string[]): Promise<number> {
    const found = (await scrape(app)).filter(
      (line) => /^\w+/.exec(line)?.[0] === name && labels.every((label) => line.includes(label)),
    );
    if (found.length !== 1) throw new Error(`${found.length} series ${name} with ${labels.join(', ')} of ${app}`);
    return Number(found[0]?.split(' ').at(-1));
  }

  it.each(APPS)('%s is alive and ready, on a port of its own', async (app) => {
    expect((await ask(app, '/healthz')).status).toBe(200);
    const ready = await ask(app, '/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', missing: [] }]);
    expect((await ask(app, '/v1/operations')).status).toBe(404);
  });

  it('are not told at the port of the API', async () => {
    expect((await client.send('GET', '/metrics')).status).toBe(404);
  });

  it('tell of every request by the pattern of its route', async () => {
    const name = 'isthmus_http_request_duration_seconds_count';
    const labels = ['dialect="exoscale"', 'method="GET"', 'route="/v2/private-network/:id"', 'status="404"'];
    expect(await valueOf('api-gateway', name, ...labels)).toBe(1);
  });

  it('tell of operations and their steps by kind and outcome', async () => {
    for (const kind of ['private-network.create', 'private-network.delete']) {
      const labels = ['service="network"', `kind="${kind}"`];
      expect(await valueOf('network-svc', 'isthmus_operations_accepted_total', ...labels)).toBe(1);
      const ended = [...labels, 'state="success"'];
      expect(await valueOf('network-svc', 'isthmus_operation_duration_seconds_count', ...ended)).toBe(1);
    }
    const steps = (await scrape('network-svc')).filter(
      (line) => line.startsWith('isthmus_operation_step_duration_seconds_count') && line.includes('outcome="done"'),
    );
    expect(steps.length).toBeGreaterThan(0);
    expect(await valueOf('network-svc', 'isthmus_operations_running', 'service="network"')).toBe(0);
  });

  it('tell of queues, outboxes and lags', async () => {
    for (const service of ['network', 'vpn'] as const) {
      const app: AppName = `${service}-svc`;
      await until(`the outbox of ${app} is empty`, async () =>
        (await valueOf(app, 'isthmus_outbox_rows', `service="${service}"`)) === 0 ? true : undefined,
      );
      expect(await valueOf(app, 'isthmus_outbox_lag_seconds', `service="${service}"`)).toBe(0);
      expect(await valueOf(app, 'isthmus_queue_jobs', `queue="${service}"`, 'state="waiting"')).toBe(0);
    }
    for (const name of ['isthmus_event_lag_seconds', 'isthmus_webhook_lag_seconds']) {
      expect(await valueOf('api-gateway', name)).toBeGreaterThanOrEqual(0);
    }
    expect(await valueOf('api-gateway', 'isthmus_operation_watchers', 'kind="following"')).toBe(0);
  });

  it('tell of calls on the bus from both sides', async () => {
    const labels = ['service="network"', 'pattern="private-network.create"', 'outcome="ok"'];
    expect(await valueOf('api-gateway', 'isthmus_rpc_client_duration_seconds_count', ...labels)).toBe(1);
    expect(await valueOf('network-svc', 'isthmus_rpc_server_duration_seconds_count', ...labels)).toBe(1);
  });

  it('tell how full the pools are', async () => {
    const zone = ['zone="fr-par-1"', 'family="ipv4"'];
    expect(await valueOf('ipam-svc', 'isthmus_ipam_pool_size', ...zone)).toBe(29);
    expect(await valueOf('ipam-svc', 'isthmus_ipam_pool_free', ...zone)).toBe(29);
    expect(await valueOf('ipam-svc', 'isthmus_db_pool_size', 'schema="ipam"')).toBe(16);
    expect(await valueOf('ipam-svc', 'isthmus_db_pool_connections', 'state="idle"')).toBeGreaterThan(0);
  });

  it.each(APPS)('of %s can all be read, and no label tells an id', async (app) => {
    const lines = await scrape(app);
    expect(lines.filter((line) => line.startsWith('isthmus_metrics_unread_total{'))).toEqual([]);
    expect(lines.filter((line) => /[0-9a-f]{8}-[0-9a-f]{4}-/.test(line))).toEqual([]);
  });

  it('say not ready while a store is away, and alive all the same', async () => {
    await stack.redis.kill();
    const body = await until('ipam-svc is not ready', async () => {
      const answer = await ask('ipam-svc', '/readyz');
      return answer.status === 503 ? answer.json() : undefined;
    });
    expect(body).toEqual({ status: 'not ready', missing: ['bus'] });
    expect((await ask('ipam-svc', '/healthz')).status).toBe(200);
    await stack.redis.restart();
    const isReady = async (): Promise<boolean> => (await ask('ipam-svc', '/readyz')).ok;
    await until('ipam-svc is ready again', isReady);
  });
});
