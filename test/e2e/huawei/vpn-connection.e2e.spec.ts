import { recordRedis, startStack, type Stack, violations } from '@isthmus/testing';
import { type Body, HuaweiClient } from '../../fixtures/huawei/huawei-client';
import { holdings, makePlace, type Place, REGION, send } from '../../fixtures/huawei/place';

const PSK = 'Very-Secret.Key_42';

describe('Huawei customer gateways and VPN connections, by the official SDK', () => {
  let stack: Stack;
  let huawei: HuaweiClient;
  let place: Place;
  let gateway: Body;
  let before: Body;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true });
    huawei = HuaweiClient.of(stack);
    place = await makePlace(stack);
    before = await holdings(stack);
    const { id } = await huawei.createGateway({
      vpc_id: place.vpcId,
      connect_subnet: place.subnetId,
      local_subnets: ['10.1.0.0/24'],
      eip1: { type: '5_bgp', bandwidth_size: 10 },
      eip2: { type: '5_bgp', bandwidth_size: 10 },
    });
    gateway = await huawei.provisioned(id);
  });
  afterEach(async () => expect(await violations(stack.database)).toEqual([]));
  afterAll(() => stack.stop());

  let customers = 0;
  async function makeCustomer(change: Body = {}): Promise<Body> {
    customers += 1;
    const customer_gateway = { id_value: `198.51.100.${customers}`, ...change };
    return (await huawei.call('POST', '/customer-gateways', { customer_gateway })).customer_gateway;
  }

  const connection = (cgw_id: string, change: Body = {}): Body => ({
    vgw_id: gateway.id,
    vgw_ip: gateway.eip1.id,
    cgw_id,
    peer_subnets: ['172.31.0.0/24'],
    psk: PSK,
    ...change,
  });
  const connect = async (cgw_id: string, change: Body = {}): Promise<Body> =>
    (await huawei.call('POST', '/vpn-connection', { vpn_connection: connection(cgw_id, change) })).vpn_connection;
  const settled = (id: string): Promise<Body> =>
    huawei.connectionOnce(id, ({ status }) => !status.startsWith('PENDING_'));

  it('keep customer gateways, page by page', async () => {
    const made: Body[] = [];
    for (let n = 0; n < 5; n++) made.push(await makeCustomer({ name: `cgw-${n}`, bgp_asn: 65_000 + n }));
    expect(made[0]).toMatchObject({
      id_type: 'ip',
      name: 'cgw-0',
      bgp_asn: 65_000,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const seen: string[] = [];
    let marker: string | undefined;
    for (;;) {
      const page = await huawei.call('GET', '/customer-gateways', undefined, { limit: 2, ...(marker && { marker }) });
      expect(page).toMatchObject({ total_count: 5, request_id: expect.any(String) });
      expect(page.page_info.current_count).toBe(page.customer_gateways.length);
      seen.push(...page.customer_gateways.map(({ id }: Body) => id));
      if (page.page_info.current_count < 2) break;
      marker = page.page_info.next_marker;
    }
    expect(seen).toEqual(made.map(({ id }) => id));

    const [first] = made;
    const renamed = await huawei.call('PUT', `/customer-gateways/${first?.id}`, {
      customer_gateway: { name: 'renamed' },
    });
    expect(renamed.customer_gateway).toMatchObject({ id: first?.id, name: 'renamed', id_value: first?.id_value });
    expect((await makeCustomer({ id_type: 'fqdn', id_value: 'branch.example.com' })).name).toMatch(/^cgw-[0-9a-f]{4}$/);
    for (const { id } of (await huawei.call('GET', '/customer-gateways')).customer_gateways) {
      await huawei.destroy(`/customer-gateways/${id}`);
    }
    expect(await huawei.refusal('GET', `/customer-gateways/${first?.id}`)).toMatchObject({
      status: 404,
      code: 'VPN.0004',
    });
  });

  it('come up, route their peer subnets, and never tell the key', async () => {
    const recording = await recordRedis(stack.redis.url);
    const customer = await makeCustomer();
    const answer = await huawei.call('POST', '/vpn-connection', { vpn_connection: connection(customer.id) });
    expect(answer).toMatchObject({
      httpStatusCode: 201,
      operation: { state: 'pending' },
      vpn_connection: {
        name: expect.stringMatching(/^vpn-[0-9a-f]{4}$/),
        vgw_id: gateway.id,
        vgw_ip: gateway.eip1.id,
        style: 'STATIC',
        cgw_id: customer.id,
        peer_subnets: ['172.31.0.0/24'],
        tunnel_local_address: expect.stringMatching(/^169\.254\.\d+\.\d+\/30$/),
        tunnel_peer_address: expect.stringMatching(/^169\.254\.\d+\.\d+\/30$/),
        enable_nqa: false,
        ha_role: 'master',
        enterprise_project_id: '0',
        ikepolicy: {
          ike_version: 'v2',
          authentication_algorithm: 'sha2-256',
          encryption_algorithm: 'aes-128',
          dh_group: 'group15',
          authentication_method: 'pre-share',
          lifetime_seconds: 86_400,
          local_id_type: 'ip',
          peer_id_type: 'ip',
          dpd: { timeout: 15, interval: 30, msg: 'seq-hash-notify' },
        },
        ipsecpolicy: {
          authentication_algorithm: 'sha2-256',
          encryption_algorithm: 'aes-128',
          pfs: 'group15',
          transform_protocol: 'esp',
          lifetime_seconds: 3_600,
          encapsulation_mode: 'tunnel',
        },
      },
    });
    const { id } = answer.vpn_connection;
    expect(answer.vpn_connection).not.toHaveProperty('status');
    const shown = await settled(id);
    expect(shown.status).toBe('ACTIVE');

    const { routes } = await send(stack, 'GET', `/vpc/v2/regions/${REGION}/routes-with-nexthop?vpc_id=${place.vpcId}`);
    const route = routes.find(({ route: each }: Body) => each.destination === '172.31.0.0/24');
    expect(route.route).toMatchObject({ is_read_only: true, nexthop_private_network_id: place.networkId });
    expect(await huawei.showGateway(gateway.id)).toMatchObject({ used_connection_number: 1, used_connection_group: 1 });

    // The other endpoint to the same customer gateway makes the group of two.
    const second = await connect(customer.id, { vgw_ip: gateway.eip2.id });
    await settled(second.id);
    expect(await huawei.showGateway(gateway.id)).toMatchObject({ used_connection_number: 2, used_connection_group: 1 });
    expect(second.tunnel_local_address).not.toBe(shown.tunnel_local_address);

    const list = await huawei.call('GET', '/vpn-connection', undefined, { vgw_id: gateway.id });
    expect(list).toMatchObject({ total_count: 2, page_info: { current_count: 2 } });
    const other = await huawei.call('GET', '/vpn-connection', undefined, { vgw_ip: gateway.eip2.id });
    expect(other.vpn_connections.map(({ id: each }: Body) => each)).toEqual([second.id]);

    expect(JSON.stringify([answer, shown, list])).not.toContain(PSK);
    expect(await storedText(stack)).not.toContain(PSK);
    recording.stop();
    const bus = recording.text();
    expect(bus).toContain('vpn-connection.create');
    expect(bus).not.toContain(PSK);
    for (const app of ['api-gateway', 'vpn-svc', 'network-svc'] as const) {
      for (const process of stack.processes(app)) expect(process.output()).not.toContain(PSK);
    }

    expect(await huawei.refusal('DELETE', `/customer-gateways/${customer.id}`)).toMatchObject({
      status: 400,
      code: 'VPN.0001',
      message: `invalid request: customer gateway ${customer.id} has connection`,
    });
    expect(await huawei.refusal('DELETE', `/vpn-gateways/${gateway.id}`)).toMatchObject({
      status: 400,
      code: 'VPN.0001',
    });
    await huawei.destroy(`/vpn-connection/${id}`);
    await huawei.destroy(`/vpn-connection/${second.id}`);
    await huawei.destroy(`/customer-gateways/${customer.id}`);
    const after = await send(stack, 'GET', `/vpc/v2/regions/${REGION}/routes-with-nexthop?vpc_id=${place.vpcId}`);
    expect(after.routes.map(({ route: each }: Body) => each.destination)).not.toContain('172.31.0.0/24');
  });

  it('follow policies and BGP, and change', async () => {
    const customer = await makeCustomer({ bgp_asn: 65_100 });
    const policy = await connect(customer.id, {
      style: 'policy',
      policy_rules: [{ source: '10.1.0.0/24', destination: ['172.30.0.0/24', '172.30.1.0/24'] }],
      peer_subnets: ['172.30.0.0/23'],
      ikepolicy: { ike_version: 'v1', phase1_negotiation_mode: 'aggressive', lifetime_seconds: 60 },
    });
    expect(policy).toMatchObject({
      style: 'POLICY',
      policy_rules: [{ source: '10.1.0.0/24', destination: ['172.30.0.0/24', '172.30.1.0/24'] }],
      ikepolicy: { ike_version: 'v1', phase1_negotiation_mode: 'aggressive', lifetime_seconds: 60 },
    });
    expect(policy).not.toHaveProperty('tunnel_local_address');
    const bgp = await connect(customer.id, {
      vgw_ip: gateway.eip2.id,
      style: 'bgp',
      peer_subnets: ['172.29.0.0/24'],
      tunnel_local_address: '169.254.70.1/30',
      tunnel_peer_address: '169.254.70.2/30',
      enable_hub: true,
    });
    expect(bgp).toMatchObject({ style: 'BGP', tunnel_local_address: '169.254.70.1/30', enable_hub: true });
    expect((await settled(policy.id)).status).toBe('ACTIVE');
    expect((await settled(bgp.id)).status).toBe('ACTIVE');

    await huawei.call('PUT', `/vpn-connection/${bgp.id}`, {
      vpn_connection: { name: 'changed', peer_subnets: ['172.28.0.0/24'], psk: 'Another-Key.1' },
    });
    expect(await settled(bgp.id)).toMatchObject({ name: 'changed', peer_subnets: ['172.28.0.0/24'], status: 'ACTIVE' });
    const { routes } = await send(stack, 'GET', `/vpc/v2/regions/${REGION}/routes-with-nexthop?vpc_id=${place.vpcId}`);
    const destinations = routes.map(({ route }: Body) => route.destination);
    expect(destinations).toContain('172.28.0.0/24');
    expect(destinations).not.toContain('172.29.0.0/24');
    for (const { id } of [policy, bgp]) await huawei.destroy(`/vpn-connection/${id}`);
    await huawei.destroy(`/customer-gateways/${customer.id}`);
  });

  it('are made in batches, all or none', async () => {
    const [one, two] = [await makeCustomer(), await makeCustomer()];
    const bad = [connection(one.id), connection(two.id, { peer_subnets: ['10.1.0.0/25'] })];
    expect(await huawei.refusal('POST', '/vpn-connections/batch-create', { vpn_connections: bad })).toMatchObject({
      status: 400,
    });
    expect((await huawei.call('GET', '/vpn-connection')).total_count).toBe(0);
    const good = [connection(one.id), connection(two.id, { peer_subnets: ['172.27.0.0/24'] })];
    const { vpn_connections: made } = await huawei.call('POST', '/vpn-connections/batch-create', {
      vpn_connections: good,
    });
    expect(made).toHaveLength(2);
    for (const { id } of made) expect((await settled(id)).status).toBe('ACTIVE');
    for (const { id } of made) await huawei.destroy(`/vpn-connection/${id}`);
    for (const { id } of [one, two]) await huawei.destroy(`/customer-gateways/${id}`);
  });

  it('are refused with the reason', async () => {
    const customer = await makeCustomer();
    const rows: [string, Body, string, RegExp][] = [
      ['a weak key', { psk: 'password' }, 'VPN.0001', /psk/],
      ['a short key', { psk: 'aA1!' }, 'VPN.0001', /psk .*8/],
      ['no key', { psk: undefined }, 'VPN.0001', /psk: .*needs a pre-shared key/],
      ['no gateway', { vgw_id: undefined }, 'VPN.0001', /vgw_id/],
      ['an unknown gateway', { vgw_id: customer.id }, 'VPN.0509', new RegExp(customer.id)],
      ['an unknown address', { vgw_ip: '192.0.2.1' }, 'VPN.0001', /vgw_ip/],
      ['an unknown customer', { cgw_id: gateway.id }, 'VPN.0004', new RegExp(gateway.id)],
      ['51 peer subnets', { peer_subnets: Array.from({ length: 51 }, (_, n) => `172.16.${n}.0/24`) }, 'VPN.0001', /50/],
      ['an overlap', { peer_subnets: ['10.1.0.0/25'] }, 'VPN.0001', /peer_subnets/],
      ['the reserved block', tunnel('169.254.195.1/30', '169.254.195.2/30'), 'VPN.0001', /169\.254\.195/],
      ['one tunnel address', { tunnel_local_address: '169.254.70.1/30' }, 'VPN.0001', /tunnel_peer_address/],
      ['two tunnel networks', tunnel('169.254.70.1/30', '169.254.71.2/30'), 'VPN.0001', /tunnel_/],
      [
        'rules without policy',
        { policy_rules: [{ source: '10.1.0.0/24', destination: ['1.0.0.0/8'] }] },
        'VPN.0001',
        /policy_rules/,
      ],
      ['a long lifetime', { ikepolicy: { lifetime_seconds: 604_801 } }, 'VPN.0001', /ikepolicy.lifetime_seconds/],
      ['a short lifetime', { ipsecpolicy: { lifetime_seconds: 29 } }, 'VPN.0001', /ipsecpolicy.lifetime_seconds/],
      [
        'an unknown cipher',
        { ikepolicy: { encryption_algorithm: 'rot13' } },
        'VPN.0001',
        /ikepolicy.encryption_algorithm/,
      ],
      ['BGP without ASN', { style: 'bgp' }, 'VPN.0001', /cgw_id: .*BGP ASN/],
      ['slave in active-active', { ha_role: 'slave' }, 'VPN.0001', /ha_role/],
    ];
    const failures: string[] = [];
    for (const [what, change, code, message] of rows) {
      const refused = await huawei.refusal('POST', '/vpn-connection', {
        vpn_connection: connection(customer.id, change),
      });
      if (refused.code !== code || !message.test(refused.message)) failures.push(`${what}: ${JSON.stringify(refused)}`);
    }
    expect(failures).toEqual([]);
    expect((await huawei.call('GET', '/vpn-connection')).total_count).toBe(0);
    await huawei.destroy(`/customer-gateways/${customer.id}`);
  });

  it('leave nothing behind', async () => {
    await huawei.destroy(`/vpn-gateways/${gateway.id}`);
    expect(await holdings(stack)).toEqual(before);
  });
});

function tunnel(tunnel_local_address: string, tunnel_peer_address: string): Body {
  return { tunnel_local_address, tunnel_peer_address };
}

/** Every row of every table as text. */
async function storedText({ database }: Stack): Promise<string> {
  const tables = await database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname IN ('network', 'ipam', 'vpn', 'ops', 'gateway')`,
  );
  const rows = await Promise.all(tables.map(({ name }) => database.query(`SELECT t::text FROM ${name} t`)));
  return JSON.stringify(rows);
}
