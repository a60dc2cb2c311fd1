import { ATTACHMENT_STATES } from '@isthmus/model';
import { addressView, attachmentView, INSTANCE_ID, NETWORK_ID, networkView, subnetView } from '../../views.fixture';
import { toCreateCommand, toListQuery, toPrivateNetworkBody, toUpdateCommand } from './private-network.mapper';
import * as nic from './private-nic.mapper';
import { toOldTime, toTime } from './scaleway.times';

describe('private network commands', () => {
  it('create a joined, regional network with chosen addresses', () => {
    expect(toCreateCommand({ name: 'pn', tags: null, subnets: null }, 'fr-par', 'pn-x')).toEqual({
      region: 'fr-par',
      zone: null,
      vpcId: null,
      name: 'pn',
      description: '',
      labels: {},
      tags: [],
      connectivity: 'joined',
      addressing: { kind: 'automatic' },
      isDhcpEnabled: true,
      dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
      isDefaultRoutePropagated: false,
    });
  });

  it('take the given subnets, VPC and route propagation', () => {
    const body = { subnets: ['10.0.0.0/24'], vpc_id: NETWORK_ID, default_route_propagation_enabled: true, tags: ['a'] };
    expect(toCreateCommand(body, 'fr-par', 'pn-x')).toMatchObject({
      name: 'pn-x',
      vpcId: NETWORK_ID,
      tags: ['a'],
      addressing: { kind: 'subnets', cidrs: ['10.0.0.0/24'] },
      isDefaultRoutePropagated: true,
    });
  });

  it('update what is given, and nothing at all for an empty body', () => {
    expect(toUpdateCommand(NETWORK_ID, { name: null }, 'fr-par')).toBeUndefined();
    expect(toUpdateCommand(NETWORK_ID, { tags: [], default_route_propagation_enabled: false }, 'fr-par')).toEqual({
      region: 'fr-par',
      privateNetworkId: NETWORK_ID,
      tags: [],
      isDefaultRoutePropagated: false,
    });
  });

  it('list with every filter, a page of 100 at most', () => {
    expect(toListQuery({}, 'fr-par')).toEqual({
      region: 'fr-par',
      paging: { page: 1, pageSize: 50 },
      orderBy: 'created_at_asc',
    });
    const query = {
      page: 3,
      page_size: 500,
      order_by: 'name_desc' as const,
      name: 'a',
      tags: ['t'],
      private_network_ids: [NETWORK_ID],
      vpc_id: NETWORK_ID,
      dhcp_enabled: false,
    };
    expect(toListQuery(query, 'fr-par')).toEqual({
      region: 'fr-par',
      paging: { page: 3, pageSize: 100 },
      orderBy: 'name_desc',
      name: 'a',
      tags: ['t'],
      privateNetworkIds: [NETWORK_ID],
      vpcId: NETWORK_ID,
      isDhcpEnabled: false,
    });
  });
});

describe('toPrivateNetworkBody', () => {
  it('has exactly the members of the real service, IPv4 before IPv6', () => {
    const six = subnetView({ id: '0cdbf92e-f5b7-49b2-a91d-91af12c8151f', family: 6, cidr: 'fd6d:9b51:d4ce:80d5::/64' });
    const body = toPrivateNetworkBody(networkView({ tags: ['a'] }), [six, subnetView()], 'organization');
    expect(body).toEqual({
      id: NETWORK_ID,
      name: 'backend',
      tags: ['a'],
      organization_id: 'organization',
      project_id: '4d333544-41be-4b0b-8907-0b9036859747',
      region: 'fr-par',
      created_at: '2026-08-05T12:59:37.782632Z',
      updated_at: '2026-08-05T12:59:37.782632Z',
      subnets: [expect.objectContaining({ subnet: '172.16.4.0/22' }), expect.objectContaining({ id: six.id })],
      vpc_id: '3a436539-0369-429e-95b4-c38683bcac76',
      dhcp_enabled: true,
      default_route_propagation_enabled: false,
    });
    expect(body.subnets[0]).toEqual({
      id: '6ad873bf-4d0a-47e0-9e7d-373132c21735',
      created_at: '2026-08-05T12:59:37.782632Z',
      updated_at: '2026-08-05T12:59:37.782632Z',
      subnet: '172.16.4.0/22',
      project_id: '4d333544-41be-4b0b-8907-0b9036859747',
      private_network_id: NETWORK_ID,
      vpc_id: '3a436539-0369-429e-95b4-c38683bcac76',
      region: 'fr-par',
    });
  });
});

describe('private NICs', () => {
  const zone = { name: 'fr-par-1', region: 'fr-par' };

  it('are created with addresses booked before, under either name', () => {
    const command = {
      region: 'fr-par',
      privateNetworkId: NETWORK_ID,
      instanceId: INSTANCE_ID,
      instanceZone: 'fr-par-1',
      tags: [],
    };
    expect(nic.toCreateCommand(INSTANCE_ID, { private_network_id: NETWORK_ID }, zone)).toEqual(command);
    for (const member of ['ipam_ip_ids', 'ip_ids']) {
      const body = { private_network_id: NETWORK_ID, [member]: [NETWORK_ID] };
      expect(nic.toCreateCommand(INSTANCE_ID, body, zone)).toEqual({ ...command, addressIds: [NETWORK_ID] });
    }
  });

  it('look as the real service shows them, IPv4 address first', () => {
    const six = addressView({ id: '612b22f8-31da-4c6a-be35-6576aaaf2444', family: 6 });
    const elsewhere = addressView({ id: 'other', owner: null });
    expect(nic.toPrivateNicBody(attachmentView({ tags: ['t'] }), [six, elsewhere, addressView()])).toEqual({
      id: '2674619a-56bd-4d78-aae4-86ec07abbaa8',
      private_network_id: NETWORK_ID,
      server_id: INSTANCE_ID,
      mac_address: '02:00:00:11:48:0b',
      state: 'available',
      creation_date: '2026-08-05T12:59:37.782632+00:00',
      modification_date: '2026-08-05T12:59:37.782632+00:00',
      zone: 'fr-par-1',
      tags: ['t'],
      ipam_ip_ids: ['8d556765-d4da-4a7b-bc0c-3361ff4c26f8', '612b22f8-31da-4c6a-be35-6576aaaf2444'],
    });
  });

  it('have a word for every state', () => {
    expect(ATTACHMENT_STATES.map((state) => [state, nic.toNicState(state)])).toEqual([
      ['attaching', 'syncing'],
      ['active', 'available'],
      ['updating', 'syncing'],
      ['detaching', 'syncing'],
      ['error', 'syncing_error'],
    ]);
  });

  it('name the last page', () => {
    const link = (total: number): string => nic.toLastPageLink(INSTANCE_ID, { page: 1, pageSize: 50 }, total);
    expect(link(0)).toBe(`</servers/${INSTANCE_ID}/private_nics?page=0&per_page=50&>; rel="last"`);
    expect(link(51)).toContain('page=2&');
  });
});

describe('times', () => {
  it('always have six digits', () => {
    expect(toTime('2026-08-05T12:59:37Z')).toBe('2026-08-05T12:59:37.000000Z');
    expect(toTime('2026-08-05T12:59:37.78Z')).toBe('2026-08-05T12:59:37.780000Z');
    expect(toOldTime('2026-08-05T12:59:37.782632Z')).toBe('2026-08-05T12:59:37.782632+00:00');
  });
});
