import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '@isthmus/testing';
import { type PlainHttp, plainHttp } from '../../fixtures/scaleway/http';

const VPC = '/vpc/v2/regions/fr-par';
const NETWORKS = `${VPC}/private-networks`;
const IPS = '/ipam/v1/regions/fr-par/ips';
const NOBODY = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';
const OTHER = '9c5b94b1-35ad-49bb-b118-8e8fc24abf80';

describe('Scaleway refusals, paging and dry runs over plain HTTP', () => {
  let stack: Stack;
  let send: PlainHttp;
  let network: { id: string; vpc_id: string; subnets: { id: string; subnet: string }[] };

  beforeAll(async () => {
    stack = await startStack();
    send = plainHttp(stack);
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

  describe('a dry run', () => {
    const cidrs = (): string[] => network.subnets.map(({ subnet }) => subnet);
    const counts = async (): Promise<unknown> =>
      stack.database.query(`
        SELECT table_schema, table_name,
               (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', table_schema, table_name),
                                                    false, true, '')))[1]::text AS n
          FROM information_schema.tables
         WHERE table_schema IN ('network', 'ipam', 'ops') AND table_type = 'BASE TABLE'
           -- A refusal is written down there.
           AND table_name NOT LIKE 'audit%' ORDER BY 1, 2`);

    it.each<[string, string, () => [path: string, body: object], object]>([
      ['VPC', 'POST', () => [`${VPC}/vpcs`, { name: 'plan', enable_routing: false }], { routing_enabled: false }],
      [
        'private network of the default VPC',
        'POST',
        () => [NETWORKS, { name: 'plan' }],
        { name: 'plan', subnets: [{ subnet: '172.16.0.0/22' }, { subnet: expect.stringMatching(/^fd.*\/64$/) }] },
      ],
      [
        'private network with subnets',
        'POST',
        () => [NETWORKS, { name: 'plan', subnets: ['10.22.0.0/24'] }],
        { subnets: [{ subnet: '10.22.0.0/24' }, { subnet: expect.stringMatching(/^fd.*\/64$/) }] },
      ],
      [
        'private network without subnets',
        'POST',
        () => [NETWORKS, { name: 'plan', vpc_id: network.vpc_id }],
        {
          subnets: [
            { subnet: expect.stringMatching(/^172\..*\/22$/) },
            { subnet: expect.stringMatching(/^fd.*\/64$/) },
          ],
        },
      ],
      [
        'private NIC',
        'POST',
        () => [nics(), { private_network_id: network.id }],
        {
          private_nic: { private_network_id: expect.any(String), ipam_ip_ids: [] },
          planned_addresses: expect.arrayContaining(['10.20.0.2/24']),
        },
      ],
      [
        'addition of subnets',
        'POST',
        () => [`${NETWORKS}/${network.id}/subnets`, { subnets: ['10.23.0.0/24'] }],
        { subnets: expect.arrayContaining(['10.20.0.0/24', '10.23.0.0/24']) },
      ],
      [
        'replacement of subnets',
        'PUT',
        () => [`${NETWORKS}/${network.id}/subnets`, { subnets: [...cidrs(), '10.24.0.0/24'] }],
        { subnets: expect.arrayContaining(['10.20.0.0/24', '10.24.0.0/24']) },
      ],
      [
        'route',
        'POST',
        () => [
          `${VPC}/routes`,
          { vpc_id: network.vpc_id, destination: '10.3.0.0/24', nexthop_private_network_id: network.id },
        ],
        { destination: '10.3.0.0/24', type: 'custom' },
      ],
      ['address', 'POST', () => [IPS, { source: { private_network_id: network.id } }], { resource: null }],
    ])('answers the plan of a %s and writes nothing', async (name, method, request, expected) => {
      const before = await counts();
      const [path, body] = request();
      const answer = await send(method, `${path}?dry_run=true`, body);
      expect(answer).toMatchObject({ status: name === 'private NIC' ? 201 : 200, body: expected });
      expect(answer.body).not.toHaveProperty('operation');
      expect(answer.headers.get('operation-id')).toBeNull();
      expect(await counts()).toEqual(before);
    });

    it('is refused like the real thing', async () => {
      const before = await counts();
      const overlap = { vpc_id: network.vpc_id, subnets: ['10.20.0.0/25'] };
      expect((await send('POST', `${NETWORKS}?dry_run=true`, overlap)).status).toBe(409);
      const held = { source: { private_network_id: network.id }, address: '10.20.0.1' };
      expect((await send('POST', `${IPS}?dry_run=True`, held)).status).toBe(409);
      expect(await send('POST', `${VPC}/vpcs?dry_run=maybe`, {})).toMatchObject(refused('dry_run'));
      expect((await send('POST', `${nics()}?dry_run=true`, { private_network_id: randomUUID() })).status).toBe(404);
      expect(await counts()).toEqual(before);
    });
  });

  it.each<[string, string, string, string | object]>([
    ['POST', `${VPC}/vpcs`, 'body', '{'],
    ['POST', `${VPC}/vpcs`, 'body', '[]'],
    ['POST', `${VPC}/vpcs`, 'name', { name: 7 }],
    ['POST', `${VPC}/vpcs`, 'tags', { tags: 'a' }],
    ['POST', `${VPC}/vpcs`, 'enable_routing', { enable_routing: 'yes' }],
    ['POST', `${VPC}/routes`, 'vpc_id', {}],
    ['POST', `${VPC}/routes`, 'destination', { vpc_id: NOBODY }],
    ['POST', `${VPC}/routes`, 'destination', { vpc_id: NOBODY, destination: '10.0.0.1/24' }],
    ['POST', `${VPC}/routes`, 'vpc_id', { vpc_id: 'x', destination: '10.0.0.0/24' }],
    ['POST', `${VPC}/routes`, 'description', { description: 'a'.repeat(201) }],
    ['POST', `${VPC}/routes`, 'nexthop_resource_id', { nexthop_resource_id: 'x' }],
    ['POST', IPS, 'source', {}],
    ['POST', IPS, 'source', { source: 'pn' }],
    ['POST', IPS, 'source.private_network_id', { source: {} }],
    ['POST', IPS, 'source.zonal', { source: { zonal: 'fr-par-1', vpc_id: NOBODY } }],
    ['POST', IPS, 'source.zonal', { source: { zonal: 'nl-ams-1' } }],
    ['POST', IPS, 'source.subnet_id', { source: { subnet_id: 'x' } }],
    ['POST', IPS, 'address', { source: { zonal: 'fr-par-1' }, address: '10.0.0.1' }],
    ['POST', IPS, 'is_ipv6', { source: { subnet_id: NOBODY }, is_ipv6: 'no' }],
    ['POST', IPS, 'resource.mac_address', { source: { subnet_id: NOBODY }, resource: {} }],
    ['POST', '/ipam/v1/regions/fr-par/ip-sets/release', 'ip_ids', { ip_ids: ['x'] }],
    ['PATCH', `${IPS}/${NOBODY}`, 'reverses.0.hostname', { reverses: [{}] }],
    ['POST', `${IPS}/${NOBODY}/attach`, 'resource', {}],
    ['POST', `${IPS}/${NOBODY}/detach`, 'resource.mac_address', { resource: { mac_address: '02:00' } }],
    ['POST', `${IPS}/${NOBODY}/move`, 'from_resource', { to_resource: {} }],
  ])('refuses %s %s for its %s', async (method, path, argument, body) => {
    expect(await send(method, path, body)).toMatchObject(refused(argument));
  });

  it.each([
    [`${VPC}/vpcs?order_by=size`, 'order_by'],
    [`${VPC}/vpcs?tags=%00`, 'tags'],
    [`${IPS}?tags=%00`, 'tags'],
    [`${VPC}/vpcs?page=0`, 'page'],
    [`${VPC}/vpcs?page_size=0`, 'page_size'],
    [`${VPC}/vpcs?is_default=perhaps`, 'is_default'],
    [`${VPC}/subnets?subnet_ids=x`, 'subnet_ids'],
    [`${VPC}/subnets?order_by=name_asc`, 'order_by'],
    [`${VPC}/routes-with-nexthop?contains=everything`, 'contains'],
    [`${VPC}/routes-with-nexthop?nexthop_resource_type=router`, 'nexthop_resource_type'],
    [`${VPC}/routes-with-nexthop?is_ipv6=4`, 'is_ipv6'],
    [`${IPS}?resource_type=thing`, 'resource_type'],
    [`${IPS}?mac_address=02:00`, 'mac_address'],
    [`${IPS}?zonal=nl-ams-1`, 'zonal'],
    [`${IPS}?zonal=fr-par-1&subnet_id=${NOBODY}`, 'subnet_id'],
    [`${IPS}?private_network_id=${NOBODY}&source_vpc_id=${NOBODY}`, 'source_vpc_id'],
    [`${IPS}?vpc_id=${NOBODY}&source_vpc_id=${OTHER}`, 'vpc_id'],
    [`${IPS}?resource_type=custom&resource_types=lb_server`, 'resource_types'],
    [`${IPS}?resource_id=${NOBODY}&resource_ids=${OTHER}`, 'resource_id'],
    [`${IPS}?attached=false&resource_name=web`, 'resource_name'],
    [`${IPS}?zonal=fr-par-1&vpc_id=${NOBODY}`, 'vpc_id'],
  ])('refuses GET %s', async (path, argument) => {
    expect(await send('GET', path)).toMatchObject(refused(argument));
  });

  it.each([`${VPC}/vpcs`, NETWORKS, `${VPC}/subnets`, IPS])('pages %s to the end and beyond', async (path) => {
    if (path === IPS) await send('POST', IPS, { source: { private_network_id: network.id } });
    const listOf = (body: object): unknown[] => Object.values(body).find(Array.isArray) ?? [];
    const all = (await send('GET', `${path}?page_size=100`)).body;
    expect(listOf(all)).toHaveLength(all.total_count);
    expect(all.total_count).toBeGreaterThan(0);
    const last = (await send('GET', `${path}?page=${all.total_count}&page_size=1`)).body;
    expect(listOf(last)).toEqual(listOf(all).slice(-1));
    const beyond = (await send('GET', `${path}?page=999999&page_size=100`)).body;
    expect([listOf(beyond), beyond.total_count]).toEqual([[], all.total_count]);
    const whole = await send('GET', `${path}?page_size=100000`);
    expect(whole.body).toEqual(all);
  });

  it('tells those who may only read what they may not do', async () => {
    const secret = randomUUID();
    await stack.database.query(
      `INSERT INTO gateway.api_key (access_key, name, project_id, secret_sha256, secret_sealed, master_key_id, scope)
       SELECT 'SCWREADERREADERREADE', 'reader', project_id, sha256($1::bytea), secret_sealed, master_key_id, 'read' FROM gateway.api_key`,
      [secret],
    );
    for (const [path, resource] of [
      [`${VPC}/vpcs`, 'vpc'],
      [`${VPC}/routes`, 'route'],
      [NETWORKS, 'private_network'],
      [IPS, 'ip'],
    ] as const) {
      expect(await send('POST', path, {}, { 'x-auth-token': secret })).toMatchObject({
        status: 403,
        body: { type: 'permissions_denied', details: [{ action: 'write', resource }] },
      });
    }
  });
});
