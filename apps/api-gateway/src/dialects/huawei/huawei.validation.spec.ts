import { ADMIN_PROJECT_ID, createTestGateway, type TestGateway } from '../../gateway.fixture';
import { CUSTOMER_GATEWAY_ID, EIP_ID, GATEWAY_ID, SUBNET_ID, VPC_ID } from './huawei.fixture';

const BASE = `/v5/${ADMIN_PROJECT_ID}`;
const GATEWAYS = `${BASE}/vpn-gateways`;
const CONNECTIONS = `${BASE}/vpn-connection`;
const BATCH = `${BASE}/vpn-connections/batch-create`;
const CUSTOMERS = `${BASE}/customer-gateways`;

const gateway = { vpc_id: VPC_ID, connect_subnet: SUBNET_ID, local_subnets: ['192.168.0.0/24'] };
const connection = { vgw_id: GATEWAY_ID, vgw_ip: EIP_ID, cgw_id: CUSTOMER_GATEWAY_ID };

describe('bodies that the Huawei dialect cannot use', () => {
  let test: TestGateway;

  beforeAll(async () => {
    test = await createTestGateway();
  });
  afterAll(() => test.close());
  beforeEach(() => {
    test.calls.length = 0;
  });

  const send = (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) =>
    test.inject({ method, url, headers: { 'x-auth-token': test.keys.admin.secret }, payload });

  const g = (fields: object): object => ({ vpn_gateway: { ...gateway, ...fields } });
  const c = (fields: object): object => ({ vpn_connection: { ...connection, ...fields } });
  const r = (fields: object): object => ({ customer_gateway: { id_value: '10.0.0.1', ...fields } });
  const bad: [string, object, string][] = [
    [GATEWAYS, {}, 'vpn_gateway is required'],
    [GATEWAYS, { vpn_gateway: null }, 'vpn_gateway is required'],
    [GATEWAYS, { vpn_gateway: [] }, 'vpn_gateway must be an object'],
    [GATEWAYS, { vpn_gateway: 'a' }, 'vpn_gateway must be an object'],
    [GATEWAYS, g({ name: '' }), 'name must be 1 to 64 letters'],
    [GATEWAYS, g({ name: 'a b' }), 'name must be 1 to 64 letters'],
    [GATEWAYS, g({ name: 'a'.repeat(65) }), 'name must be 1 to 64 letters'],
    [GATEWAYS, g({ name: 7 }), 'name must be 1 to 64 letters'],
    [GATEWAYS, g({ network_type: 'PUBLIC' }), 'network_type must be one of public, private'],
    [GATEWAYS, g({ attachment_type: 'vgw' }), 'attachment_type must be one of vpc, er'],
    [GATEWAYS, g({ ip_version: 4 }), 'ip_version must be one of ipv4, ipv6'],
    [GATEWAYS, g({ ha_mode: 'none' }), 'ha_mode must be one of active-active, active-standby'],
    [GATEWAYS, g({ flavor: 'Professional3' }), 'flavor must be one of Basic, Professional1'],
    [GATEWAYS, g({ flavor: 'v300' }), 'flavor must be one of Basic, Professional1'],
    [GATEWAYS, g({ vpc_id: 'nonsense' }), 'vpc_id must be a UUID of 36 characters'],
    [GATEWAYS, g({ bgp_asn: '64512' }), 'bgp_asn must be a whole number from 1 to 4294967295'],
    [GATEWAYS, g({ bgp_asn: 0 }), 'bgp_asn must be a whole number from 1 to 4294967295'],
    [GATEWAYS, g({ bgp_asn: 4_294_967_296 }), 'bgp_asn must be a whole number from 1 to 4294967295'],
    [GATEWAYS, g({ bgp_asn: 1.5 }), 'bgp_asn must be a whole number from 1 to 4294967295'],
    [GATEWAYS, g({ local_subnets: '10.0.0.0/8' }), 'local_subnets must be a list of networks'],
    [GATEWAYS, g({ local_subnets: [['10.0.0.0/8']] }), 'local_subnets'],
    [GATEWAYS, g({ local_subnets: ['10.0.0.1/8'] }), 'local_subnets: 10.0.0.1/8 has host bits'],
    [GATEWAYS, g({ local_subnets: ['fd00::/64'] }), 'local_subnets must be networks of IPv4'],
    [GATEWAYS, g({ local_subnets_v6: ['10.0.0.0/8'] }), 'local_subnets_v6 must be networks of IPv6'],
    [GATEWAYS, g({ local_subnets: Array(51).fill('10.0.0.0/8') }), 'local_subnets must be at most 50 networks'],
    [GATEWAYS, g({ availability_zone_ids: ['a', 'b', 'c'] }), 'availability_zone_ids must be a list of one or two'],
    [GATEWAYS, g({ enterprise_project_id: '1' }), 'enterprise_project_id must be a UUID of 36 characters, or 0'],
    [GATEWAYS, g({ eip1: 'a' }), 'eip1 must be an object'],
    [GATEWAYS, g({ eip1: { id: 'a' } }), 'eip1.id must be a UUID'],
    [GATEWAYS, g({ eip2: { charge_mode: '95peak' } }), 'eip2.charge_mode must be one of bandwidth, traffic'],
    [GATEWAYS, g({ eip2: { bandwidth_size: '5' } }), 'eip2.bandwidth_size must be a whole number from 1 to 1000'],
    [GATEWAYS, g({ access_private_ip_1: 'fd00::1' }), 'access_private_ip_1 must be an IPv4 address'],
    [
      GATEWAYS,
      g({ tags: [...Array(21).keys()].map((key) => ({ key: `${key}`, value: '' })) }),
      'tags must be a list of at most 20 objects',
    ],
    [GATEWAYS, g({ tags: [null] }), 'tags must be a list of at most 20 objects'],
    [GATEWAYS, g({ tags: ['a'] }), 'tags must be a list of at most 20 objects'],
    [GATEWAYS, g({ tags: [{ value: 'b' }] }), 'tags.0.key is required'],
    [GATEWAYS, g({ tags: [{ key: 'a/b', value: '' }] }), 'tags.0.key must be 1 to 128 letters'],
    [GATEWAYS, g({ tags: [{ key: 'a', value: 1 }] }), 'tags.0.value must be up to 255 letters'],
    [
      GATEWAYS,
      g({
        tags: [
          { key: 'a', value: '1' },
          { key: 'a', value: '2' },
        ],
      }),
      'tags must not have a key twice',
    ],
    [CONNECTIONS, {}, 'vpn_connection is required'],
    [CONNECTIONS, c({ vgw_id: undefined }), 'vgw_id is required'],
    [CONNECTIONS, c({ vgw_ip: 'fd00::1' }), 'vgw_ip must be the UUID of a public address or a private IPv4 address'],
    [CONNECTIONS, c({ style: 'STATIC' }), 'style must be one of static, policy, bgp'],
    [CONNECTIONS, c({ enable_nqa: 'true' }), 'enable_nqa must be true or false'],
    [CONNECTIONS, c({ tunnel_local_address: '169.254.195.1/30' }), 'tunnel_local_address must be a host address'],
    [CONNECTIONS, c({ tunnel_local_address: '169.254.76.4/30' }), 'tunnel_local_address must be a host address'],
    [CONNECTIONS, c({ tunnel_peer_address: '169.254.76.1/29' }), 'tunnel_peer_address must be a host address'],
    [CONNECTIONS, c({ tunnel_peer_address: '169.254.256.1/30' }), 'tunnel_peer_address must be a host address'],
    [CONNECTIONS, c({ policy_rules: [{ destination: [] }] }), 'policy_rules.0.source is required'],
    [CONNECTIONS, c({ policy_rules: [{ source: '10.0.0.0/8' }] }), 'policy_rules.0.destination is required'],
    [CONNECTIONS, c({ policy_rules: Array(6).fill({}) }), 'policy_rules must be a list of at most 5 objects'],
    [CONNECTIONS, c({ ikepolicy: { lifetime_seconds: 59 } }), 'ikepolicy.lifetime_seconds must be a whole number'],
    [CONNECTIONS, c({ ikepolicy: { dpd: { timeout: 61 } } }), 'ikepolicy.dpd.timeout must be a whole number from 2'],
    [CONNECTIONS, c({ ikepolicy: { dh_group: 'group1' } }), 'ikepolicy.dh_group must be one of'],
    [CONNECTIONS, c({ ipsecpolicy: { lifetime_seconds: 29 } }), 'ipsecpolicy.lifetime_seconds must be a whole number'],
    [CONNECTIONS, c({ ipsecpolicy: { encapsulation_mode: 'transport' } }), 'ipsecpolicy.encapsulation_mode must be'],
    [CONNECTIONS, c({ ha_role: 'primary' }), 'ha_role must be one of master, slave'],
    [BATCH, {}, 'vpn_connections is required'],
    [BATCH, { vpn_connections: [] }, 'vpn_connections must be a list of one or two objects'],
    [BATCH, { vpn_connections: [connection, connection, connection] }, 'vpn_connections must be a list of at most 2'],
    [BATCH, { vpn_connections: [connection, { ...connection, vgw_id: VPC_ID }] }, 'must have the same vgw_id'],
    [BATCH, { vpn_connections: [connection, { ...connection, cgw_id: 'a' }] }, 'vpn_connections.1.cgw_id must be'],
    [CUSTOMERS, {}, 'customer_gateway is required'],
    [CUSTOMERS, r({ id_value: undefined }), 'id_value is required'],
    [CUSTOMERS, r({ id_value: 'a'.repeat(129) }), 'id_value must be text of 1 to 128 characters'],
    [CUSTOMERS, r({ id_type: 'any' }), 'id_type must be one of ip, fqdn'],
    [CUSTOMERS, r({ ca_certificate: { content: 'a' } }), 'ca_certificate.content must be the certificate'],
    [CUSTOMERS, r({ ca_certificate: { id: GATEWAY_ID } }), 'ca_certificate.content is required'],
  ];

  it.each(bad.map(([url, payload, words], index) => [index, words, url, payload] as const))(
    '%d: %s',
    async (_index, words, url, payload) => {
      const answer = await send('POST', url, payload);
      expect([answer.statusCode, answer.json().error_code]).toEqual([400, 'VPN.0001']);
      expect(answer.json().error_msg).toMatch(/^invalid request: /);
      expect(answer.json().error_msg).toContain(words);
      expect(answer.json().error_msg).not.toMatch(/vpn_gateway\.|vpn_connection\.|customer_gateway\./);
      expect(test.calls).toEqual([]);
    },
  );

  it.each([0, 1_001])('a bandwidth of %d has a code of its own', async (bandwidth_size) => {
    const answer = await send('POST', GATEWAYS, g({ eip1: { bandwidth_size } }));
    expect([answer.statusCode, answer.json().error_code]).toEqual([400, 'VPN.0101']);
  });

  it.each([`${CUSTOMERS}?limit=201`, `${CUSTOMERS}?limit=a`, `${CUSTOMERS}?marker=x`, `${CONNECTIONS}?limit=2001`])(
    'GET %s',
    async (url) => {
      const answer = await send('GET', url);
      expect([answer.statusCode, answer.json().error_code]).toEqual([400, 'VPN.0001']);
    },
  );

  it.each(['aB3', 'alllowercase', 'lower123case', 'Abcdef12"', `Ab1${'x'.repeat(126)}`, 12345678, ['Abcdef123']])(
    'a bad pre-shared key is refused without repeating it: %j',
    async (psk) => {
      const answer = await send('POST', CONNECTIONS, c({ psk }));
      expect([answer.statusCode, answer.json().error_code]).toEqual([400, 'VPN.0001']);
      expect(answer.json().error_msg).toContain('psk must have 8 to 128 characters');
      expect(answer.body).not.toContain(String(psk));
    },
  );

  it('a policy template must be whole', async () => {
    const policy_template = { ike_policy: { dh_group: 'group14' }, ipsec_policy: {} };
    const answer = await send('PUT', `${GATEWAYS}/${GATEWAY_ID}`, { vpn_gateway: { policy_template } });
    expect(answer.json().error_msg).toContain('policy_template.ike_policy.encryption_algorithm is required');
    expect(answer.json().error_msg).toContain('policy_template.ipsec_policy.pfs is required');
  });
});
