import { randomUUID } from 'node:crypto';
import { startStack, type Stack, until, violations } from '@isthmus/testing';
import { bookEip, makePlace } from '../../fixtures/huawei/place';
import { type KeyedHttp, keyedHttp, type KeyedRequest, type RawAnswer } from './keyed-http';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const VPCS = '/vpc/v2/regions/fr-par/vpcs';
const IPS = '/ipam/v1/regions/fr-par/ips';
const NOBODY = '0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b';

interface Entry {
  id: string;
  principal: string | null;
  sourceAddress: string | null;
  requestId: string;
  traceparent: string | null;
  action: string;
  resourceType: string | null;
  resourceId: string | null;
  outcome: string;
  code: string | null;
  operationId: string | null;
  before: Record<string, unknown> | null;
  requested: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  position: number | null;
  hash: string | null;
}

/** Who asked for which mutation and what came of it, as it is told and as it is kept. */
describe('the audit', () => {
  let stack: Stack;
  let send: KeyedHttp;
  let asked = 0;

  beforeAll(async () => {
    stack = await startStack({
      hasVpn: true,
      gateways: 2,
      env: { SETTLE_WINDOW_MS: '5000', WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8' },
    });
    send = keyedHttp(stack);
  });
  afterAll(() => stack.stop());
  afterEach(async () => expect(await violations(stack.database)).toEqual([]));

  /** Under a request id of its own, by which its entries are found; now by one gateway, now by the other. */
  async function ask(request: KeyedRequest): Promise<{ answer: RawAnswer; entries: Entry[] }> {
    const requestId = randomUUID();
    const headers = { 'x-request-id': requestId, traceparent: TRACEPARENT, ...request.headers };
    const answer = await send({ url: stack.urls[asked++ % 2], ...request, headers });
    return { answer, entries: await entriesOf(answer.headers.get('x-request-id') as string) };
  }

  /** The oldest first, whosoever they are. */
  function entriesOf(requestId: string): Promise<Entry[]> {
    return stack.database.query<Entry>(
      `SELECT id, project_id AS "projectId", principal, host(source_address) AS "sourceAddress", request_id AS "requestId",
              traceparent, action, resource_type AS "resourceType", resource_id AS "resourceId", outcome, code,
              operation_id AS "operationId", before, requested, after
         FROM ops.audit_entry WHERE request_id = $1 ORDER BY id`,
      [requestId],
    );
  }

  async function listed(query = ''): Promise<Entry[]> {
    const answer = await send({ method: 'GET', path: `/v1/audit?limit=1000${query}` });
    expect(answer.status).toBe(200);
    return (JSON.parse(answer.text) as { items: Entry[] }).items;
  }

  it('believes X-Forwarded-For of a trusted proxy, and of nobody else', async () => {
    const { ready } = await stack.start('api-gateway', { TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' });
    const headers = { 'x-forwarded-for': '192.0.2.66, 203.0.113.9, 10.1.2.3' };
    for (const [url, sourceAddress] of [
      [ready.url, '203.0.113.9'],
      [stack.url, '127.0.0.1'],
    ] as const) {
      for (const [body, outcome] of [
        [{ name: 'told' }, 'accepted'],
        [{ name: 7 }, 'denied'],
      ] as const) {
        const { entries } = await ask({ method: 'POST', path: VPCS, body, headers, url });
        expect(entries).toMatchObject([{ outcome, sourceAddress }]);
      }
    }
  });

  it('has an entry of every accepted mutation, with the resource before and after it', async () => {
    const origin = { principal: stack.credentials.accessKey, sourceAddress: '127.0.0.1', traceparent: TRACEPARENT };
    const accepted = { ...origin, projectId: stack.credentials.projectId, outcome: 'accepted', code: null };

    const made = await ask({ method: 'POST', path: VPCS, body: { name: 'one' } });
    const { id } = JSON.parse(made.answer.text) as { id: string };
    const vpc = { ...accepted, resourceType: 'vpc', resourceId: id };
    expect(made.entries).toMatchObject([
      { ...vpc, action: 'vpc.create', operationId: null, before: null, after: { id, name: 'one' } },
    ]);
    const renamed = await ask({ method: 'PATCH', path: `${VPCS}/${id}`, body: { name: 'two' } });
    expect(renamed.entries).toMatchObject([
      { ...vpc, action: 'vpc.update', before: { name: 'one' }, requested: null, after: { name: 'two' } },
    ]);
    const deleted = await ask({ method: 'DELETE', path: `${VPCS}/${id}` });
    expect(deleted.entries).toMatchObject([{ ...vpc, action: 'vpc.delete', before: { name: 'two' }, after: null }]);

    const network = await ask({ method: 'POST', path: '/v2/private-network', body: { name: 'n' } });
    const operationId = (JSON.parse(network.answer.text) as { id: string }).id;
    const networkId = network.entries[0]?.resourceId;
    const entry = { ...accepted, resourceType: 'private-network', resourceId: networkId };
    expect(network.entries).toMatchObject([
      {
        ...entry,
        action: 'private-network.create',
        operationId,
        before: null,
        after: { name: 'n', state: 'creating' },
      },
    ]);
    const change = await ask({ method: 'PUT', path: `/v2/private-network/${networkId}`, body: { name: 'm' } });
    expect(change.entries).toMatchObject([
      {
        ...entry,
        action: 'private-network.update',
        operationId: (JSON.parse(change.answer.text) as { id: string }).id,
        before: { name: 'n', state: 'active' },
        requested: { name: 'm' },
        after: { state: 'updating' },
      },
    ]);
  });

  it('has entries of bookings, and of releases one for each address', async () => {
    const source = { zonal: 'fr-par-1' };
    const booked = await ask({ method: 'POST', path: IPS, body: { source, is_ipv6: false, tags: ['a'] } });
    const { id, address } = JSON.parse(booked.answer.text) as { id: string; address: string };
    const [host] = address.split('/');
    const entry = { resourceType: 'address', resourceId: id, outcome: 'accepted' };
    expect(booked.entries).toMatchObject([
      { ...entry, action: 'address.book', before: null, after: { id, address: host, tags: ['a'] } },
    ]);
    const tagged = await ask({ method: 'PATCH', path: `${IPS}/${id}`, body: { tags: ['b'] } });
    expect(tagged.entries).toMatchObject([
      { ...entry, action: 'address.update', before: { tags: ['a'] }, after: { tags: ['b'] } },
    ]);
    const released = await ask({ method: 'DELETE', path: `${IPS}/${id}` });
    expect(released.entries).toMatchObject([
      { ...entry, action: 'address.release', before: { id, address: host, tags: ['b'] }, after: null },
    ]);

    const ids = [(await bookEip(stack)).id, (await bookEip(stack)).id];
    const set = await ask({ method: 'POST', path: '/ipam/v1/regions/fr-par/ip-sets/release', body: { ip_ids: ids } });
    expect(set.entries.map(({ resourceId, before }) => [resourceId, before?.id]).sort()).toEqual(
      ids.map((each) => [each, each]).sort(),
    );
  });

  it('has an entry for each command of a request, one for a request that is tried again, and none of work inside', async () => {
    const router = await ask({ method: 'POST', path: '/1.3/router', body: { router: { name: 'r' } } });
    const ip_networks = { ip_network: [{ address: '10.9.0.0/24', dhcp: 'no', family: 'IPv4' }] };
    const made = { network: { name: 'n', zone: 'fi-hel1', ip_networks } };
    const network = await ask({ method: 'POST', path: '/1.3/network', body: made });
    expect(network.entries.map(({ action }) => action)).toEqual(['private-network.create']);
    const change = { network: { name: 'm', router: router.entries[0]?.resourceId } };
    const path = `/1.3/network/${network.entries[0]?.resourceId}`;
    const both = await ask({ method: 'PUT', path, body: change });
    expect(both.entries.map(({ action }) => action).sort()).toEqual(
      expect.arrayContaining(['private-network.set-router', 'private-network.update']),
    );
    expect(new Set(both.entries.map(({ operationId }) => operationId)).size).toBe(both.entries.length);

    const key = randomUUID();
    const keyed = { method: 'POST', path: '/v2/private-network', body: { name: 'once' }, key };
    expect((await ask(keyed)).entries).toHaveLength(1);
    const again = await ask(keyed);
    expect(again.answer.headers.get('idempotent-replayed')).toBe('true');
    expect(again.entries).toEqual([]);

    const inside = await stack.database.query(
      `SELECT FROM ops.audit_entry WHERE action IN ('subnet.reserve', 'address.assign', 'subnet.release')`,
    );
    expect(inside).toEqual([]);
  });

  it('has none of reads and dry runs, also of those that are refused', async () => {
    for (const request of [
      { method: 'GET', path: VPCS },
      { method: 'GET', path: `${VPCS}/${NOBODY}` },
      { method: 'POST', path: `${VPCS}?dry_run=true`, body: { name: 'x' } },
      { method: 'POST', path: `${VPCS}?dry_run=true`, body: { name: 7 } },
    ]) {
      expect((await ask(request)).entries).toEqual([]);
    }
    // A route that knows no dry runs has none.
    expect((await ask({ method: 'DELETE', path: `${VPCS}/${NOBODY}?dry_run=true` })).entries).toHaveLength(1);
  });

  it.each([
    ['POST', '/v2/private-network', { name: '' }, 400, 'POST /v2/private-network'],
    ['DELETE', `${VPCS}/${NOBODY}`, undefined, 404, 'DELETE /vpc/v2/regions/:region/vpcs/:vpcId'],
    ['PUT', `/1.3/network/${NOBODY}`, { network: { name: 'x' } }, 404, 'PUT /1.3/network/:uuid'],
    [
      'DELETE',
      '/v5/PROJECT/customer-gateways/' + NOBODY,
      undefined,
      404,
      'DELETE /v5/:project_id/customer-gateways/:id',
    ],
    ['POST', '/v1/webhooks', {}, 400, 'POST /v1/webhooks'],
    ['POST', '/v1/nothing', {}, 404, 'POST *'],
  ])('%s %s with %j that is refused is denied', async (method, path, body, status, action) => {
    const whole = path.replace('PROJECT', stack.credentials.projectId);
    const { answer, entries } = await ask({ method, path: whole, body });
    expect(answer.status).toBe(status);
    const { accessKey: principal, projectId } = stack.credentials;
    const known = action === 'POST *' ? { principal: null, projectId: null } : { principal, projectId };
    expect(entries).toMatchObject([
      { ...known, outcome: 'denied', sourceAddress: '127.0.0.1', traceparent: TRACEPARENT, after: null },
    ]);
    expect(entries[0]?.action.replaceAll(/:\w+/g, ':')).toBe(action.replaceAll(/:\w+/g, ':'));
    expect(entries[0]?.code).toEqual(expect.any(String));
  });

  it('has the refusals of strangers, of readers and of what others own', async () => {
    const create = { method: 'POST', path: VPCS, body: { name: 'x' } };
    const stranger = await ask({ ...create, headers: { 'x-auth-token': randomUUID() } });
    expect(stranger.answer.status).toBe(401);
    expect(stranger.entries).toMatchObject([{ code: 'unauthenticated', principal: null, projectId: null }]);

    const key = async (scope: string, projectId?: string): Promise<Record<string, string>> => {
      const body = { name: scope, scope, ...(projectId === undefined ? {} : { projectId }) };
      const { answer } = await ask({ method: 'POST', path: '/v1/api-keys', body });
      return { 'x-auth-token': (JSON.parse(answer.text) as { secretKey: string }).secretKey };
    };
    const reader = await ask({ ...create, headers: await key('read') });
    expect(reader.answer.status).toBe(403);
    expect(reader.entries).toMatchObject([{ code: 'forbidden', projectId: stack.credentials.projectId }]);

    const other = await ask({ method: 'POST', path: '/v1/projects', body: { name: 'other' } });
    const projectId = (JSON.parse(other.answer.text) as { id: string }).id;
    const foreigner = await key('admin', projectId);
    const mine = JSON.parse((await ask(create)).answer.text) as { id: string };
    const foreign = await ask({ method: 'DELETE', path: `${VPCS}/${mine.id}`, headers: foreigner });
    expect(foreign.answer.status).toBe(404);
    expect(foreign.entries).toMatchObject([{ code: 'not-found', projectId, resourceType: 'vpc', resourceId: mine.id }]);
    expect((await listed()).filter(({ requestId }) => requestId === foreign.entries[0]?.requestId)).toEqual([]);

    const list = { method: 'GET', path: '/v1/audit' };
    const theirs = JSON.parse((await send({ ...list, headers: foreigner })).text) as { items: Entry[] };
    expect(theirs.items.map(({ code }) => code)).toEqual(['not-found']);
    for (const scope of ['read', 'write']) {
      expect((await send({ ...list, headers: await key(scope) })).status).toBe(403);
    }
  });

  it('is told newest first, page by page and by every filter, with its place in the chain', async () => {
    const { entries } = await ask({ method: 'POST', path: VPCS, body: { name: 'filtered' } });
    const [entry] = entries as [Entry];
    const sealed = await until('it is sealed', async () => {
      const [found] = await listed(`&resourceId=${entry.resourceId}`);
      return found?.position === null ? undefined : found;
    });
    expect(sealed).toMatchObject({ id: entry.id, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });

    const all = await listed();
    expect(all.map(({ id }) => id)).toEqual(
      all
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    const paged: string[] = [];
    for (let path = '/v1/audit?limit=7'; ;) {
      const page = JSON.parse((await send({ method: 'GET', path })).text) as { items: Entry[]; next: string | null };
      paged.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      path = `/v1/audit?limit=7&cursor=${page.next}`;
    }
    expect(paged).toEqual(all.map(({ id }) => id));
    const denied = await listed('&outcome=denied');
    expect(denied.length).toBe(all.filter(({ outcome }) => outcome === 'denied').length);
    expect((await listed('&action=vpc.create')).every(({ action }) => action === 'vpc.create')).toBe(true);
    expect(await listed('&principal=SCWNOBODY')).toEqual([]);
    expect(await listed(`&after=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
    expect(await listed(`&before=${new Date(Date.now() + 60_000).toISOString()}`)).toHaveLength(all.length);
    for (const query of ['cursor=x', 'outcome=maybe', 'after=yesterday', 'limit=0']) {
      expect((await send({ method: 'GET', path: `/v1/audit?${query}` })).status).toBe(400);
    }
  });

  it('holds no secret, whatever is sent', async () => {
    const { projectId, secretKey } = stack.credentials;
    const place = await makePlace(stack);
    const eips = [await bookEip(stack), await bookEip(stack, 'fr-par-2')];
    const huawei = `/v5/${projectId}`;
    const created = await ask({
      method: 'POST',
      path: `${huawei}/vpn-gateways`,
      body: {
        vpn_gateway: {
          name: 'g',
          vpc_id: place.vpcId,
          connect_subnet: place.subnetId,
          local_subnets: ['192.168.0.0/24'],
          eip1: { id: eips[0]?.id },
          eip2: { id: eips[1]?.id },
        },
      },
    });
    const gatewayId = created.entries[0]?.resourceId as string;
    await until('the gateway is active', async () => {
      const { text } = await send({ method: 'GET', path: `${huawei}/vpn-gateways/${gatewayId}` });
      return text.includes('"ACTIVE"');
    });
    const peer = { customer_gateway: { id_value: '198.51.100.9' } };
    const customer = await ask({ method: 'POST', path: `${huawei}/customer-gateways`, body: peer });
    const psks = ['Very-Secret.Key1', 'Other-Secret.Key2', 'weak secret'];
    const connection = {
      vgw_id: gatewayId,
      vgw_ip: eips[0]?.id,
      cgw_id: customer.entries[0]?.resourceId,
      peer_subnets: ['172.16.9.0/24'],
    };
    const body = (psk: string) => ({ vpn_connection: { ...connection, psk } });
    const path = `${huawei}/vpn-connection`;
    const made = await ask({ method: 'POST', path, body: body(psks[0] as string) });
    expect(made.entries).toMatchObject([{ action: 'vpn-connection.create', outcome: 'accepted' }]);
    const connectionId = made.entries[0]?.resourceId as string;
    await until('the connection is made', async () => {
      const sql = 'SELECT FROM ops.live_operation WHERE resource_id = $1';
      return (await stack.database.query(sql, [connectionId])).length === 0;
    });
    const update = { vpn_connection: { psk: psks[1] } };
    const changed = await ask({ method: 'PUT', path: `${path}/${connectionId}`, body: update });
    expect(changed.entries).toMatchObject([{ action: 'vpn-connection.update', requested: { psk: '[redacted]' } }]);
    expect((await ask({ method: 'POST', path, body: body(psks[2] as string) })).entries).toMatchObject([
      { outcome: 'denied' },
    ]);

    const hook = { url: 'https://127.0.0.1/', eventTypes: ['webhook.ping'] };
    const webhook = await ask({ method: 'POST', path: '/v1/webhooks', body: hook });
    const key = await ask({ method: 'POST', path: '/v1/api-keys', body: { name: 'k', scope: 'read' } });
    const { secret } = JSON.parse(webhook.answer.text) as { secret: string };
    const told = JSON.parse(key.answer.text) as { secretKey: string };
    expect(webhook.answer.text).toContain('whsec_');
    expect(webhook.entries).toMatchObject([{ resourceType: 'webhook-endpoint', outcome: 'accepted' }]);
    expect(key.entries).toMatchObject([{ resourceType: 'api-key', outcome: 'accepted' }]);

    const rows = await stack.database.query<{ row: string }>('SELECT e::text AS row FROM ops.audit_entry e');
    const text = rows.map(({ row }) => row).join('\n');
    expect(text).toContain(connectionId);
    for (const each of [...psks, secret, secret.replace('whsec_', ''), told.secretKey, secretKey]) {
      expect(text).not.toContain(each);
    }
    expect(text).not.toMatch(/whsec_|BEGIN [A-Z ]*PRIVATE KEY|Bearer /);
  });
});
