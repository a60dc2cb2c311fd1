import type { OperationView } from '@isthmus/model';
import { createTestGateway, type TestGateway } from '../../gateway.fixture';
import {
  addressView,
  attachmentView,
  INSTANCE_ID,
  NETWORK_ID,
  networkView,
  OPERATION_ID,
  operationView,
  subnetView,
} from '../../views.fixture';

const NETWORKS = '/vpc/v2/regions/fr-par/private-networks';
const NICS = `/instance/v1/zones/fr-par-1/servers/${INSTANCE_ID}/private_nics`;

describe('the Scaleway dialect', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await createTestGateway(50);
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    gateway.calls.length = 0;
    gateway.operations.clear();
    const accepted = () => ({ resource: networkView({ state: 'creating' }), operation: operationView() });
    const attached = () => ({ resource: attachmentView({ state: 'attaching' }), operation: operationView() });
    Object.assign(gateway.handlers, {
      'private-network.create': accepted,
      'private-network.update': accepted,
      'private-network.delete': accepted,
      'private-network.enable-dhcp': accepted,
      'private-network.get': () => networkView({ tags: ['read-again'] }),
      'private-network.list': () => ({ items: [networkView()], totalCount: 7 }),
      'attachment.create': attached,
      'attachment.delete': attached,
      'attachment.get': () => attachmentView(),
      'attachment.list': () => ({ items: [attachmentView()], totalCount: 7 }),
      'attachment.update-tags': (data: { tags: string[] }) => attachmentView({ tags: data.tags }),
      'subnet.list': () => [subnetView()],
      'address.list': () => [addressView()],
    });
  });

  const send = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
    gateway.inject({ method, url, headers: { 'x-auth-token': gateway.keys.admin.secret }, payload });
  const end = (changes: Partial<OperationView>): void => {
    const { resource, reference, ...rest } = operationView(changes);
    const references = {
      resourceType: resource.type,
      resourceId: resource.id,
      referenceType: reference.type,
      referenceId: reference.id,
    };
    gateway.operations.set(rest.id, { ...rest, ...references, projectId: gateway.keys.admin.projectId });
    gateway.signal(rest.id);
  };
  const patterns = (): string[] => gateway.calls.map(({ pattern }) => pattern);

  const changes: [string, 'POST' | 'PATCH', string, object][] = [
    ['create', 'POST', NETWORKS, { name: 'pn', subnets: null }],
    ['update', 'PATCH', `${NETWORKS}/${NETWORK_ID}`, { tags: ['a'] }],
    ['enable-dhcp', 'POST', `${NETWORKS}/${NETWORK_ID}/enable-dhcp`, {}],
  ];

  describe.each(changes)('%s', (_name, method, url, payload) => {
    it('answers 200 with the network read again and the operation beside it', async () => {
      end({ state: 'success' });
      const answer = await send(method, url, payload);
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({
        id: NETWORK_ID,
        tags: ['read-again'],
        subnets: [{ subnet: '172.16.4.0/22' }],
        operation: { id: OPERATION_ID, state: 'success', reference: { link: `${NETWORKS}/${NETWORK_ID}` } },
      });
      expect(answer.headers).toMatchObject({
        'operation-id': OPERATION_ID,
        'operation-location': `/v1/operations/${OPERATION_ID}`,
      });
    });

    it('answers what was accepted when the window passes', async () => {
      const answer = await send(method, url, payload);
      expect(answer.json()).toMatchObject({ id: NETWORK_ID, tags: [], operation: { state: 'pending' } });
      expect(answer.headers['retry-after']).toBe('1');
    });

    it('answers a failure as if it had been refused', async () => {
      end({ state: 'failure', reason: 'conflict', code: 'exhausted', message: 'No block is left.' });
      const answer = await send(method, url, payload);
      expect([answer.statusCode, answer.json()]).toEqual([
        409,
        { type: 'out_of_stock', message: 'No block is left.', resource: 'private_network' },
      ]);
      expect(answer.headers['operation-id']).toBe(OPERATION_ID);
    });
  });

  it.each([`${NETWORKS}/${NETWORK_ID}`, `${NICS}/${attachmentView().id}`])(
    'deletes %s with 204 and its content type',
    async (url) => {
      end({ state: 'success' });
      const answer = await send('DELETE', url, {});
      expect([answer.statusCode, answer.body, answer.headers['content-type']]).toEqual([204, '', 'application/json']);
      expect(answer.headers['operation-id']).toBe(OPERATION_ID);
    },
  );

  it('makes up a name when none is given', async () => {
    await send('POST', NETWORKS, { name: '' });
    expect(gateway.calls[0]?.data).toMatchObject({ name: expect.stringMatching(/^pn-[0-9a-f]{8}$/) });
  });

  it('knows no project but its own', async () => {
    const own = gateway.keys.admin.projectId;
    expect((await send('POST', NETWORKS, { name: 'a', project_id: own.toUpperCase() })).statusCode).toBe(200);
    const foreign = await send('POST', NETWORKS, { name: 'a', project_id: NETWORK_ID });
    expect([foreign.statusCode, foreign.json()]).toEqual([
      404,
      { type: 'not_found', message: 'resource is not found', resource: 'project', resource_id: NETWORK_ID },
    ]);
    const empty = { private_networks: [], total_count: 0 };
    expect((await send('GET', `${NETWORKS}?project_id=${NETWORK_ID}`)).json()).toEqual(empty);
    expect((await send('GET', `${NETWORKS}?organization_id=${NETWORK_ID}`)).json()).toEqual(empty);
    expect((await send('GET', `${NETWORKS}?project_id=${own}`)).json()).toMatchObject({ total_count: 7 });
  });

  it('reads every filter of a list', async () => {
    const query = `?order_by=name_desc&page=2&page_size=10&name=ba&tags=a&tags=b&private_network_ids=${NETWORK_ID}&vpc_id=${NETWORK_ID}&dhcp_enabled=True&project_id=`;
    expect((await send('GET', NETWORKS + query)).statusCode).toBe(200);
    expect(gateway.calls[0]?.data).toEqual({
      region: 'fr-par',
      orderBy: 'name_desc',
      paging: { page: 2, pageSize: 10 },
      name: 'ba',
      tags: ['a', 'b'],
      privateNetworkIds: [NETWORK_ID],
      vpcId: NETWORK_ID,
      isDhcpEnabled: true,
    });
    expect(patterns()).toEqual(['private-network.list', 'subnet.list']);
  });

  it.each([
    ['order_by=size', 'order_by'],
    ['page=0', 'page'],
    ['page=x', 'page'],
    ['page=1&page=2', 'page'],
    ['page_size=-1', 'page_size'],
    ['dhcp_enabled=maybe', 'dhcp_enabled'],
    ['vpc_id=x', 'vpc_id'],
    ['private_network_ids=x', 'private_network_ids'],
    ['constructor=x&page=0', 'page'],
    ['__proto__=x&page=0', 'page'],
  ])('refuses ?%s', async (query, argument) => {
    const answer = await send('GET', `${NETWORKS}?${query}`);
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      {
        type: 'invalid_arguments',
        details: [{ argument_name: argument, reason: expect.any(String), help_message: expect.any(String) }],
      },
    ]);
  });

  it.each<[object, string, RegExp]>([
    [{ name: 'a\nb' }, 'name', /control characters/],
    [{ name: 'a'.repeat(256) }, 'name', /255/],
    [{ tags: ['a', 7] }, 'tags', /text/],
    [{ tags: 'a' }, 'tags', /array/],
    [{ subnets: ['10.0.0.1/24'] }, 'subnets', /host bits/],
    [{ subnets: ['10.0.0.0'] }, 'subnets', /prefix length/],
    [{ subnets: ['::ffff:10.0.0.0/120'] }, 'subnets', /CIDR/],
    [{ subnets: '10.0.0.0/8' }, 'subnets', /list|array/],
    [{ vpc_id: 'default' }, 'vpc_id', /UUID/],
    [{ default_route_propagation_enabled: 'yes' }, 'default_route_propagation_enabled', /boolean/],
  ])('refuses to create %j', async (payload, argument, words) => {
    const answer = await send('POST', NETWORKS, payload);
    expect(answer.json()).toMatchObject({ type: 'invalid_arguments', details: [{ argument_name: argument }] });
    expect(answer.body).toMatch(words);
    expect(gateway.calls).toEqual([]);
  });

  it('reads instead of changing when a PATCH is empty', async () => {
    expect((await send('PATCH', `${NETWORKS}/${NETWORK_ID}`, { name: null })).statusCode).toBe(200);
    expect(patterns()).toEqual(['private-network.get', 'subnet.list']);
  });

  describe('private NICs', () => {
    it('are created with 201, wrapped, with their addresses', async () => {
      end({ state: 'success' });
      const answer = await send('POST', NICS, { private_network_id: NETWORK_ID });
      expect([answer.statusCode, answer.json()]).toMatchObject([
        201,
        {
          private_nic: { server_id: INSTANCE_ID, state: 'available', ipam_ip_ids: [addressView().id] },
          operation: { state: 'success' },
        },
      ]);
      expect(answer.headers['content-type']).toBe('application/json');
    });

    it('are syncing while the window is too short', async () => {
      expect((await send('POST', NICS, { private_network_id: NETWORK_ID })).json()).toMatchObject({
        private_nic: { state: 'syncing' },
        operation: { state: 'pending' },
      });
    });

    it('are listed with the totals in headers', async () => {
      const answer = await send('GET', `${NICS}?tags=a,b&per_page=5&page=2`);
      expect(Object.keys(answer.json())).toEqual(['private_nics']);
      expect(answer.headers).toMatchObject({
        'x-total-count': '7',
        link: `</servers/${INSTANCE_ID}/private_nics?page=2&per_page=5&>; rel="last"`,
      });
      expect(gateway.calls[0]?.data).toEqual({
        zone: 'fr-par-1',
        instanceId: INSTANCE_ID,
        tags: ['a', 'b'],
        paging: { page: 2, pageSize: 5 },
      });
    });

    it('are read and tagged at once, without an operation', async () => {
      const url = `${NICS}/${attachmentView().id}`;
      expect((await send('GET', url)).json()).toMatchObject({ private_nic: { id: attachmentView().id } });
      const tagged = await send('PATCH', url, { tags: ['t'] });
      expect(tagged.json()).toMatchObject({ private_nic: { tags: ['t'] } });
      expect(tagged.json()).not.toHaveProperty('operation');
      expect(gateway.calls.at(-2)?.data).toMatchObject({ instanceId: INSTANCE_ID, zone: 'fr-par-1' });
    });

    it.each<[object, string]>([
      [{}, 'private_network_id'],
      [{ private_network_id: 'x' }, 'private_network_id'],
      [{ private_network_id: NETWORK_ID, ipam_ip_ids: ['x'] }, 'ipam_ip_ids'],
      [{ private_network_id: NETWORK_ID, tags: ['\u0000'] }, 'tags'],
    ])('refuse %j in the older dialect', async (payload, field) => {
      const answer = await send('POST', NICS, payload);
      expect([answer.statusCode, answer.json()]).toEqual([
        400,
        { type: 'invalid_request_error', message: expect.any(String), fields: { [field]: [expect.any(String)] } },
      ]);
    });
  });
});
