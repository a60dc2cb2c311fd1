import { PEERING_STATES } from '@isthmus/model';
import { NETWORK_ID, networkView, subnetView } from '../../views.fixture';
import { toIpNetworks } from './ip-network.mapper';
import { fromTags, hasLabels, toLabelFilters, toLabels, toTags } from './label.mapper';
import type { CreateNetworkFields, IpNetworkDto, UpdateNetworkFields } from './network.dto';
import { toChange, toCreateCommand, toNetworkBody } from './network.mapper';
import { PEERING_WORDS } from './network-peering.dto';
import { toListQuery, toPeeringBody, toPeeringWord, toUpdateCommand } from './network-peering.mapper';
import { toRouterBody, toUpdateCommand as toRouterUpdate } from './router.mapper';
import { PEER_NETWORK_ID, PEERING_ID, peeringView, routeView, VPC_ID, vpcView } from './upcloud.fixture';

const ZONE = { name: 'fi-hel-1', region: 'fi-hel' };
const refusalOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('peerings', () => {
  it('have a word for every state, and every word has one state', () => {
    expect(new Set(PEERING_STATES.map(toPeeringWord))).toEqual(new Set(PEERING_WORDS));
    expect(PEERING_STATES).toHaveLength(PEERING_WORDS.length);
  });

  it.each([
    ['active', 'active'],
    ['provisioning', 'provisioning'],
    ['disabled', 'disabled'],
    ['waiting-for-peer', 'pending-peer'],
    ['peer-disabled', 'peer-disabled'],
    ['local-network-not-routed', 'missing-local-router'],
    ['peer-network-not-routed', 'missing-peer-router'],
    ['peer-network-deleted', 'deleted-peer-network'],
    ['subnets-overlap', 'conflict-subnet'],
    ['error', 'error'],
  ] as const)('say %s as %s', (state, word) => expect(toPeeringWord(state)).toBe(word));

  it('tell of the peer network nothing but its id until it has made its side', () => {
    expect(toPeeringBody(peeringView())).toEqual({
      uuid: PEERING_ID,
      name: 'to the other side',
      configured_status: 'active',
      state: 'pending-peer',
      labels: [],
      network: { uuid: NETWORK_ID, ip_networks: { ip_network: [{ address: '10.0.0.0/24', family: 'IPv4' }] } },
      peer_network: { uuid: PEER_NETWORK_ID },
    });
    expect(toPeeringBody(peeringView({ peerCidrs: ['10.0.1.0/24', 'fd00::/64'] })).peer_network).toEqual({
      uuid: PEER_NETWORK_ID,
      ip_networks: {
        ip_network: [
          { address: '10.0.1.0/24', family: 'IPv4' },
          { address: 'fd00::/64', family: 'IPv6' },
        ],
      },
    });
  });

  it('are changed by what is given; labels go with null and with an empty list', () => {
    expect(toUpdateCommand(PEERING_ID, {})).toBeUndefined();
    expect(toUpdateCommand(PEERING_ID, { name: null, configured_status: 'disabled' })).toEqual({
      peeringId: PEERING_ID,
      intent: 'disabled',
    });
    for (const labels of [null, []]) {
      expect(toUpdateCommand(PEERING_ID, { labels })).toEqual({ peeringId: PEERING_ID, labels: [] });
    }
  });

  it('never change their networks', () => {
    for (const fields of [{ network: { uuid: NETWORK_ID } }, { peer_network: null }]) {
      expect(refusalOf(() => toUpdateCommand(PEERING_ID, fields))).toMatchObject({ errorCode: 'NETWORK_IMMUTABLE' });
    }
  });

  it('are listed by what is asked', () => {
    expect(toListQuery({})).toEqual({});
    expect(
      toListQuery({ uuid: PEERING_ID, network_uuid_local: 'a', network_uuid_peer: 'b', label: ['c', 'd=e=f'] }),
    ).toEqual({
      peeringId: PEERING_ID,
      localNetworkId: 'a',
      peerNetworkId: 'b',
      labels: [{ key: 'c' }, { key: 'd', value: 'e=f' }],
    });
  });
});

describe('labels', () => {
  it('have each key once', () => {
    const twice = [
      { key: 'env', value: 'a' },
      { key: 'env', value: 'b' },
    ];
    expect(refusalOf(() => toLabels(twice))).toMatchObject({
      errorCode: 'DUPLICATE_LABEL_KEYS',
      code: 'invalid-argument',
    });
  });

  it('match filters by key, or by key and value, all of them', () => {
    const labels = [
      { key: 'env', value: 'prod' },
      { key: 'bare', value: '' },
    ];
    const matches = (...texts: string[]): boolean => hasLabels(labels, toLabelFilters(texts));
    expect([matches(), matches('env'), matches('env=prod'), matches('env', 'bare='), matches('bare')]).toEqual(
      Array(5).fill(true),
    );
    expect([matches('env=test'), matches('env', 'none'), matches('bare=x')]).toEqual(Array(3).fill(false));
  });

  it('of routers are tags', () => {
    const labels = [
      { key: 'env', value: 'a=b' },
      { key: 'bare', value: '' },
    ];
    expect(toTags(labels)).toEqual(['env=a=b', 'bare']);
    expect(fromTags(toTags(labels))).toEqual(labels);
    expect(refusalOf(() => toTags([{ key: 'a=b', value: '' }]))).toMatchObject({ code: 'invalid-argument' });
  });
});

const ipNetwork = (changes: Partial<IpNetworkDto> = {}): IpNetworkDto => ({
  address: '10.0.0.0/24',
  family: 'IPv4',
  ...changes,
});
const fields = (changes: Partial<CreateNetworkFields> = {}): CreateNetworkFields => ({
  name: 'net',
  zone: 'fi-hel1',
  ip_networks: [ipNetwork()],
  ...changes,
});

describe('new networks', () => {
  it('without a router are pure layer 2, with the first host kept for the gateway', () => {
    expect(toCreateCommand(fields({ labels: [{ key: 'env', value: 'x' }] }), ZONE)).toEqual({
      region: 'fi-hel',
      zone: 'fi-hel-1',
      vpcId: null,
      name: 'net',
      description: '',
      labels: { env: 'x' },
      tags: [],
      connectivity: 'isolated',
      addressing: { kind: 'range', range: { startIp: '10.0.0.2', endIp: '10.0.0.254', netmask: '255.255.255.0' } },
      isDhcpEnabled: false,
      dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
      isDefaultRoutePropagated: false,
    });
  });

  it('with a router are joined', () => {
    const network = fields({
      router: VPC_ID,
      ip_networks: [ipNetwork({ dhcp: true, dhcp_default_route: true, dhcp_dns: ['9.9.9.9'], gateway: '10.0.0.1' })],
    });
    expect(toCreateCommand(network, ZONE)).toMatchObject({
      vpcId: VPC_ID,
      connectivity: 'joined',
      addressing: { kind: 'subnets', cidrs: ['10.0.0.0/24'] },
      isDhcpEnabled: true,
      dhcpOptions: { routers: ['10.0.0.1'], dnsServers: ['9.9.9.9'] },
      isDefaultRoutePropagated: true,
    });
  });

  it.each([
    ['10.0.0.254', '10.0.0.1', '10.0.0.253'],
    ['10.0.0.100', '10.0.0.101', '10.0.0.254'],
    ['10.0.0.200', '10.0.0.1', '10.0.0.199'],
  ])('never hand out their gateway %s', (gateway, startIp, endIp) => {
    expect(toCreateCommand(fields({ ip_networks: [ipNetwork({ gateway })] }), ZONE).addressing).toMatchObject({
      range: { startIp, endIp },
    });
  });

  it.each<[string, Partial<CreateNetworkFields>, string]>([
    ['no IP network', { ip_networks: [] }, 'invalid-argument'],
    ['two', { ip_networks: [ipNetwork(), ipNetwork()] }, 'unsupported'],
    ['an IPv6 one', { ip_networks: [ipNetwork({ address: 'fd00::/64', family: 'IPv6' })] }, 'unsupported'],
    ['IPv6 said to be IPv4', { ip_networks: [ipNetwork({ address: 'fd00::/64' })] }, 'unsupported'],
    ['no address', { ip_networks: [ipNetwork({ address: undefined })] }, 'invalid-argument'],
    ['host bits', { ip_networks: [ipNetwork({ address: '10.0.0.1/24' })] }, 'invalid-argument'],
    ['a block without room', { ip_networks: [ipNetwork({ address: '10.0.0.0/31' })] }, 'invalid-argument'],
    ['a gateway outside', { ip_networks: [ipNetwork({ gateway: '10.0.1.1' })] }, 'invalid-argument'],
    ['routes by DHCP', { ip_networks: [ipNetwork({ dhcp_routes: ['0.0.0.0/0'] })] }, 'unsupported'],
    [
      'a router and a gateway elsewhere',
      { router: VPC_ID, ip_networks: [ipNetwork({ gateway: '10.0.0.9' })] },
      'invalid-argument',
    ],
  ])('are refused with %s', (_name, changes, code) => {
    expect(refusalOf(() => toCreateCommand(fields(changes), ZONE))).toMatchObject({ code });
  });
});

describe('changes of networks', () => {
  const isolated = networkView({ connectivity: 'isolated', labels: { b: '1', a: '2' }, isDhcpEnabled: false });
  const subnets = [subnetView({ cidr: '10.0.0.0/24', gateway: null })];
  const change = (given: UpdateNetworkFields) => toChange(given, isolated, subnets);

  it('are only what is not so already', () => {
    const same = [
      { key: 'a', value: '2' },
      { key: 'b', value: '1' },
    ];
    expect(change({})).toEqual({});
    expect(
      change({ name: isolated.name, labels: same, router: null, ip_networks: [ipNetwork({ dhcp: false })] }),
    ).toEqual({});
  });

  it('come as up to three', () => {
    expect(
      change({
        name: 'new',
        labels: null,
        router: VPC_ID,
        ip_networks: [ipNetwork({ dhcp: true, dhcp_dns: ['9.9.9.9'] })],
      }),
    ).toEqual({
      update: {
        region: 'fr-par',
        privateNetworkId: NETWORK_ID,
        name: 'new',
        labels: {},
        dhcpOptions: { routers: [], dnsServers: ['9.9.9.9'], ntpServers: [], domainSearch: [] },
      },
      enableDhcp: true,
      setRouter: { vpcId: VPC_ID },
    });
  });

  it('attach, detach and exchange routers', () => {
    const joined = networkView({ vpcId: VPC_ID });
    expect(toChange({ router: VPC_ID }, joined, subnets)).toEqual({});
    expect(toChange({ router: null }, joined, subnets)).toEqual({ setRouter: { vpcId: null } });
    expect(toChange({ router: NETWORK_ID }, joined, subnets)).toEqual({ setRouter: { vpcId: NETWORK_ID } });
  });

  it('are refused where nothing can be done', () => {
    const on = networkView({ isDhcpEnabled: true });
    const routed = [subnetView({ cidr: '10.0.0.0/24', gateway: '10.0.0.1' })];
    const code = (given: IpNetworkDto) => refusalOf(() => toChange({ ip_networks: [given] }, on, routed));
    expect(code({ address: '10.0.1.0/24' })).toMatchObject({ code: 'unsupported' });
    expect(code({ dhcp: false })).toMatchObject({ code: 'unsupported' });
    expect(code({ gateway: '10.0.0.2' })).toMatchObject({ code: 'invalid-argument' });
    expect(code({ gateway: '10.0.0.1' })).toMatchObject({ update: expect.any(Object) });
  });
});

describe('networks', () => {
  const body = (changes: Parameters<typeof networkView>[0], isRouted = true) =>
    toNetworkBody({
      network: networkView(changes),
      subnets: [subnetView()],
      servers: [],
      isRouted,
      zoneName: 'fr-par-1',
    });

  it('have their router only when it routes them', () => {
    expect(body({ vpcId: VPC_ID })).toEqual({
      uuid: NETWORK_ID,
      name: 'backend',
      type: 'private',
      zone: 'fr-par-1',
      router: VPC_ID,
      labels: [],
      ip_networks: {
        ip_network: [
          { address: '172.16.4.0/22', dhcp: 'yes', dhcp_default_route: 'no', family: 'IPv4', gateway: '172.16.4.1' },
        ],
      },
      servers: { server: [] },
    });
    expect(body({ connectivity: 'isolated' })).not.toHaveProperty('router');
    expect(body({}, false)).not.toHaveProperty('router');
  });

  it('show IPv4 only, and a gateway always', () => {
    const subnets = [
      subnetView({ family: 6, cidr: 'fd00::/64' }),
      subnetView({ cidr: '10.0.0.0/24', gateway: null, createdAt: '2026-08-06T00:00:00Z' }),
    ];
    const options = { routers: ['10.0.0.9'], dnsServers: ['9.9.9.9'], ntpServers: [], domainSearch: [] };
    expect(toIpNetworks(networkView(), subnets)).toMatchObject([{ address: '10.0.0.0/24', gateway: '10.0.0.1' }]);
    expect(toIpNetworks(networkView({ dhcpOptions: options }), subnets)).toMatchObject([
      { gateway: '10.0.0.9', dhcp_dns: ['9.9.9.9'] },
    ]);
  });
});

describe('routers', () => {
  it('are VPCs with the networks that they route, and the routes that lead to an address', () => {
    const networks = [
      networkView({ vpcId: VPC_ID }),
      networkView({ id: PEER_NETWORK_ID, vpcId: VPC_ID, connectivity: 'isolated' }),
      networkView({ id: PEERING_ID, vpcId: PEERING_ID }),
    ];
    const routes = [routeView(), routeView({ type: 'subnet' }), routeView({ vpcId: PEERING_ID }), routeView({}, null)];
    expect(toRouterBody(vpcView({ tags: ['env=x'] }), networks, routes)).toEqual({
      uuid: VPC_ID,
      name: 'edge',
      type: 'normal',
      labels: [{ key: 'env', value: 'x' }],
      static_routes: [{ name: 'lab', route: '192.168.0.0/24', nexthop: '10.0.0.7', type: 'user' }],
      attached_networks: { network: [{ uuid: NETWORK_ID }] },
      attached_network_gateways: [],
    });
    expect(toRouterBody(vpcView({ isDefault: true }), [], []).type).toBe('service');
  });

  it('take the static routes that they have, and no others', () => {
    const [present] = toRouterBody(vpcView(), [], [routeView()]).static_routes;
    const route = { route: '192.168.0.0/24', nexthop: '10.0.0.7' };
    expect(toRouterUpdate(vpcView(), { static_routes: [route] }, present ? [present] : [])).toBeUndefined();
    expect(toRouterUpdate(vpcView(), { name: 'x', labels: null }, [])).toEqual({
      region: 'fr-par',
      vpcId: VPC_ID,
      name: 'x',
      tags: [],
    });
    expect(refusalOf(() => toRouterUpdate(vpcView(), { static_routes: [route] }, []))).toMatchObject({
      code: 'unsupported',
    });
  });
});
