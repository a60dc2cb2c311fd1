import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { UpcloudClient } from '../../fixtures/upcloud/upcloud-client';

describe('UpCloud networks and routers', () => {
  let stack: Stack;
  let client: UpcloudClient;

  beforeAll(async () => {
    stack = await startStack();
    client = UpcloudClient.of(stack);
  });
  afterAll(() => stack.stop());

  const NOWHERE = '04aaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
  const ipNetwork = (changes: object = {}) => ({ address: '10.0.0.0/24', family: 'IPv4', ...changes });
  const create = async (changes: object = {}, path = '/network') => {
    const network = { name: 'net', zone: 'fi-hel1', ip_networks: { ip_network: [ipNetwork()] }, ...changes };
    return client.send('POST', path, { network });
  };
  const get = async (id: string) => (await client.send('GET', `/network/${id}`)).body.network;

  it('knows its caller, and no stranger', async () => {
    const { status, body } = await client.send('GET', '/account');
    expect([status, body.account]).toEqual([
      200,
      expect.objectContaining({
        username: client.credentials.accessKey,
        credits: 0,
        resource_limits: expect.any(Object),
      }),
    ]);
    const stranger = new UpcloudClient(stack.url, { ...client.credentials, secretKey: randomUUID() });
    expect(await stranger.refusal('GET', '/account')).toEqual([401, 'AUTHENTICATION_FAILED']);
  });

  it('has zones under the names of UpCloud', async () => {
    const { body } = await client.send('GET', '/zone');
    const ids = body.zones.zone.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(['fi-hel1', 'de-fra1', 'pl-waw1', 'fr-par-1', 'ch-gva-2']));
    expect(ids).not.toContain('fi-hel-1');
  });

  it('makes an isolated network', async () => {
    const labels = [{ key: 'env', value: 'test' }];
    const given = ipNetwork({ dhcp: 'yes', dhcp_default_route: 'no', dhcp_dns: ['9.9.9.9'] });
    const { status, headers, body } = await create({ labels, ip_networks: { ip_network: [given] } }, '/network/');
    expect([status, headers.get('content-type')]).toEqual([201, 'application/json; charset=UTF-8']);
    expect(body.network).toEqual({
      uuid: expect.any(String),
      name: 'net',
      type: 'private',
      zone: 'fi-hel1',
      labels,
      ip_networks: {
        ip_network: [
          {
            address: '10.0.0.0/24',
            dhcp: 'yes',
            dhcp_default_route: 'no',
            dhcp_dns: ['9.9.9.9'],
            family: 'IPv4',
            gateway: '10.0.0.1',
          },
        ],
      },
      servers: { server: [] },
    });
    expect(body.operation).toMatchObject({
      state: 'success',
      reference: { link: `/1.3/network/${body.network.uuid}` },
    });
    expect(await get(body.network.uuid)).toEqual(body.network);
    const exoscale = await ApiClient.of(stack).send('GET', `/zone/fi-hel-1/v2/private-network/${body.network.uuid}`);
    expect(exoscale.body).toMatchObject({ 'start-ip': '10.0.0.2', 'end-ip': '10.0.0.254', netmask: '255.255.255.0' });
  });

  it.each<[string, unknown]>([
    ['a single object', { ip_network: { address: '10.0.0.0/24', family: 'IPv4' } }],
    ['a bare list', [{ address: '10.0.0.0/24', family: 'IPv4', dhcp: 1 }]],
  ])('takes its IP network as %s', async (_name, ip_networks) => {
    expect((await create({ ip_networks })).status).toBe(201);
  });

  it('lists networks by zone and by label, with a slash and without', async () => {
    const mark = randomUUID();
    const { body } = await create({ labels: [{ key: 'mark', value: mark }] });
    const list = async (path: string): Promise<string[]> =>
      (await client.send('GET', path)).body.networks.network.map(({ uuid }: { uuid: string }) => uuid);
    const { uuid } = body.network;
    for (const path of ['/network', '/network/', '/network?zone=fi-hel1', '/network/?zone=fi-hel1']) {
      expect(await list(path)).toContain(uuid);
    }
    expect(await list('/network?zone=fi-hel2')).not.toContain(uuid);
    expect(await list(`/network?label=mark%3D${mark}`)).toEqual([uuid]);
    expect(await list(`/network?label=mark%3D${mark}&label=none`)).toEqual([]);
    expect(await client.refusal('GET', '/network?zone=moon')).toEqual([404, 'ZONE_NOT_FOUND']);
  });

  it('shows its servers, and is not deleted while it has any', async () => {
    const { body } = await create();
    const path = `/zone/fi-hel-1/v2/private-network/${body.network.uuid}`;
    const [api, instance] = [ApiClient.of(stack), { instance: { id: randomUUID() } }];
    const move = async (verb: 'attach' | 'detach'): Promise<void> => {
      const { body: operation } = await api.send<{ id: string }>('PUT', `${path}:${verb}`, instance);
      await api.ended(operation.id);
    };
    await move('attach');
    expect((await get(body.network.uuid)).servers.server).toEqual([
      { uuid: instance.instance.id, title: expect.any(String) },
    ]);
    expect(await client.refusal('DELETE', `/network/${body.network.uuid}`)).toEqual([409, 'NETWORK_NOT_EMPTY']);
    await move('detach');
    const gone = await client.succeed('DELETE', `/network/${body.network.uuid}`);
    expect([gone.status, gone.body]).toEqual([204, undefined]);
    expect(await client.refusal('GET', `/network/${body.network.uuid}`)).toEqual([404, 'NETWORK_NOT_FOUND']);
  });

  it.each(['PUT', 'PATCH'])('modifies a network by %s', async (method) => {
    const { body } = await create({ labels: [{ key: 'env', value: 'test' }] });
    const path = `/network/${body.network.uuid}`;
    const modify = async (network: object) => (await client.succeed(method, path, { network })).body.network;
    expect(await modify({ name: 'new' })).toEqual({ ...body.network, name: 'new' });
    const wanted = { labels: null, ip_networks: { ip_network: ipNetwork({ dhcp: 'yes', dhcp_dns: ['9.9.9.9'] }) } };
    expect(await modify(wanted)).toMatchObject({
      name: 'new',
      labels: [],
      ip_networks: { ip_network: [{ dhcp: 'yes', dhcp_dns: ['9.9.9.9'] }] },
    });
    expect(await client.refusal(method, path, { network: { ip_networks: [ipNetwork({ dhcp: 'no' })] } })).toEqual([
      400,
      'NOT_SUPPORTED',
    ]);
  });

  it('makes, lists, changes and deletes routers', async () => {
    const mark = randomUUID();
    const labels = [{ key: 'mark', value: mark }];
    const { status, body } = await client.send('POST', '/router', {
      router: { name: 'edge', labels, static_routes: [] },
    });
    const router = {
      uuid: expect.any(String),
      name: 'edge',
      type: 'normal',
      labels,
      static_routes: [],
      attached_networks: { network: [] },
      attached_network_gateways: [],
    };
    expect([status, body]).toEqual([201, { router }]);
    const path = `/router/${body.router.uuid}`;
    expect((await client.send('GET', path)).body).toEqual(body);
    const list = async (query: string) => (await client.send('GET', `/router${query}`)).body.routers.router;
    expect(await list(`?label=mark%3D${mark}`)).toEqual([body.router]);
    expect(await list(`?label=mark&label=none`)).toEqual([]);
    for (const [method, name] of [
      ['PATCH', 'one'],
      ['PUT', 'two'],
    ] as const) {
      expect((await client.send(method, path, { router: { name } })).body.router).toEqual({ ...body.router, name });
    }
    expect((await client.send('PATCH', path, { router: { labels: null } })).body.router.labels).toEqual([]);
    expect((await client.send('DELETE', path)).status).toBe(204);
    expect(await client.refusal('GET', path)).toEqual([404, 'ROUTER_NOT_FOUND']);
  });

  it('attaches routers to networks, and detaches them', async () => {
    const [one, two] = [await client.makeRouter('one', 'fi-hel1'), await client.makeRouter('two', 'fi-hel2')];
    const { body } = await create();
    const { uuid } = body.network;
    const set = async (router: string | null) =>
      (await client.succeed('PUT', `/network/${uuid}`, { network: { router } })).body.network;
    const attached = async (router: string) =>
      (await client.send('GET', `/router/${router}`)).body.router.attached_networks.network;
    expect((await set(one)).router).toBe(one);
    expect(await attached(one)).toEqual([{ uuid }]);
    expect(await client.refusal('DELETE', `/router/${one}`)).toEqual([409, 'ROUTER_ATTACHED']);
    expect((await set(two)).router).toBe(two);
    expect([await attached(one), await attached(two)]).toEqual([[], [{ uuid }]]);
    expect(await set(null)).not.toHaveProperty('router');
    expect(await attached(two)).toEqual([]);
    expect((await client.send('DELETE', `/router/${two}`)).status).toBe(204);
  });

  it('makes a network with its router at once', async () => {
    const router = await client.makeRouter('edge', 'fi-hel1');
    const { status, body } = await create({ router, ip_networks: [ipNetwork({ address: '10.9.0.0/24' })] });
    expect([status, body.network]).toEqual([
      201,
      expect.objectContaining({
        router,
        ip_networks: { ip_network: [expect.objectContaining({ gateway: '10.9.0.1' })] },
      }),
    ]);
  });

  it('refuses overlapping networks on one router', async () => {
    const router = await client.makeRouter('edge', 'fi-hel1');
    const ip_networks = [ipNetwork({ address: '10.8.0.0/24' })];
    expect((await create({ router, ip_networks })).status).toBe(201);
    expect((await create({ router, ip_networks })).status).toBe(409);
    const { body } = await create({ ip_networks });
    const answer = await client.send('PUT', `/network/${body.network.uuid}`, { network: { router } });
    expect([answer.status, answer.body.error.error_code]).toEqual([409, expect.stringMatching(/CONFLICT$/)]);
    expect(await get(body.network.uuid)).not.toHaveProperty('router');
  });

  it('shows a network of Scaleway with its VPC as the router', async () => {
    const vpcs = '/vpc/v2/regions/fr-par/private-networks';
    const made = await ApiClient.of(stack).send<{ id: string; vpc_id: string }>('POST', vpcs, { name: 'regional' });
    expect(await get(made.body.id)).toMatchObject({ name: 'regional', zone: 'fr-par-1', router: made.body.vpc_id });
    expect((await client.send('GET', `/router/${made.body.vpc_id}`)).body.router).toMatchObject({
      type: 'service',
      attached_networks: { network: expect.arrayContaining([{ uuid: made.body.id }]) },
    });
  });

  it.each<[string, object, number, string]>([
    ['no name', { name: undefined }, 400, 'NETWORK_NAME_MISSING'],
    ['no zone', { zone: undefined }, 400, 'ZONE_MISSING'],
    ['an unknown zone', { zone: 'moon1' }, 404, 'ZONE_NOT_FOUND'],
    ['an unknown router', { router: NOWHERE }, 404, 'ROUTER_NOT_FOUND'],
    ['no IP network', { ip_networks: [] }, 400, 'IP_NETWORKS_MISSING'],
    ['two IP networks', { ip_networks: [ipNetwork(), ipNetwork()] }, 400, 'NOT_SUPPORTED'],
    ['an IPv6 network', { ip_networks: [{ address: 'fd00::/64', family: 'IPv6' }] }, 400, 'NOT_SUPPORTED'],
    ['host bits', { ip_networks: [ipNetwork({ address: '10.0.0.7/24' })] }, 400, 'IP_NETWORKS_ADDRESS_INVALID'],
    ['a gateway elsewhere', { ip_networks: [ipNetwork({ gateway: '10.1.0.1' })] }, 400, 'IP_NETWORKS_GATEWAY_INVALID'],
    ['a short label key', { labels: [{ key: 'a', value: '' }] }, 400, 'INVALID_LABEL_KEY'],
    ['a long label value', { labels: [{ key: 'ab', value: 'a'.repeat(256) }] }, 400, 'INVALID_LABEL_VALUE'],
    [
      'a label twice',
      {
        labels: [
          { key: 'ab', value: '1' },
          { key: 'ab', value: '2' },
        ],
      },
      400,
      'DUPLICATE_LABEL_KEYS',
    ],
  ])('refuses a network with %s', async (_name, changes, status, code) => {
    const answer = await create(changes);
    expect([answer.status, answer.body]).toEqual([
      status,
      { error: { error_code: code, error_message: expect.any(String) } },
    ]);
  });

  it('lets a router without networks follow its first one to another region', async () => {
    const router = await client.makeRouter('mobile');
    const far = { router, zone: 'de-fra1', ip_networks: [ipNetwork({ address: '10.78.0.0/24' })] };
    const answer = await create(far);
    expect([answer.status, answer.body.network.router]).toEqual([201, router]);
  });

  it('refuses a router of another region, and one without a name', async () => {
    const far = await client.makeRouter('far', 'de-fra1');
    expect(
      (await create({ router: far, zone: 'de-fra1', ip_networks: [ipNetwork({ address: '10.77.0.0/24' })] })).status,
    ).toBe(201);
    const answer = await create({ router: far });
    expect([answer.status, answer.body.error.error_code]).toEqual([409, 'ZONE_MISMATCH']);
    expect(await client.refusal('POST', '/router', { router: {} })).toEqual([400, 'ROUTER_NAME_MISSING']);
    for (const [method, body] of [['GET'], ['PATCH', { router: { name: 'x' } }], ['DELETE']] as const) {
      expect(await client.refusal(method, `/router/${NOWHERE}`, body)).toEqual([404, 'ROUTER_NOT_FOUND']);
    }
    for (const [method, body] of [['GET'], ['PUT', { network: { name: 'x' } }], ['DELETE']] as const) {
      expect(await client.refusal(method, `/network/${NOWHERE}`, body)).toEqual([404, 'NETWORK_NOT_FOUND']);
    }
  });
});
