import { VPN_FLAVORS, VPN_GATEWAY_STATES, type VpnGatewayState, type VpnHealth } from '@isthmus/model';
import { toGroupedZones, toZoneBodies } from './availability-zone.mapper';
import { eip, EIP_ID, endpoint, GATEWAY_ID, gatewayView, POLICY_TEMPLATE, SUBNET_ID, VPC_ID } from './huawei.fixture';
import {
  toCreateCommand,
  toCreatedGatewayBody,
  toGatewayBody,
  toListQuery,
  toStatus,
  toUpdateCommand,
} from './vpn-gateway.mapper';

const CREATED_GATEWAY = {
  id: GATEWAY_ID,
  name: 'vpngw-9f24',
  network_type: 'public',
  attachment_type: 'vpc',
  ip_version: 'ipv4',
  vpc_id: VPC_ID,
  local_subnets: ['192.168.0.0/24'],
  connect_subnet: SUBNET_ID,
  bgp_asn: 64_512,
  flavor: 'Professional1',
  connection_number: 200,
  used_connection_number: 3,
  used_connection_group: 2,
  enterprise_project_id: '0',
  access_vpc_id: VPC_ID,
  access_subnet_id: SUBNET_ID,
  ha_mode: 'active-active',
};
const EIP = {
  id: EIP_ID,
  ip_version: 4,
  type: '5_bgp',
  ip_address: '88.0.2.251',
  charge_mode: 'bandwidth',
  bandwidth_id: 'e93767cc-66d1-4f0a-8f86-bac2987f90a4',
  bandwidth_size: 300,
  bandwidth_name: 'vpngw-bandwidth-10c3',
  share_type: 'PER',
};

describe('gateways', () => {
  it('are created without status, addresses, zones and times', () => {
    expect(toCreatedGatewayBody(gatewayView())).toEqual(CREATED_GATEWAY);
  });

  it('are shown with them', () => {
    expect(toGatewayBody(gatewayView())).toEqual({
      ...CREATED_GATEWAY,
      status: 'ACTIVE',
      public_border_group: 'center',
      availability_zone_ids: ['fr-par-1', 'fr-par-2'],
      eip1: EIP,
      eip2: EIP,
      created_at: '2026-06-28T02:22:27.240125Z',
      applied_at: '2026-06-28T02:22:27.240125Z',
      updated_at: '2026-06-28T02:30:00.000001Z',
      supported_flavors: [],
      supported_features: [],
    });
  });

  const ABSENT = ['availability_zone_ids', 'created_at', 'applied_at', 'updated_at'];
  it.each(['creating', 'updating', 'deleting', 'fault'] as const)(
    'in the state %s hide what only active ones have',
    (state) => {
      const body = toGatewayBody(gatewayView({ state }));
      for (const member of ABSENT) expect(body).not.toHaveProperty(member);
      expect(toGatewayBody(gatewayView({ state, givenZones: ['b', 'a'] })).availability_zone_ids).toEqual(['b', 'a']);
    },
  );

  it('of a router have no VPC, connect subnet or local subnets', () => {
    const view = gatewayView({
      attachmentType: 'er',
      erId: VPC_ID,
      vpcId: null,
      connectSubnetId: null,
      localSubnets: [],
    });
    const { vpc_id: _vpc, local_subnets: _subnets, connect_subnet: _connect, ...rest } = CREATED_GATEWAY;
    expect(toCreatedGatewayBody(view)).toEqual({ ...rest, attachment_type: 'er', er_id: VPC_ID });
  });

  it('of IPv6 have their subnets under another name', () => {
    const body = toCreatedGatewayBody(gatewayView({ ipVersion: 6, localSubnets: ['fd00::/64'] }));
    expect(body).toMatchObject({ ip_version: 'ipv6', local_subnets_v6: ['fd00::/64'] });
    expect(body).not.toHaveProperty('local_subnets');
  });

  it('that are private have addresses of the access subnet and none of the public ones', () => {
    const endpoints = [endpoint(1, { eip: null }), endpoint(2, { eip: null })];
    const body = toGatewayBody(gatewayView({ networkType: 'private', endpoints }));
    expect(body).toMatchObject({ access_private_ip_1: '192.168.0.11', access_private_ip_2: '192.168.0.12' });
    expect(body).not.toHaveProperty('eip1');
    expect(toGatewayBody(gatewayView())).not.toHaveProperty('access_private_ip_1');
  });

  it('in a single zone name it once, and those that have no place name none', () => {
    const inZone = (zone: string | null) => [endpoint(1, { zone }), endpoint(2, { zone })];
    expect(toGatewayBody(gatewayView({ endpoints: inZone('a-1') })).availability_zone_ids).toEqual(['a-1']);
    const unplaced = gatewayView({ state: 'creating', endpoints: inZone(null) });
    expect(toGatewayBody(unplaced)).not.toHaveProperty('availability_zone_ids');
  });

  it('show a public address when it is bound, and no size of a bandwidth that is shared', () => {
    const shared = eip({ isBandwidthShared: true, bandwidthMbps: null, bandwidthName: null });
    const endpoints = [endpoint(1, { eip: shared }), endpoint(2, { eip: eip({ addressId: null, address: null }) })];
    const body = toGatewayBody(gatewayView({ endpoints }));
    const { bandwidth_size: _size, bandwidth_name: _name, ...rest } = EIP;
    expect(body.eip1).toEqual({ ...rest, share_type: 'WHOLE' });
    expect(body).not.toHaveProperty('eip2');
  });

  it('show policy template and tags where there are any', () => {
    expect(
      toCreatedGatewayBody(gatewayView({ policyTemplate: POLICY_TEMPLATE, tags: [{ key: 'env', value: '' }] })),
    ).toMatchObject({
      policy_template: {
        ike_policy: {
          encryption_algorithm: 'aes-256',
          dh_group: 'group16',
          authentication_algorithm: 'sha2-512',
          lifetime_seconds: 86_400,
        },
        ipsec_policy: {
          authentication_algorithm: 'sha2-256',
          encryption_algorithm: 'aes-128',
          pfs: 'group15',
          lifetime_seconds: 3_600,
        },
      },
      tags: [{ key: 'env', value: '' }],
    });
  });

  const STATUSES: Record<VpnGatewayState, string> = {
    creating: 'PENDING_CREATE',
    active: 'ACTIVE',
    updating: 'PENDING_UPDATE',
    deleting: 'PENDING_DELETE',
    fault: 'FAULT',
  };
  it.each(VPN_GATEWAY_STATES)('have a status in the state %s', (state) => {
    expect(toStatus(gatewayView({ state }))).toBe(STATUSES[state]);
  });

  it.each<[VpnHealth, VpnHealth, string]>([
    ['up', 'down', 'ACTIVE'],
    ['unknown', 'down', 'ACTIVE'],
    ['down', 'down', 'FAULT'],
  ])('whose endpoints are %s and %s are %s', (first, second, status) => {
    const endpoints = [endpoint(1, { health: first }), endpoint(2, { health: second })];
    expect(toStatus(gatewayView({ endpoints }))).toBe(status);
  });

  it('are commanded with what was given and no more', () => {
    expect(toCreateCommand({ vpc_id: null, tags: null }, 'fr-par')).toEqual({ region: 'fr-par' });
    expect(
      toCreateCommand(
        {
          ip_version: 'ipv6',
          vpc_id: VPC_ID.toUpperCase(),
          connect_subnet: SUBNET_ID,
          local_subnets_v6: ['fd00::/64'],
          availability_zone_ids: ['fr-par-1'],
          bgp_asn: 4_294_967_295,
          eip1: { id: EIP_ID.toUpperCase() },
          eip2: { type: '5_bgp', charge_mode: 'traffic', bandwidth_size: 10, bandwidth_name: 'b', bandwidth_id: null },
          access_private_ip_1: '10.0.0.2',
        },
        'fr-par',
      ),
    ).toEqual({
      region: 'fr-par',
      ipVersion: 6,
      vpcId: VPC_ID,
      connectSubnetId: SUBNET_ID,
      localSubnetsV6: ['fd00::/64'],
      zones: ['fr-par-1'],
      bgpAsn: 4_294_967_295,
      eip1: { id: EIP_ID },
      eip2: { type: '5_bgp', chargeMode: 'traffic', bandwidthMbps: 10, bandwidthName: 'b' },
      accessPrivateIp1: '10.0.0.2',
    });
  });

  it('are changed only by a body that changes something', () => {
    expect(toUpdateCommand(GATEWAY_ID, { name: null })).toBeUndefined();
    const policy_template = toCreatedGatewayBody(gatewayView({ policyTemplate: POLICY_TEMPLATE })).policy_template;
    expect(toUpdateCommand(GATEWAY_ID, { eip_id_2: EIP_ID, local_subnets: [], policy_template })).toEqual({
      gatewayId: GATEWAY_ID,
      eipId2: EIP_ID,
      localSubnets: [],
      policyTemplate: POLICY_TEMPLATE,
    });
  });

  it('are listed by enterprise projects', () => {
    expect(toListQuery({})).toEqual({});
    expect(toListQuery({ enterprise_project_id: ['0', VPC_ID], vgw_id: GATEWAY_ID })).toEqual({
      enterpriseProjectIds: ['0', VPC_ID],
      gatewayId: GATEWAY_ID,
    });
  });
});

describe('zones', () => {
  const offers = [
    { zone: 'a-1', flavor: 'Basic', attachmentType: 'vpc', ipVersion: 4 },
    { zone: 'a-1', flavor: 'GM', attachmentType: 'er', ipVersion: 4 },
    { zone: 'a-2', flavor: 'Basic', attachmentType: 'vpc', ipVersion: 4 },
    { zone: 'a-2', flavor: 'Professional2', attachmentType: 'vpc', ipVersion: 6 },
  ] as const;

  it('are grouped by specification, without IPv6', () => {
    const none = { vpc: [], er: [] };
    expect(toGroupedZones([...offers])).toEqual({
      basic: { vpc: ['a-1', 'a-2'], er: [] },
      professional1: none,
      professional2: none,
      'Professional1-NonFixedIP': none,
      'Professional2-NonFixedIP': none,
      gm: { vpc: [], er: ['a-1'] },
    });
  });

  it.each(VPN_FLAVORS)('have a group for %s', (flavor) => {
    const groups = toGroupedZones([{ zone: 'a-1', flavor, attachmentType: 'vpc', ipVersion: 4 }]);
    expect(Object.values(groups).filter(({ vpc }) => vpc.length === 1)).toHaveLength(1);
  });

  it('are told with all that they offer', () => {
    expect(toZoneBodies([...offers])).toEqual([
      {
        name: 'a-1',
        public_border_group: 'center',
        available_specs: [
          { flavor: 'Basic', attachment_type: 'vpc', ip_version: 'ipv4' },
          { flavor: 'GM', attachment_type: 'er', ip_version: 'ipv4' },
        ],
      },
      {
        name: 'a-2',
        public_border_group: 'center',
        available_specs: [
          { flavor: 'Basic', attachment_type: 'vpc', ip_version: 'ipv4' },
          { flavor: 'Professional2', attachment_type: 'vpc', ip_version: 'ipv6' },
        ],
      },
    ]);
  });
});
