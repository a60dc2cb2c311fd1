import { randomUUID } from 'node:crypto';
import { startStack, type Stack, violations } from '@isthmus/testing';
import { createClient, VpcApi } from '../../fixtures/scaleway/sdk';
import { ENDPOINT, type KeyedHttp, keyedHttp, LOCAL_WEBHOOKS, untilQuiet } from './keyed-http';

const VPC = '/vpc/v2/regions/fr-par';
const NETWORKS = `${VPC}/private-networks`;
const IPS = '/ipam/v1/regions/fr-par/ips';

interface Plan {
  id: string;
  subnets: { subnet: string }[];
  address: string;
  private_nic: { private_network_id: string };
  planned_addresses: string[];
  dry_run: { quotas: QuotaUse[] };
  dryRun: { quotas: QuotaUse[] };
}

interface QuotaUse {
  resource: string;
  limit: number;
  current: number;
  after: number;
}

/** `?dry_run=true` answers what a create would do, and leaves no trace of having been asked. */
describe('22 dry runs', () => {
  let stack: Stack;
  let send: KeyedHttp;
  let network: { id: string; vpc_id: string };

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, gateways: 2, env: { ...LOCAL_WEBHOOKS, WEBHOOK_ENDPOINT_QUOTA: '2' } });
    send = keyedHttp(stack);
    const made = await send({ method: 'POST', path: NETWORKS, body: { name: 'pn', subnets: ['10.20.0.0/24'] } });
    network = JSON.parse(made.text) as typeof network;
  });
  afterAll(() => stack.stop());

  /** Every row of every table, version by version: an update that changes nothing shows too. */
  async function everyRow(): Promise<unknown> {
    const tables = await stack.database.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname IN ('network', 'ipam', 'vpn', 'gateway', 'ops') ORDER BY name`,
    );
    expect(tables.length).toBeGreaterThan(20);
    const rows = tables.map(
      ({ name }) => `SELECT '${name}' AS name, count(*)::int AS n, coalesce(
      md5(string_agg(t::text || t.xmin::text, ',' ORDER BY t::text)), '') AS digest FROM ONLY ${name} t`,
    );
    return stack.database.query(`${rows.join(' UNION ALL ')} ORDER BY name`);
  }

  async function plan(path: string, body: object): Promise<{ status: number; headers: Headers; body: Plan }> {
    await untilQuiet(stack);
    const before = await everyRow();
    const asked = { method: 'POST', path: `${path}?dry_run=true`, body, key: randomUUID(), url: stack.urls[1] };
    const { text, ...answer } = await send(asked);
    expect(await everyRow()).toEqual(before);
    return { ...answer, body: JSON.parse(text) as Plan };
  }

  it('of a VPC, a network, an address, a NIC and a route write nothing in any table', async () => {
    const destination = { vpc_id: network.vpc_id, destination: '10.3.0.0/24' };
    const nics = `/instance/v1/zones/fr-par-1/servers/${randomUUID()}/private_nics`;
    for (const [path, body, status] of [
      [`${VPC}/vpcs`, { name: 'plan' }, 200],
      [NETWORKS, { name: 'plan' }, 200],
      [`${NETWORKS}/${network.id}/subnets`, { subnets: ['10.23.0.0/24'] }, 200],
      [`${VPC}/routes`, { ...destination, nexthop_private_network_id: network.id }, 200],
      [IPS, { source: { private_network_id: network.id } }, 200],
      [nics, { private_network_id: network.id }, 201],
    ] as const) {
      const answer = await plan(path, body);
      expect([path, answer.status, answer.headers.get('operation-id')]).toEqual([path, status, null]);
      expect(answer.body).not.toHaveProperty('operation');
    }
    expect(await violations(stack.database)).toEqual([]);
  });

  it('tell what the real thing then gets', async () => {
    const nics = `/instance/v1/zones/fr-par-1/servers/${randomUUID()}/private_nics`;
    for (const [path, body, told] of [
      [NETWORKS, { name: 'told', vpc_id: network.vpc_id }, ({ subnets }: Plan) => subnets[0]?.subnet],
      [IPS, { source: { private_network_id: network.id } }, ({ address }: Plan) => address],
    ] as const) {
      const planned = await plan(path, body);
      const done = await send({ method: 'POST', path, body });
      expect(told(JSON.parse(done.text) as Plan)).toBe(told(planned.body));
    }
    const { planned_addresses: planned } = (await plan(nics, { private_network_id: network.id })).body;
    await send({ method: 'POST', path: nics, body: { private_network_id: network.id } });
    const held = await stack.database.query<{ address: string }>(
      "SELECT host(address) AS address FROM ipam.address WHERE owner_type = 'instance_private_nic'",
    );
    const addresses = planned.map((each) => each.split('/')[0]).sort();
    expect(held.map(({ address }) => address).sort()).toEqual(addresses);
  });

  it('of an instance, a webhook endpoint, a project and an API key write nothing, and show no secret', async () => {
    for (const [path, body] of [
      ['/v1/instances', { name: 'plan', zone: 'fr-par-1' }],
      ['/v1/webhooks', ENDPOINT],
      ['/v1/projects', { name: 'plan' }],
      ['/v1/api-keys', { name: 'plan', scope: 'read' }],
    ] as const) {
      const answer = await plan(path, body);
      expect([path, answer.status, answer.headers.get('etag')]).toEqual([path, 200, null]);
      expect(answer.body).toMatchObject(body);
      expect(Object.keys(answer.body)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^secret/)]));
    }
  });

  it('tell every quota that the real thing takes from, as it is and as it would be', async () => {
    const own = { vpc_id: network.vpc_id };
    const nics = `/instance/v1/zones/fr-par-1/servers/${randomUUID()}/private_nics`;
    const { items } = JSON.parse((await send({ method: 'GET', path: '/v1/quotas' })).text) as {
      items: { resource: string; limit: number; used: number }[];
    };
    const use = (name: string): QuotaUse => {
      const { resource, limit, used } = items.find((each) => each.resource === name) as (typeof items)[0];
      return { resource, limit, current: used, after: used + 1 };
    };
    const route = { ...own, destination: '10.4.0.0/24', nexthop_private_network_id: network.id };
    for (const [path, body, quotas] of [
      [`${VPC}/vpcs`, { name: 'plan' }, [use('vpc')]],
      [NETWORKS, { name: 'plan', ...own }, [use('private-network')]],
      // Its default VPC would be made too.
      [NETWORKS.replace('fr-par', 'nl-ams'), { name: 'plan' }, [use('vpc'), use('private-network')]],
      [`${VPC}/routes`, route, [use('route')]],
      [IPS, { source: { private_network_id: network.id } }, []],
      [`${NETWORKS}/${network.id}/subnets`, { subnets: ['10.25.0.0/24'] }, []],
    ] as const) {
      expect([path, (await plan(path, body)).body.dry_run]).toEqual([path, { quotas }]);
    }
    const attached = (await plan(nics, { private_network_id: network.id })).body.dry_run.quotas;
    expect(attached).toEqual([
      { resource: 'attachment-of-instance', limit: 8, current: 0, after: 1 },
      { resource: 'attachment-of-private-network', limit: 250, current: expect.any(Number), after: expect.any(Number) },
    ]);
    expect((await plan('/v1/projects', { name: 'plan' })).body.dryRun).toEqual({ quotas: [] });
  });

  it('end where the quota ends', async () => {
    const quotas = (current: number) => [{ resource: 'webhook-endpoint', limit: 2, current, after: current + 1 }];
    for (let current = 0; current < 2; current++) {
      expect((await plan('/v1/webhooks', ENDPOINT)).body.dryRun).toEqual({ quotas: quotas(current) });
      expect((await send({ method: 'POST', path: '/v1/webhooks', body: ENDPOINT })).status).toBe(201);
    }
    const full = { status: 403, body: { code: 'quota-exceeded', quota: { limit: 2, current: 2 } } };
    expect(await plan('/v1/webhooks', ENDPOINT)).toMatchObject(full);
  });

  it('are understood by the official SDK, which leaves out what it does not know', async () => {
    const { accessKey, secretKey, projectId: defaultProjectId } = stack.credentials;
    const httpClient: typeof fetch = async (input) => {
      const { url, method, headers, body } = new Request(input);
      return fetch(`${url}?dry_run=true`, { method, headers, body: await new Response(body).text() });
    };
    const options = { apiURL: stack.url, accessKey, secretKey, defaultProjectId, defaultRegion: 'fr-par' };
    const api = new VpcApi(createClient({ ...options, httpClient }));
    const vpc = await api.createVPC({ name: 'plan', enableRouting: true });
    expect(vpc).toMatchObject({ name: 'plan', projectId: defaultProjectId, createdAt: expect.any(Date) });
    const made = await api.createPrivateNetwork({ name: 'plan', defaultRoutePropagationEnabled: false });
    expect(made).toMatchObject({ name: 'plan', subnets: [{ vpcId: made.vpcId }, { vpcId: made.vpcId }] });
    for (const each of [vpc, made]) expect(each).not.toHaveProperty('dryRun');
  });

  it.each(['maybe', '', '1', 'true&dry_run=false'])('are asked for with true, and not with %p', async (value) => {
    for (const [path, body] of [
      [`${VPC}/vpcs`, { name: 'plan' }],
      ['/v1/projects', { name: 'plan' }],
    ] as const) {
      const { status, text } = await send({ method: 'POST', path: `${path}?dry_run=${value}`, body });
      expect([status, text]).toEqual([400, expect.stringContaining('dry_run')]);
    }
  });

  it('refuse what the real thing would refuse', async () => {
    const overlap = { name: 'plan', vpc_id: network.vpc_id, subnets: ['10.20.0.0/25'] };
    expect(await plan(NETWORKS, overlap)).toMatchObject({ status: 409, body: { type: 'already_exists' } });
    const held = { source: { private_network_id: network.id }, address: '10.20.0.1' };
    expect((await plan(IPS, held)).status).toBe(409);
    expect((await plan(NETWORKS, { name: 'plan', vpc_id: randomUUID() })).status).toBe(404);
    const inside = { ...ENDPOINT, url: 'http://169.254.169.254/' };
    expect(await plan('/v1/webhooks', inside)).toMatchObject({ status: 400, body: { code: 'invalid-argument' } });
    const past = { name: 'plan', scope: 'read', expiresAt: '2001-01-01T00:00:00Z' };
    expect((await plan('/v1/api-keys', past)).status).toBe(400);
    const machine = { id: randomUUID(), name: 'real', zone: 'fr-par-1' };
    await send({ method: 'POST', path: '/v1/instances', body: machine });
    expect((await plan('/v1/instances', machine)).status).toBe(200);
    expect(await plan('/v1/instances', { ...machine, name: 'other' })).toMatchObject({
      status: 409,
      body: { code: 'already-exists' },
    });
  });
});
