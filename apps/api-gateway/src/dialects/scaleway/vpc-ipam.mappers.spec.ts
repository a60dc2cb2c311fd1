import { addressView, attachmentView, NETWORK_ID, routeView, subnetView, VPC_ID, vpcView } from '../../views.fixture';
import { toAddressQuery } from './ip-list.mapper';
import { toBookAddress, toIpBody, toUpdateAddress } from './ip.mapper';
import { toMigrateCommand } from './private-network.mapper';
import { toCreateRoute, toRouteBody, toRouteQuery, toRouteWithNexthopBody, toUpdateRoute } from './route.mapper';
import { ipv4First, plannedCidrs, toSubnetQuery } from './subnet.mapper';
import { toCreateVpc, toUpdateVpc, toVpcBody, toVpcQuery } from './vpc.mapper';

const REGION = 'fr-par';
const PAGING = { page: 1, pageSize: 50 };
const NIC_ID = attachmentView().id;

describe('VPCs', () => {
  it('route unless told otherwise', () => {
    const vpc = { region: REGION, name: 'vpc-x', tags: [], isRoutingEnabled: true };
    expect(toCreateVpc({ name: '', tags: null, enable_routing: null }, REGION, 'vpc-x')).toEqual(vpc);
    expect(toCreateVpc({ name: 'a', enable_routing: false, tags: ['t'] }, REGION, 'vpc-x', true)).toEqual({
      region: REGION,
      name: 'a',
      tags: ['t'],
      isRoutingEnabled: false,
      isDryRun: true,
    });
  });

  it('change in what is given', () => {
    expect(toUpdateVpc(VPC_ID, { name: null, tags: null }, REGION)).toBeUndefined();
    expect(toUpdateVpc(VPC_ID, { tags: [] }, REGION)).toEqual({ region: REGION, vpcId: VPC_ID, tags: [] });
  });

  it('are listed by every filter, oldest first', () => {
    expect(toVpcQuery({}, REGION)).toEqual({ region: REGION, paging: PAGING, orderBy: 'created_at_asc' });
    const query = { name: 'a', tags: ['t'], is_default: false, routing_enabled: true, order_by: 'name_desc' as const };
    expect(toVpcQuery(query, REGION)).toEqual({
      region: REGION,
      paging: PAGING,
      orderBy: 'name_desc',
      name: 'a',
      tags: ['t'],
      isDefault: false,
      isRoutingEnabled: true,
    });
  });

  it('look as the real service shows them', () => {
    expect(toVpcBody(vpcView(), 'organization')).toEqual({
      id: VPC_ID,
      name: 'production',
      organization_id: 'organization',
      project_id: vpcView().projectId,
      region: REGION,
      tags: [],
      is_default: false,
      created_at: '2026-08-05T12:59:37.782632Z',
      updated_at: '2026-08-05T12:59:37.782632Z',
      private_network_count: 1,
      routing_enabled: true,
      custom_routes_propagation_enabled: false,
    });
  });
});

describe('subnets', () => {
  it('are queried oldest first', () => {
    expect(toSubnetQuery({ subnet_ids: ['s'], vpc_id: VPC_ID }, REGION)).toEqual({
      region: REGION,
      paging: PAGING,
      orderBy: 'created_at_asc',
      subnetIds: ['s'],
      vpcId: VPC_ID,
    });
  });

  it('of one request are told by address, IPv4 first', () => {
    const cidrs = ['fd00::/64', '10.0.10.0/24', '10.0.9.0/24'];
    const subnets = cidrs.map((cidr) => subnetView({ cidr, family: cidr.includes(':') ? 6 : 4 }));
    expect(ipv4First(subnets).map(({ cidr }) => cidr)).toEqual(['10.0.9.0/24', '10.0.10.0/24', 'fd00::/64']);
  });

  it.each([
    [{ add: ['10.0.1.0/24'] }, ['10.0.0.0/24', 'fd00::/64', '10.0.1.0/24']],
    [{ remove: ['FD00:0::/64'] }, ['10.0.0.0/24']],
    [{ set: ['10.0.2.0/24'] }, ['10.0.2.0/24']],
  ])('after %j would be %j', (change, planned) => {
    expect(plannedCidrs(['10.0.0.0/24', 'fd00::/64'], change)).toEqual(planned);
  });
});

it('all zonal networks migrate when none is named', () => {
  expect(toMigrateCommand({ private_network_ids: [] }, REGION)).toEqual({ region: REGION });
  expect(toMigrateCommand({ private_network_ids: [NETWORK_ID] }, REGION)).toEqual({
    region: REGION,
    privateNetworkIds: [NETWORK_ID],
  });
});

describe('routes', () => {
  it('are created with a description and one next hop or two', () => {
    const body = { vpc_id: VPC_ID, destination: '10.0.0.0/24', nexthop_resource_id: '', description: '' };
    expect(toCreateRoute({ ...body, nexthop_private_network_id: NETWORK_ID }, REGION)).toEqual({
      region: REGION,
      vpcId: VPC_ID,
      description: 'Custom route',
      tags: [],
      destination: '10.0.0.0/24',
      nextHopAttachmentId: null,
      nextHopPrivateNetworkId: NETWORK_ID,
    });
  });

  it('lose a next hop by an empty text, and keep it by null', () => {
    const nothing = { description: null, tags: null, nexthop_resource_id: null };
    expect(toUpdateRoute('id', nothing, REGION)).toBeUndefined();
    const body = { nexthop_resource_id: '', nexthop_private_network_id: NETWORK_ID, description: '' };
    expect(toUpdateRoute('id', body, REGION)).toEqual({
      region: REGION,
      routeId: 'id',
      description: 'Custom route',
      nextHopAttachmentId: null,
      nextHopPrivateNetworkId: NETWORK_ID,
    });
  });

  it('are listed by every filter; types that nothing has match nothing', () => {
    const query = {
      vpc_id: VPC_ID,
      nexthop_resource_id: NIC_ID,
      nexthop_private_network_id: NETWORK_ID,
      nexthop_resource_type: 'instance_private_nic' as const,
      contains: '10.0.0.1',
      tags: ['t'],
      is_ipv6: false,
      order_by: 'prefix_len_desc' as const,
    };
    expect(toRouteQuery(query, REGION)).toEqual({
      region: REGION,
      paging: PAGING,
      orderBy: 'prefix_len_desc',
      vpcId: VPC_ID,
      nextHopAttachmentId: NIC_ID,
      nextHopPrivateNetworkId: NETWORK_ID,
      nextHopType: 'attachment',
      contains: '10.0.0.1',
      tags: ['t'],
      isIpv6: false,
    });
    expect(toRouteQuery({ nexthop_resource_type: 'unknown_type' }, REGION)).not.toHaveProperty('nextHopType');
    expect(toRouteQuery({ nexthop_resource_type: 'vpc_gateway_network' }, REGION)).toBeUndefined();
  });

  it('of subnets look managed', () => {
    expect(toRouteBody(routeView({ type: 'subnet', isReadOnly: true, description: '' }))).toMatchObject({
      id: '',
      description: 'Local Private Network route',
      tags: ['MANAGED'],
      is_read_only: true,
      nexthop_vpc_connector_id: null,
    });
  });

  it('name a NIC as their next hop, and no network', () => {
    const nextHop = { nextHopIp: '172.16.4.2', nextHopName: 'web' };
    const toNic = { route: routeView({ nextHopAttachmentId: NIC_ID }), nextHopType: 'attachment' as const, ...nextHop };
    expect(toRouteWithNexthopBody(toNic)).toMatchObject({
      nexthop_ip: '172.16.4.2',
      nexthop_name: 'web',
      nexthop_resource_type: 'instance_private_nic',
    });
    const toNetwork = { route: routeView(), nextHopType: 'private-network' as const, ...nextHop };
    expect(toRouteWithNexthopBody(toNetwork)).toMatchObject({
      nexthop_ip: null,
      nexthop_name: null,
      nexthop_resource_type: 'unknown_type',
    });
  });
});

describe('addresses', () => {
  it('are booked from one source, for one machine', () => {
    const body = { source: { private_network_id: NETWORK_ID }, resource: { mac_address: 'BC:24:11:74:D0:5A' } };
    expect(toBookAddress(body, REGION)).toEqual({
      region: REGION,
      privateNetworkId: NETWORK_ID,
      family: 4,
      tags: [],
      owner: { macAddress: 'BC:24:11:74:D0:5A', name: null },
    });
    expect(toBookAddress({ source: { zonal: 'par-1' }, is_ipv6: true }, REGION, 'fr-par-1', true)).toEqual({
      region: REGION,
      zone: 'fr-par-1',
      family: 6,
      tags: [],
      isDryRun: true,
    });
  });

  it('change in what is given', () => {
    expect(toUpdateAddress('id', { tags: null, reverses: null }, REGION)).toBeUndefined();
    expect(toUpdateAddress('id', { reverses: [{ hostname: 'a.example' }] }, REGION)).toEqual({
      region: REGION,
      addressId: 'id',
      reverses: [{ hostname: 'a.example', address: null }],
    });
  });

  it('look as the real service shows them', () => {
    expect(toIpBody(addressView({ tags: ['t'] }))).toEqual({
      id: '8d556765-d4da-4a7b-bc0c-3361ff4c26f8',
      address: '172.16.4.2/22',
      project_id: addressView().projectId,
      is_ipv6: false,
      created_at: '2026-08-05T12:59:37.782632Z',
      updated_at: '2026-08-05T12:59:37.782632Z',
      source: { subnet_id: '6ad873bf-4d0a-47e0-9e7d-373132c21735' },
      resource: { type: 'instance_private_nic', id: NIC_ID, mac_address: '02:00:00:11:48:0B', name: null },
      tags: ['t'],
      reverses: [],
      region: REGION,
      zone: null,
    });
    const zonal = addressView({ source: { kind: 'zone', zone: 'fr-par-1' }, zone: 'fr-par-1', owner: null });
    expect(toIpBody(zonal)).toMatchObject({ source: { zonal: 'fr-par-1' }, zone: 'fr-par-1', resource: null });
  });

  it('are listed newest first, by every filter', () => {
    expect(toAddressQuery({}, REGION)).toEqual({ region: REGION, paging: PAGING, orderBy: 'created_at_desc' });
    const query = {
      private_network_id: NETWORK_ID,
      vpc_id: VPC_ID,
      attached: true,
      resource_name: 'web',
      resource_id: NIC_ID,
      resource_ids: [NIC_ID, VPC_ID],
      resource_type: 'unknown_type' as const,
      resource_types: ['custom' as const, 'unknown_type' as const],
      mac_address: '02:00:00:11:48:0B',
      tags: ['t'],
      is_ipv6: true,
      ip_ids: ['i'],
      order_by: 'mac_address_asc' as const,
    };
    expect(toAddressQuery(query, REGION)).toEqual({
      region: REGION,
      paging: PAGING,
      orderBy: 'mac_address_asc',
      privateNetworkId: NETWORK_ID,
      vpcId: VPC_ID,
      isAttached: true,
      resourceName: 'web',
      ownerIds: [NIC_ID],
      ownerTypes: ['custom'],
      macAddress: '02:00:00:11:48:0B',
      tags: ['t'],
      addressIds: ['i'],
      family: 6,
    });
    expect(toAddressQuery({ source_vpc_id: VPC_ID, resource_types: ['unknown_type'] }, REGION, 'z')).toMatchObject({
      zone: 'z',
      vpcId: VPC_ID,
    });
  });

  it.each([
    [{ resource_type: 'custom' as const, resource_types: ['lb_server' as const] }],
    [{ resource_id: NIC_ID, resource_ids: [] }],
    [{ vpc_id: VPC_ID, source_vpc_id: NIC_ID }],
  ])('cannot be listed by %j', (query) => {
    const violations = Object.keys(query).map((field) => expect.objectContaining({ field }));
    expect(() => toAddressQuery(query, REGION)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', meta: { violations } }),
    );
  });
});
