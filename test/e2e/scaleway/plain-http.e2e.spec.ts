import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '@isthmus/testing';
import { type PlainHttp, plainHttp } from '../../fixtures/scaleway/http';

const VPC = '/vpc/v2/regions/fr-par';
const NETWORKS = `${VPC}/private-networks`;
const IPS = '/ipam/v1/regions/fr-par/ips';
const MICROSECONDS = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
const ID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

describe('Scaleway VPCs, routes and IPAM over plain HTTP', () => {
  let stack: Stack;
  let send: PlainHttp;
  let project: string;
  let network: { id: string; vpc_id: string; subnets: { id: string; subnet: string }[] };

  beforeAll(async () => {
    stack = await startStack();
    send = plainHttp(stack);
    project = stack.credentials.projectId;
    network = (await send('POST', NETWORKS, { name: 'pn', subnets: ['10.20.0.0/24'] })).body;
  });
  afterAll(() => stack.stop());

  const nics = () => `/instance/v1/zones/fr-par-1/servers/${randomUUID()}/private_nics`;
  const refused = (argument: string) => ({
    status: 400,
    body: {
      type: 'invalid_arguments',
      message: 'invalid argument(s)',
      details: expect.arrayContaining([
        { argument_name: argument, reason: expect.any(String), help_message: expect.any(String) },
      ]),
    },
  });

  describe('answers', () => {
    it('show VPCs with exactly the members of the real service', async () => {
      const made = await send('POST', `${VPC}/vpcs`, { name: 'a', project_id: project, tags: null });
      expect([made.status, made.headers.get('content-type')]).toEqual([200, 'application/json']);
      expect(made.body).toEqual({
        id: ID,
        name: 'a',
        organization_id: project,
        project_id: project,
        region: 'fr-par',
        tags: [],
        is_default: false,
        created_at: MICROSECONDS,
        updated_at: made.body.created_at,
        private_network_count: 0,
        routing_enabled: true,
        custom_routes_propagation_enabled: expect.any(Boolean),
      });
      const quiet = await send('POST', `${VPC}/vpcs`, { enable_routing: false });
      expect(quiet.body).toMatchObject({ name: expect.stringMatching(/^vpc-/), routing_enabled: false });
      const routing = await send('POST', `${VPC}/vpcs/${quiet.body.id}/enable-routing`, {});
      expect(routing.body).toMatchObject({ routing_enabled: true, operation: { state: 'success' } });
      expect(routing.body.operation.reference.link).toBe(`${VPC}/vpcs/${quiet.body.id}`);
      const gone = await send('DELETE', `${VPC}/vpcs/${made.body.id}`);
      expect([gone.status, gone.body, gone.headers.get('content-type')]).toEqual([204, undefined, 'application/json']);
    });

    it('show addresses with exactly the members of the real service', async () => {
      const body = { project_id: project, source: { private_network_id: network.id }, is_ipv6: false, tags: [] };
      const booked = await send('POST', IPS, { ...body, resource: { mac_address: 'bc:24:11:74:d0:5a', name: null } });
      expect(booked.body).toEqual({
        id: ID,
        address: expect.stringMatching(/^10\.20\.0\.\d+\/24$/),
        project_id: project,
        is_ipv6: false,
        created_at: MICROSECONDS,
        updated_at: MICROSECONDS,
        source: { subnet_id: network.subnets[0]?.id },
        resource: { type: 'custom', id: booked.body.id, mac_address: 'BC:24:11:74:D0:5A', name: null },
        tags: [],
        reverses: [],
        region: 'fr-par',
        zone: null,
      });
      const move = { from_resource: { mac_address: 'bc:24:11:74:d0:5a', name: null } };
      expect((await send('POST', `${IPS}/${booked.body.id}/move`, move)).body).toMatchObject({ resource: null });
      expect((await send('DELETE', `${IPS}/${booked.body.id}`, {})).status).toBe(204);
      expect(await send('GET', `${IPS}/${booked.body.id}`)).toMatchObject({
        status: 404,
        body: { message: 'resource is not found', resource: 'ip', resource_id: booked.body.id, type: 'not_found' },
      });
    });

    it('list custom routes beside those of subnets', async () => {
      const nic = (await send('POST', nics(), { private_network_id: network.id })).body.private_nic;
      const made = await send('POST', `${VPC}/routes`, {
        description: '',
        tags: ['t'],
        vpc_id: network.vpc_id,
        destination: '10.0.0.0/24',
        nexthop_resource_id: nic.id,
      });
      expect(made.status).toBe(200);
      const { operation, ...route } = made.body;
      expect(operation).toMatchObject({ state: 'success', reference: { link: `${VPC}/routes/${route.id}` } });
      expect(route).toEqual({
        id: ID,
        description: 'Custom route',
        tags: ['t'],
        vpc_id: network.vpc_id,
        destination: '10.0.0.0/24',
        nexthop_resource_id: nic.id,
        nexthop_private_network_id: null,
        nexthop_vpc_connector_id: null,
        created_at: MICROSECONDS,
        updated_at: MICROSECONDS,
        is_read_only: false,
        type: 'custom',
        region: 'fr-par',
      });
      const list = async (query: string) => (await send('GET', `${VPC}/routes-with-nexthop?${query}`)).body;
      const all = await list(`vpc_id=${network.vpc_id}&nexthop_resource_type=unknown_type&order_by=created_at_asc`);
      expect(all.total_count).toBe(3);
      expect(all.routes[0]).toEqual({
        nexthop_ip: null,
        nexthop_name: null,
        nexthop_resource_type: 'unknown_type',
        route: {
          ...route,
          id: '',
          description: 'Local Private Network route',
          tags: ['MANAGED'],
          destination: expect.any(String),
          nexthop_resource_id: null,
          nexthop_private_network_id: network.id,
          created_at: MICROSECONDS,
          updated_at: MICROSECONDS,
          is_read_only: true,
          type: 'subnet',
        },
      });
      const onlyCustom = {
        routes: [
          {
            route: expect.objectContaining({ id: route.id }),
            nexthop_ip: expect.stringMatching(/^10\.20\.0\.\d+$/),
            nexthop_name: expect.any(String),
            nexthop_resource_type: 'instance_private_nic',
          },
        ],
        total_count: 1,
      };
      const filters = ['tags=t', `nexthop_resource_id=${nic.id}`, 'contains=10.0.0.7', 'contains=10.0.0.0/28'];
      for (const filter of [...filters, 'nexthop_resource_type=instance_private_nic', 'is_ipv6=False&tags=t']) {
        expect(await list(filter)).toEqual(onlyCustom);
      }
      const destinations = async (query: string) =>
        (await list(`vpc_id=${network.vpc_id}&is_ipv6=false&${query}`)).routes.map(
          (item: { route: { destination: string } }) => item.route.destination,
        );
      expect(await destinations('order_by=destination_asc')).toEqual(['10.0.0.0/24', '10.20.0.0/24']);
      expect(await destinations('order_by=destination_desc')).toEqual(['10.20.0.0/24', '10.0.0.0/24']);
      for (const order of ['created_at_desc', 'prefix_len_asc', 'prefix_len_desc']) {
        expect(await destinations(`order_by=${order}`)).toHaveLength(2);
      }
      expect(await list(`nexthop_private_network_id=${network.id}&is_ipv6=true`)).toMatchObject({ total_count: 1 });
      for (const none of [
        'nexthop_resource_type=vpc_gateway_network',
        `vpc_id=${randomUUID()}`,
        'contains=192.0.2.1',
      ]) {
        expect(await list(none)).toEqual({ routes: [], total_count: 0 });
      }
      expect(await list('page=9&tags=t')).toEqual({ routes: [], total_count: 1 });
      expect((await send('DELETE', `${VPC}/routes/${route.id}`)).status).toBe(204);
      for (const missing of [route.id, 'x']) {
        expect(await send('GET', `${VPC}/routes/${missing}`)).toMatchObject({
          status: 404,
          body: { message: 'resource is not found', resource: 'unknown', resource_id: '', type: 'not_found' },
        });
      }
    });
  });

  describe('subnets', () => {
    it('are replaced as a whole, and deleted by a request with a body', async () => {
      const { body: own } = await send('POST', NETWORKS, { subnets: ['10.21.0.0/24'] });
      const path = `${NETWORKS}/${own.id}/subnets`;
      const six = own.subnets[1].subnet;
      const set = await send('PUT', path, { subnets: ['10.21.1.0/24', '10.21.2.0/24', six] });
      expect(set).toMatchObject({ status: 200, body: { operation: { state: 'success' } } });
      expect(set.body.subnets).toEqual(['10.21.1.0/24', '10.21.2.0/24', six]);
      const left = await send('DELETE', path, { subnets: ['10.21.1.0/24'] });
      expect([left.status, left.body.subnets]).toEqual([200, ['10.21.2.0/24', six]]);
      expect(await send('DELETE', path)).toMatchObject(refused('subnets'));
      expect(await send('PUT', path, {})).toMatchObject(refused('subnets'));
      expect((await send('PUT', path, { subnets: [] })).body.subnets).toEqual([]);
    });

    it('show regions, networks and VPCs', async () => {
      const { body } = await send('GET', `${VPC}/subnets?subnet_ids=${network.subnets[0]?.id}`);
      expect(body).toEqual({
        subnets: [
          {
            id: network.subnets[0]?.id,
            created_at: MICROSECONDS,
            updated_at: MICROSECONDS,
            subnet: '10.20.0.0/24',
            project_id: project,
            private_network_id: network.id,
            vpc_id: network.vpc_id,
            region: 'fr-par',
          },
        ],
        total_count: 1,
      });
    });
  });

  describe('migrate-zonal', () => {
    const MIGRATE = `${NETWORKS}/migrate-zonal`;

    it('makes zonal networks regional', async () => {
      const zonal = async (): Promise<string> =>
        (await send('POST', '/v2/private-network', { name: 'zonal' })).body.reference.id;
      const [first, second] = [await zonal(), await zonal()];
      const one = await send('POST', MIGRATE, { project_id: project, private_network_ids: [first] });
      expect([one.status, one.body]).toEqual([204, undefined]);
      const zones = async () =>
        (await stack.database.query('SELECT id, zone FROM network.private_network WHERE zone IS NOT NULL')) as object[];
      expect(await zones()).toEqual([{ id: second, zone: 'fr-par-1' }]);
      const rest = await send('POST', MIGRATE, { organization_id: project });
      expect(rest.status).toBe(204);
      expect(await zones()).toEqual([]);
    });

    it('takes exactly one owner, which must be the own one', async () => {
      expect(await send('POST', MIGRATE, {})).toMatchObject(refused('project_id'));
      expect(await send('POST', MIGRATE, {})).toMatchObject(refused('organization_id'));
      const both = await send('POST', MIGRATE, { organization_id: project, project_id: project });
      expect(both).toMatchObject(refused('organization_id'));
      const other = randomUUID();
      const notFound = (resource: string) => ({
        status: 404,
        body: { type: 'not_found', resource, resource_id: other },
      });
      expect(await send('POST', MIGRATE, { organization_id: other })).toMatchObject(notFound('organization'));
      expect(await send('POST', MIGRATE, { project_id: other })).toMatchObject(notFound('project'));
      const unknown = await send('POST', MIGRATE, { project_id: project, private_network_ids: [other] });
      expect(unknown).toMatchObject(notFound('private_network'));
    });
  });
});
