import { addressView, INSTANCE_ID, NETWORK_ID, networkView, subnetView } from '../../views.fixture';
import { toCreateCommand, toPrivateNetworkBody, toUpdateCommand } from './private-network.mapper';

const PLACE = { region: 'ch-gva', zone: 'ch-gva-2' };

describe('toCreateCommand', () => {
  it('makes a managed network of a whole range, isolated in its zone', () => {
    const body = {
      name: 'a',
      description: 'd',
      'start-ip': '10.0.0.10',
      'end-ip': '10.0.0.50',
      netmask: '255.255.255.0',
      labels: { env: 'test' },
      options: {
        routers: ['10.0.0.1'],
        'dns-servers': ['9.9.9.9'],
        'ntp-servers': ['10.0.0.3'],
        'domain-search': ['a.example'],
      },
    };
    expect(toCreateCommand(body, PLACE)).toEqual({
      region: 'ch-gva',
      zone: 'ch-gva-2',
      vpcId: null,
      name: 'a',
      description: 'd',
      labels: { env: 'test' },
      tags: [],
      connectivity: 'isolated',
      addressing: { kind: 'range', range: { startIp: '10.0.0.10', endIp: '10.0.0.50', netmask: '255.255.255.0' } },
      isDhcpEnabled: true,
      dhcpOptions: {
        routers: ['10.0.0.1'],
        dnsServers: ['9.9.9.9'],
        ntpServers: ['10.0.0.3'],
        domainSearch: ['a.example'],
      },
      isDefaultRoutePropagated: false,
    });
  });

  it('makes an unmanaged network without a range', () => {
    expect(toCreateCommand({ name: 'a', options: {} }, PLACE)).toMatchObject({
      description: '',
      addressing: { kind: 'none' },
      isDhcpEnabled: false,
    });
  });

  it.each([
    [{ 'start-ip': '10.0.0.1' }, ['end-ip', 'netmask']],
    [{ 'start-ip': '10.0.0.1', 'end-ip': '10.0.0.9' }, ['netmask']],
    [{ netmask: '255.0.0.0' }, ['start-ip', 'end-ip']],
  ])('refuses half a range: %j', (range, missing) => {
    const violations = missing.map((field) => expect.objectContaining({ field, rule: 'required' }));
    expect(() => toCreateCommand({ name: 'a', ...range }, PLACE)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', meta: { violations } }),
    );
  });
});

describe('toUpdateCommand', () => {
  it('carries only what is given', () => {
    const target = { ...PLACE, privateNetworkId: NETWORK_ID };
    expect(toUpdateCommand(NETWORK_ID, {}, PLACE)).toEqual(target);
    expect(toUpdateCommand(NETWORK_ID, { description: '', labels: {} }, PLACE)).toEqual({
      ...target,
      description: '',
      labels: {},
    });
    expect(toUpdateCommand(NETWORK_ID, { 'end-ip': '10.0.0.9' }, PLACE)).toEqual({
      ...target,
      range: { endIp: '10.0.0.9' },
    });
  });

  it('replaces the options as a whole', () => {
    expect(toUpdateCommand(NETWORK_ID, { options: { routers: ['10.0.0.1'] } }, PLACE).dhcpOptions).toEqual({
      routers: ['10.0.0.1'],
      dnsServers: [],
      ntpServers: [],
      domainSearch: [],
    });
  });
});

describe('toPrivateNetworkBody', () => {
  it('leaves out everything that is empty', () => {
    expect(toPrivateNetworkBody(networkView({ isDhcpEnabled: false }), [], [])).toEqual({
      id: NETWORK_ID,
      name: 'backend',
      vni: 6477919,
    });
  });

  it('shows a managed network with its leases', () => {
    const network = networkView({
      description: 'd',
      labels: { env: 'test' },
      dhcpOptions: { routers: ['10.0.0.1'], dnsServers: [], ntpServers: [], domainSearch: ['a.example'] },
    });
    const subnet = subnetView({ cidr: '198.0.0.0/9', rangeStart: '198.18.0.1', rangeEnd: '198.18.0.2' });
    expect(toPrivateNetworkBody(network, [subnet], [addressView({ address: '198.18.0.1' })])).toEqual({
      id: NETWORK_ID,
      name: 'backend',
      description: 'd',
      'start-ip': '198.18.0.1',
      'end-ip': '198.18.0.2',
      netmask: '255.128.0.0',
      vni: 6477919,
      labels: { env: 'test' },
      options: { routers: ['10.0.0.1'], 'domain-search': ['a.example'] },
      leases: [{ ip: '198.18.0.1', 'instance-id': INSTANCE_ID }],
    });
  });

  it('takes the oldest IPv4 subnet, never an IPv6 one', () => {
    const subnets = [
      subnetView({ family: 6, cidr: 'fd00::/64', createdAt: '2026-01-01T00:00:00.000000Z' }),
      subnetView({ cidr: '10.2.0.0/24', createdAt: '2026-03-01T00:00:00.000000Z' }),
      subnetView({ cidr: '10.1.0.0/16', rangeStart: '10.1.0.2', createdAt: '2026-02-01T00:00:00.000000Z' }),
    ];
    expect(toPrivateNetworkBody(networkView(), subnets, [])).toMatchObject({
      'start-ip': '10.1.0.2',
      netmask: '255.255.0.0',
    });
  });

  it('is unmanaged without DHCP, whatever subnets it has', () => {
    expect(toPrivateNetworkBody(networkView({ isDhcpEnabled: false }), [subnetView()], [])).not.toHaveProperty(
      'start-ip',
    );
  });

  it('counts as leases the IPv4 addresses of machines only', () => {
    const addresses = [
      addressView({ family: 6, address: 'fd00::2' }),
      addressView({ owner: null, isReserved: true }),
      addressView({ owner: { type: 'vpn_gateway', id: NETWORK_ID, parentId: null, name: null, macAddress: null } }),
    ];
    expect(toPrivateNetworkBody(networkView(), [], addresses)).not.toHaveProperty('leases');
  });
});
