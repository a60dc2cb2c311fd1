import type { OperationView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { createTestGateway, type TestGateway } from '../../gateway.fixture';
import {
  attachmentView,
  INSTANCE_ID,
  NETWORK_ID,
  networkView,
  OPERATION_ID,
  operationView,
  subnetView,
} from '../../views.fixture';
import { PEER_NETWORK_ID, PEERING_ID, peeringView, VPC_ID, vpcView } from './upcloud.fixture';

describe('the UpCloud dialect', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await createTestGateway(50);
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    gateway.calls.length = 0;
    gateway.operations.clear();
    const network = networkView({ connectivity: 'isolated', isDhcpEnabled: false });
    const accepted = () => ({ resource: network, operation: operationView() });
    const peered = () => ({ resource: peeringView({ state: 'provisioning' }), operation: operationView() });
    // Everything lies in one region: whoever asks the other one hears that it is not there.
    const inParis =
      <T>(view: T, id: string) =>
      ({ region }: { region: string }): T => {
        if (region === 'fr-par') return view;
        throw ProblemError.notFound('thing', id);
      };
    const page =
      <T>(items: T[]) =>
      ({ region }: { region: string }) =>
        region === 'fr-par' ? { items, totalCount: items.length } : { items: [], totalCount: 0 };
    Object.assign(gateway.handlers, {
      'private-network.create': accepted,
      'private-network.update': accepted,
      'private-network.enable-dhcp': accepted,
      'private-network.set-router': accepted,
      'private-network.delete': accepted,
      'private-network.get': inParis(network, NETWORK_ID),
      'private-network.list': page([network]),
      'vpc.get': inParis(vpcView(), VPC_ID),
      'vpc.list': page([vpcView({ tags: ['env=prod'] })]),
      'vpc.create': () => vpcView(),
      'vpc.update': () => vpcView(),
      'vpc.delete': () => null,
      'route.list': page([]),
      'peering.create': peered,
      'peering.update': peered,
      'peering.delete': peered,
      'peering.get': () => peeringView(),
      'peering.list': () => [peeringView()],
      'attachment.list': () => ({ items: [attachmentView()], totalCount: 1 }),
      'instance.list': () => [],
      'subnet.list': () => [subnetView({ cidr: '10.0.0.0/24', gateway: null })],
    });
  });

  type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  const send = (method: Method, path: string, payload?: object) => {
    const { accessKey, secret } = gateway.keys.admin;
    const authorization = `Basic ${Buffer.from(`${accessKey}:${secret}`).toString('base64')}`;
    return gateway.inject({ method, url: `/1.3${path}`, headers: { authorization }, payload });
  };
  const store = (changes: Partial<OperationView>): void => {
    const { resource, reference, ...rest } = operationView(changes);
    gateway.operations.set(rest.id, {
      ...rest,
      projectId: gateway.keys.admin.projectId,
      resourceType: resource.type,
      resourceId: resource.id,
      referenceType: reference.type,
      referenceId: reference.id,
    });
  };
  const patterns = (): string[] => gateway.calls.map(({ pattern }) => pattern);
  const sent = (pattern: string): unknown => gateway.calls.find((call) => call.pattern === pattern)?.data;

  const newPeering = { name: 'p', network: { uuid: NETWORK_ID }, peer_network: { uuid: PEER_NETWORK_ID } };
  const newNetwork = {
    name: 'n',
    zone: 'fr-par-1',
    ip_networks: { ip_network: { address: '10.0.0.0/24', family: 'IPv4' } },
  };
  const mutations: [string, Method, string, object | undefined, number, string][] = [
    ['create a peering', 'POST', '/network-peering', { network_peering: newPeering }, 201, 'peering.create'],
    [
      'modify a peering',
      'PATCH',
      `/network-peering/${PEERING_ID}`,
      { network_peering: { name: 'q' } },
      200,
      'peering.update',
    ],
    ['delete a peering', 'DELETE', `/network-peering/${PEERING_ID}`, undefined, 204, 'peering.delete'],
    ['create a network', 'POST', '/network', { network: newNetwork }, 201, 'private-network.create'],
    ['create a network with a slash', 'POST', '/network/', { network: newNetwork }, 201, 'private-network.create'],
    ['modify a network', 'PUT', `/network/${NETWORK_ID}`, { network: { name: 'q' } }, 200, 'private-network.update'],
    ['patch a network', 'PATCH', `/network/${NETWORK_ID}`, { network: { name: 'q' } }, 200, 'private-network.update'],
    [
      'attach a router',
      'PUT',
      `/network/${NETWORK_ID}`,
      { network: { router: VPC_ID } },
      200,
      'private-network.set-router',
    ],
    ['delete a network', 'DELETE', `/network/${NETWORK_ID}`, undefined, 204, 'private-network.delete'],
  ];

  describe.each(mutations)('%s', (_name, method, path, payload, status, pattern) => {
    it('answers with its operation beside the body and in the headers', async () => {
      const answer = await send(method, path, payload);
      expect(answer.statusCode).toBe(status);
      expect(patterns()).toContain(pattern);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=UTF-8',
        'operation-id': OPERATION_ID,
        'operation-location': `/v1/operations/${OPERATION_ID}`,
        'retry-after': '1',
      });
      if (status === 204) return expect(answer.body).toBe('');
      expect(answer.json()).toMatchObject({ operation: { id: OPERATION_ID, state: 'pending' } });
    });

    it('tells what failed within the window as an error', async () => {
      store({ state: 'failure', reason: 'conflict', message: 'Taken.', code: 'conflict' });
      gateway.signal(OPERATION_ID);
      const answer = await send(method, path, payload);
      expect([answer.statusCode, answer.json()]).toEqual([
        409,
        { error: { error_code: 'NETWORK_CONFLICT', error_message: 'Taken.' } },
      ]);
    });
  });

  it('reads a peering again when its change has ended', async () => {
    store({ state: 'success' });
    gateway.signal(OPERATION_ID);
    const answer = await send('POST', '/network-peering', { network_peering: newPeering });
    expect(answer.json()).toMatchObject({
      network_peering: { uuid: PEERING_ID, state: 'pending-peer', peer_network: { uuid: PEER_NETWORK_ID } },
      operation: { state: 'success', reference: { link: `/1.3/network-peering/${PEERING_ID}` } },
    });
    expect(sent('peering.create')).toEqual({
      name: 'p',
      intent: 'active',
      localNetworkId: NETWORK_ID,
      peerNetworkId: PEER_NETWORK_ID,
      labels: [],
    });
  });

  it('tells a peering in provisioning while its change goes on', async () => {
    const answer = await send('POST', '/network-peering', { network_peering: newPeering });
    expect(answer.json().network_peering.state).toBe('provisioning');
  });

  it('passes the filters of peerings on', async () => {
    const url = `/network-peering?uuid=${PEERING_ID}&network_uuid_local=${NETWORK_ID}&label=env%3Dprod&label=team`;
    expect((await send('GET', url)).json()).toMatchObject({
      network_peerings: { network_peering: [{ uuid: PEERING_ID }] },
    });
    expect(sent('peering.list')).toEqual({
      peeringId: PEERING_ID,
      localNetworkId: NETWORK_ID,
      labels: [{ key: 'env', value: 'prod' }, { key: 'team' }],
    });
  });

  it('asks every region for an id once, and then the one where it was', async () => {
    const asked = async (): Promise<number> => {
      gateway.calls.length = 0;
      await send('GET', `/router/${PEERING_ID}`);
      return patterns().filter((pattern) => pattern === 'vpc.get').length;
    };
    expect([await asked(), await asked()]).toEqual([2, 1]);
    // It has moved to the other region.
    gateway.handlers['vpc.get'] = ({ region }) => {
      if (region === 'ch-gva') return vpcView({ region });
      throw ProblemError.notFound('vpc', PEERING_ID);
    };
    expect([await asked(), await asked()]).toEqual([3, 1]);
  });

  it('does not say that something is not there when a region cannot be asked', async () => {
    gateway.handlers['private-network.get'] = ({ region }) => {
      if (region === 'fr-par') throw new ProblemError('unavailable', 'Away.');
      throw ProblemError.notFound('private-network', PEER_NETWORK_ID);
    };
    expect((await send('GET', `/network/${PEER_NETWORK_ID}`)).json().error.error_code).toBe('SERVICE_UNAVAILABLE');
  });

  it('shows a network with its servers', async () => {
    expect((await send('GET', `/network/${NETWORK_ID}`)).json().network).toMatchObject({
      zone: 'fr-par-1',
      ip_networks: { ip_network: [{ address: '10.0.0.0/24', dhcp: 'no', gateway: '10.0.0.1' }] },
      servers: { server: [{ uuid: INSTANCE_ID, title: '' }] },
    });
  });

  it.each(['/network', '/network/', '/network?zone=fr-par-1', '/network/?zone=fr-par-1'])(
    'lists networks at %s',
    async (path) => {
      expect((await send('GET', path)).json().networks.network).toHaveLength(1);
    },
  );

  it('lists a regional network in one zone only', async () => {
    expect((await send('GET', '/network?zone=fr-par-2')).json()).toEqual({ networks: { network: [] } });
    expect((await send('GET', '/network?zone=moon')).json().error.error_code).toBe('ZONE_NOT_FOUND');
  });

  it('takes a request id of its own for each change of one request', async () => {
    store({ state: 'success' });
    gateway.signal(OPERATION_ID);
    const network = { name: 'q', router: VPC_ID, ip_networks: [{ dhcp: 'yes' }] };
    expect((await send('PUT', `/network/${NETWORK_ID}`, { network })).statusCode).toBe(200);
    const changes = gateway.calls.filter(({ pattern }) => /update|enable-dhcp|set-router/.test(pattern));
    expect(changes.map(({ pattern }) => pattern)).toEqual([
      'private-network.update',
      'private-network.enable-dhcp',
      'private-network.set-router',
    ]);
    expect(new Set(changes.map(({ context }) => context.requestId)).size).toBe(3);
  });

  it('says that a part has begun when the first change takes too long for the second', async () => {
    const answer = await send('PUT', `/network/${NETWORK_ID}`, { network: { name: 'q', router: VPC_ID } });
    expect([answer.statusCode, answer.json().error.error_code]).toEqual([409, 'NETWORK_BUSY']);
    expect(patterns()).not.toContain('private-network.set-router');
  });

  it('attaches no router that has networks in another region', async () => {
    gateway.handlers['vpc.get'] = ({ region }) => {
      if (region === 'ch-gva') return vpcView({ region });
      throw ProblemError.notFound('vpc', VPC_ID);
    };
    gateway.handlers['vpc.move'] = () => {
      throw new ProblemError('precondition-failed', 'It has networks.', {
        resource: 'vpc',
        precondition: 'vpc_is_empty',
      });
    };
    for (const [method, path, network] of [
      ['PUT', `/network/${NETWORK_ID}`, { router: VPC_ID }],
      ['POST', '/network', { ...newNetwork, router: VPC_ID }],
    ] as const) {
      const answer = await send(method, path, { network });
      expect([answer.statusCode, answer.json().error.error_code]).toEqual([409, 'ZONE_MISMATCH']);
    }
  });

  it('makes routers, and changes them', async () => {
    const router = { name: 'edge', labels: [{ key: 'env', value: 'prod' }], static_routes: [] };
    expect((await send('POST', '/router', { router })).statusCode).toBe(201);
    expect(sent('vpc.create')).toEqual({ region: 'fr-par', name: 'edge', tags: ['env=prod'], isRoutingEnabled: true });
    gateway.calls.length = 0;
    await send('POST', '/router', { router: { name: 'edge', zone: 'ch-gva-2' } });
    expect(sent('vpc.create')).toMatchObject({ region: 'ch-gva' });
    for (const method of ['PUT', 'PATCH'] as const) {
      expect((await send(method, `/router/${VPC_ID}`, { router: { labels: null } })).statusCode).toBe(200);
      expect(sent('vpc.update')).toEqual({ region: 'fr-par', vpcId: VPC_ID, tags: [] });
    }
    expect((await send('DELETE', `/router/${VPC_ID}`)).statusCode).toBe(204);
  });

  it('lists routers by labels; VPCs that do not route are none', async () => {
    expect((await send('GET', '/router?label=env')).json().routers.router).toHaveLength(1);
    expect((await send('GET', '/router?label=env=test')).json().routers.router).toEqual([]);
    gateway.handlers['vpc.get'] = () => vpcView({ isRoutingEnabled: false });
    expect((await send('GET', `/router/${VPC_ID}`)).json().error.error_code).toBe('ROUTER_NOT_FOUND');
  });

  it('tells the account and the zones', async () => {
    expect((await send('GET', '/account')).json()).toEqual({
      account: {
        credits: 0,
        username: gateway.keys.admin.accessKey,
        resource_limits: {
          networks: expect.any(Number),
          network_peerings: expect.any(Number),
          routers: expect.any(Number),
        },
      },
    });
    expect((await send('GET', '/zone')).json()).toEqual({
      zones: {
        zone: ['fr-par-1', 'fr-par-2', 'ch-gva-2'].map((id) => ({ id, description: `Zone ${id}`, public: 'yes' })),
      },
    });
  });

  it('refuses what it cannot know as UpCloud does', async () => {
    const answer = await gateway.inject({ url: '/1.3/account' });
    expect([answer.statusCode, answer.json().error.error_code, answer.headers['content-type']]).toEqual([
      401,
      'AUTHENTICATION_FAILED',
      'application/json; charset=UTF-8',
    ]);
  });

  const label = (key: unknown, value: unknown = '') => ({
    network_peering: { ...newPeering, labels: [{ key, value }] },
  });
  const long = 'a'.repeat(256);
  it.each<[string, string, object, string]>([
    ['no peering', '/network-peering', {}, 'NETWORK_PEERING_MISSING'],
    [
      'a peering without a name',
      '/network-peering',
      { network_peering: { ...newPeering, name: undefined } },
      'NAME_INVALID',
    ],
    ['a long name', '/network-peering', { network_peering: { ...newPeering, name: long } }, 'NAME_INVALID'],
    [
      'a status',
      '/network-peering',
      { network_peering: { ...newPeering, configured_status: 'on' } },
      'CONFIGURED_STATUS_INVALID',
    ],
    ['no network', '/network-peering', { network_peering: { ...newPeering, network: undefined } }, 'NETWORK_MISSING'],
    [
      'no peer',
      '/network-peering',
      { network_peering: { ...newPeering, peer_network: {} } },
      'PEER_NETWORK_UUID_MISSING',
    ],
    ['a short label key', '/network-peering', label('a'), 'INVALID_LABEL_KEY'],
    ['a long label key', '/network-peering', label('a'.repeat(33)), 'INVALID_LABEL_KEY'],
    ['an underscore first', '/network-peering', label('_a'), 'INVALID_LABEL_KEY'],
    ['a key that is not ASCII', '/network-peering', label('äö'), 'INVALID_LABEL_KEY'],
    ['a key that is no text', '/network-peering', label(12), 'INVALID_LABEL_KEY'],
    ['a long label value', '/network-peering', label('ab', long), 'INVALID_LABEL_VALUE'],
    ['a label value that is no text', '/network-peering', label('ab', {}), 'INVALID_LABEL_VALUE'],
    ['labels that are none', '/network-peering', { network_peering: { ...newPeering, labels: 'x' } }, 'LABELS_INVALID'],
    ['no network name', '/network', { network: { ...newNetwork, name: undefined } }, 'NETWORK_NAME_MISSING'],
    ['no zone', '/network', { network: { ...newNetwork, zone: undefined } }, 'ZONE_MISSING'],
    ['no IP networks', '/network', { network: { ...newNetwork, ip_networks: undefined } }, 'IP_NETWORKS_MISSING'],
    ['a text for IP networks', '/network', { network: { ...newNetwork, ip_networks: 'x' } }, 'IP_NETWORKS_INVALID'],
    [
      'a boolean that is none',
      '/network',
      { network: { ...newNetwork, ip_networks: [{ dhcp: 'maybe' }] } },
      'IP_NETWORKS_DHCP_INVALID',
    ],
    ['a router that is no id', '/network', { network: { ...newNetwork, router: 'x' } }, 'ROUTER_INVALID'],
    ['no router name', '/router', { router: {} }, 'ROUTER_NAME_MISSING'],
    ['no router', '/router', {}, 'ROUTER_MISSING'],
  ])('refuses %s', async (_name, path, payload, code) => {
    const answer = await send('POST', path, payload);
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      { error: { error_code: code, error_message: expect.any(String) } },
    ]);
    expect(gateway.calls).toEqual([]);
  });

  it.each([[true], [1], ['1'], ['yes'], ['true']])('takes %j for yes', async (dhcp) => {
    await send('POST', '/network', { network: { ...newNetwork, ip_networks: [{ address: '10.0.0.0/24', dhcp }] } });
    expect(sent('private-network.create')).toMatchObject({ isDhcpEnabled: true });
  });

  it.each([
    [{ ip_network: [{ address: '10.0.0.0/24' }] }],
    [{ ip_network: { address: '10.0.0.0/24' } }],
    [[{ address: '10.0.0.0/24' }]],
  ])('takes IP networks as %j', async (ip_networks) => {
    await send('POST', '/network/', { network: { ...newNetwork, ip_networks } });
    expect(sent('private-network.create')).toMatchObject({ zone: 'fr-par-1', connectivity: 'isolated' });
  });
});
