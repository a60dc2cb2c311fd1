import { createTestGateway, type TestGateway } from '../../gateway.fixture';
import {
  addressView,
  NETWORK_ID,
  networkView,
  operationView,
  routeView,
  subnetView,
  VPC_ID,
  vpcView,
} from '../../views.fixture';

const VPC = '/vpc/v2/regions/fr-par';
const IPS = '/ipam/v1/regions/fr-par/ips';
const ROUTE = `${VPC}/routes/${routeView().id}`;
const SUBNETS = `${VPC}/private-networks/${NETWORK_ID}/subnets`;

describe('the Scaleway dialect of VPCs, routes and IPAM', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await createTestGateway(20);
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    gateway.calls.length = 0;
    const operation = operationView();
    const route = () => ({ resource: routeView({ state: 'updating' }), operation });
    Object.assign(gateway.handlers, {
      'vpc.get': () => vpcView(),
      'vpc.create': () => vpcView(),
      'vpc.list': () => ({ items: [vpcView()], totalCount: 7 }),
      'vpc.enable-routing': () => ({ resource: vpcView({ isRoutingEnabled: false }), operation }),
      'route.create': route,
      'route.update': route,
      'route.delete': route,
      'route.get': () => routeView(),
      'private-network.change-subnets': () => ({ resource: networkView(), operation }),
      'private-network.migrate-zonal': () => [1, 2].map(() => ({ resource: networkView(), operation })),
      'subnet.list': () => [subnetView()],
      'address.get': () => addressView(),
      'address.book': () => addressView(),
    });
  });

  const send = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
    gateway.inject({ method, url, headers: { 'x-auth-token': gateway.keys.admin.secret }, payload });
  const patterns = (): string[] => gateway.calls.map(({ pattern }) => pattern);

  it.each<['POST' | 'PUT' | 'PATCH' | 'DELETE', string, object, object]>([
    ['POST', `${VPC}/vpcs/${VPC_ID}/enable-routing`, {}, { id: VPC_ID, routing_enabled: false }],
    ['POST', `${VPC}/routes`, { vpc_id: VPC_ID, destination: '10.0.0.0/24' }, { id: routeView().id }],
    ['PATCH', ROUTE, { tags: ['t'] }, { id: routeView().id }],
    ['POST', SUBNETS, { subnets: ['10.0.0.0/24'] }, { subnets: ['172.16.4.0/22'] }],
    ['PUT', SUBNETS, { subnets: [] }, { subnets: ['172.16.4.0/22'] }],
    ['DELETE', SUBNETS, { subnets: ['172.16.4.0/22'] }, { subnets: ['172.16.4.0/22'] }],
  ])('answers %s %s as accepted when the window passes', async (method, url, payload, expected) => {
    const answer = await send(method, url, payload);
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { ...expected, operation: { state: 'pending' } }]);
    expect(answer.headers).toMatchObject({ 'retry-after': '1', 'operation-id': operationView().id });
  });

  it('deletes a route with 204 while its operation goes on', async () => {
    const answer = await send('DELETE', ROUTE);
    expect([answer.statusCode, answer.body, answer.headers['content-type']]).toEqual([204, '', 'application/json']);
  });

  it('tells the operations of a migration', async () => {
    const url = `${VPC}/private-networks/migrate-zonal`;
    const answer = await send('POST', url, { project_id: gateway.keys.admin.projectId });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['operation-id']).toBe([operationView().id, operationView().id].join(', '));
  });

  it.each([
    ['vpc.get', `${VPC}/vpcs/${VPC_ID}`],
    ['route.get', ROUTE],
    ['address.get', `${IPS}/${addressView().id}`],
  ])('only asks %s for an empty PATCH', async (pattern, url) => {
    expect((await send('PATCH', url, { name: null, tags: null })).statusCode).toBe(200);
    expect(patterns()).toEqual([pattern]);
  });

  it('reads ids in any case, and knows the zones of its region', async () => {
    const body = { source: { private_network_id: NETWORK_ID.toUpperCase() } };
    await send('POST', IPS, body);
    await send('POST', IPS, { source: { zonal: 'fr-par-2' } });
    expect(gateway.calls.map(({ data }) => data)).toMatchObject([
      { privateNetworkId: NETWORK_ID },
      { zone: 'fr-par-2' },
    ]);
  });

  it('asks nobody about other tenants', async () => {
    for (const [url, list] of [
      [`${VPC}/vpcs`, 'vpcs'],
      [`${VPC}/subnets`, 'subnets'],
      [IPS, 'ips'],
    ]) {
      const answer = await send('GET', `${url}?project_id=${VPC_ID}`);
      expect(answer.json()).toEqual({ [list as string]: [], total_count: 0 });
    }
    expect(patterns()).toEqual([]);
  });

  it('releases an empty set without asking', async () => {
    expect((await send('POST', '/ipam/v1/regions/fr-par/ip-sets/release', {})).statusCode).toBe(204);
    expect(patterns()).toEqual([]);
  });
});
