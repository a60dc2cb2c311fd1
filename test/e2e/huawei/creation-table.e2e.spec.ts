import { startStack, type Stack, violations } from '@isthmus/testing';
import { type Body, HuaweiClient } from '../../fixtures/huawei/huawei-client';
import { bookEip, holdings, makeNetwork, makePlace, type Place, send } from '../../fixtures/huawei/place';

const NOWHERE = '0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b';

/** What a rule refuses: a change of a body that is good without it, the code, and what the message says. */
type Row = [rule: string, body: Body, code: string, message: RegExp];

/** The creation table of a VPN gateway, rule by rule: each with an error of its own, and nothing written. */
describe('the creation table of VPN gateways', () => {
  let stack: Stack;
  let huawei: HuaweiClient;
  let place: Place;
  let other: Place;
  let tight: Place;
  let eip: { id: string; address: string };
  let before: Body;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true });
    huawei = HuaweiClient.of(stack);
    place = await makePlace(stack);
    other = await makePlace(stack);
    // Three addresses are held, so five are left; three stay.
    tight = await makeNetwork(stack, place.vpcId, '10.98.0.0/29');
    for (let n = 0; n < 2; n++) {
      await send(stack, 'POST', '/ipam/v1/regions/fr-par/ips', {
        source: { subnet_id: tight.subnetId },
        is_ipv6: false,
      });
    }
    eip = await bookEip(stack);
    before = await everything();
  });
  afterAll(() => stack.stop());

  async function everything(): Promise<Body> {
    const [gateways] = await stack.database.query('SELECT count(*) AS gateways FROM vpn.gateway');
    const [operations] = await stack.database.query(`SELECT count(*) AS ops FROM ops.operation WHERE service = 'vpn'`);
    const [usage] = await stack.database.query('SELECT coalesce(sum(used), 0) AS used FROM vpn.project_usage');
    return { ...(await holdings(stack)), ...gateways, ...operations, ...usage };
  }

  const vpc = (change: Body = {}): Body => ({
    vpc_id: place.vpcId,
    connect_subnet: place.subnetId,
    local_subnets: ['192.168.0.0/24'],
    eip1: newEip(),
    eip2: newEip(),
    ...change,
  });
  const isPrivate = (change: Body = {}): Body =>
    vpc({ network_type: 'private', eip1: undefined, eip2: undefined, ...change });
  const er = (change: Body = {}): Body => ({
    attachment_type: 'er',
    er_id: place.vpcId,
    access_subnet_id: place.subnetId,
    eip1: newEip(),
    eip2: newEip(),
    ...change,
  });
  const subnets = (count: number): string[] => Array.from({ length: count }, (_, n) => `192.168.${n}.0/24`);
  const tags = (count: number): Body[] => Array.from({ length: count }, (_, n) => ({ key: `k${n}`, value: '' }));

  const rows = (): Row[] => [
    ['name: at most 64 characters', vpc({ name: 'a'.repeat(65) }), 'VPN.0001', /name .*64/],
    ['name: not empty', vpc({ name: '' }), 'VPN.0001', /name /],
    ['name: letters, digits, _ - .', vpc({ name: 'a b' }), 'VPN.0001', /name .*letters/],
    ['name: text', vpc({ name: 7 }), 'VPN.0001', /name /],
    ['network_type: one of two', vpc({ network_type: 'hybrid' }), 'VPN.0001', /network_type .*public, private/],
    ['attachment_type: one of two', vpc({ attachment_type: 'vpn' }), 'VPN.0001', /attachment_type .*vpc, er/],
    ['ip_version: one of two', vpc({ ip_version: 'ipv5' }), 'VPN.0001', /ip_version .*ipv4, ipv6/],
    ['er_id: only for er', vpc({ er_id: place.vpcId }), 'VPN.0001', /er_id: .*router/],
    ['er_id: always for er', er({ er_id: undefined }), 'VPN.0001', /er_id: Name the router/],
    ['er_id: a UUID', er({ er_id: 'router' }), 'VPN.0001', /er_id .*UUID/],
    ['er_id: exists', er({ er_id: NOWHERE }), 'VPN.0004', new RegExp(NOWHERE)],
    ['vpc_id: mandatory for vpc', vpc({ vpc_id: undefined }), 'VPN.0001', /vpc_id: Name the VPC/],
    ['vpc_id: a UUID', vpc({ vpc_id: 'mine' }), 'VPN.0001', /vpc_id .*UUID/],
    ['vpc_id: exists', vpc({ vpc_id: NOWHERE }), 'VPN.0004', new RegExp(NOWHERE)],
    [
      'local_subnets: mandatory',
      vpc({ local_subnets: undefined }),
      'VPN.0001',
      /local_subnets: .*needs its local subnets/,
    ],
    ['local_subnets: not empty', vpc({ local_subnets: [] }), 'VPN.0001', /local_subnets: .*1 to 50/],
    ['local_subnets: at most 50', vpc({ local_subnets: subnets(51) }), 'VPN.0001', /local_subnets .*50/],
    ['local_subnets: CIDRs', vpc({ local_subnets: ['192.168.0.1/24'] }), 'VPN.0001', /local_subnets/],
    ['local_subnets: IPv4', vpc({ local_subnets: ['fd00::/64'] }), 'VPN.0001', /local_subnets/],
    ['local_subnets: not for er', er({ local_subnets: subnets(1) }), 'VPN.0001', /local_subnets: .*router/],
    ['local_subnets: not for ipv6', ipv6({ local_subnets: subnets(1) }), 'VPN.0001', /local_subnets: IPv6/],
    ['local_subnets_v6: mandatory', ipv6({ local_subnets_v6: undefined }), 'VPN.0001', /local_subnets_v6: .*needs/],
    ['local_subnets_v6: only for ipv6', vpc({ local_subnets_v6: ['fd00::/64'] }), 'VPN.0001', /local_subnets_v6: IPv4/],
    [
      'connect_subnet: mandatory for vpc',
      vpc({ connect_subnet: undefined }),
      'VPN.0001',
      /connect_subnet: Name the subnet/,
    ],
    ['connect_subnet: a UUID', vpc({ connect_subnet: '10.0.0.0/24' }), 'VPN.0001', /connect_subnet .*UUID/],
    ['connect_subnet: exists', vpc({ connect_subnet: NOWHERE }), 'VPN.0004', new RegExp(NOWHERE)],
    [
      'connect_subnet: of the VPC',
      vpc({ connect_subnet: other.subnetId }),
      'VPN.0001',
      /connect_subnet: .*not one of VPC/,
    ],
    ['bgp_asn: from 1', vpc({ bgp_asn: 0 }), 'VPN.0001', /bgp_asn /],
    ['bgp_asn: to 4294967295', vpc({ bgp_asn: 4_294_967_296 }), 'VPN.0001', /bgp_asn .*4294967295/],
    ['bgp_asn: a number', vpc({ bgp_asn: '64512' }), 'VPN.0001', /bgp_asn /],
    ['flavor: a known one', vpc({ flavor: 'Professional9' }), 'VPN.0001', /flavor .*Basic/],
    ['flavor: Basic is never private', isPrivate({ flavor: 'Basic' }), 'VPN.0001', /Basic gateways are public/],
    ['flavor: Basic is never for er', er({ flavor: 'Basic' }), 'VPN.0001', /Basic gateways serve one VPC/],
    [
      'zones: two where two are',
      vpc({ availability_zone_ids: ['fr-par-1'] }),
      'VPN.0001',
      /availability_zone_ids: Name two different/,
    ],
    [
      'zones: different',
      vpc({ availability_zone_ids: ['fr-par-1', 'fr-par-1'] }),
      'VPN.0001',
      /availability_zone_ids: Name two different/,
    ],
    [
      'zones: known',
      vpc({ availability_zone_ids: ['fr-par-1', 'mars-1'] }),
      'VPN.0001',
      /availability_zone_ids: mars-1/,
    ],
    [
      'zones: one where one is',
      vpc({ flavor: 'GM', availability_zone_ids: ['fr-par-1', 'fr-par-2'] }),
      'VPN.0001',
      /availability_zone_ids: fr-par-2 does not host GM/,
    ],
    ['enterprise_project_id', vpc({ enterprise_project_id: 'mine' }), 'VPN.0001', /enterprise_project_id /],
    ['eip1: not for private', isPrivate({ eip1: newEip() }), 'VPN.0001', /eip1: A private gateway/],
    ['eip2: not for private', isPrivate({ eip2: newEip() }), 'VPN.0001', /eip2: A private gateway/],
    ['eip: a UUID', vpc({ eip1: { id: 'mine' } }), 'VPN.0001', /eip1.id .*UUID/],
    ['eip: exists', vpc({ eip1: { id: NOWHERE } }), 'VPN.0004', new RegExp(NOWHERE)],
    ['eip: one each', vpc({ eip1: { id: eip.id }, eip2: { id: eip.id } }), 'VPN.0112', /eip2.id: .*different/],
    ['eip: old or new', vpc({ eip1: { id: eip.id, bandwidth_size: 5 } }), 'VPN.0001', /eip1.id: .*its id alone/],
    ['eip: type to 36', vpc({ eip1: newEip({ type: 'a'.repeat(37) }) }), 'VPN.0001', /eip1.type .*36/],
    [
      'eip: charge_mode',
      vpc({ eip1: newEip({ charge_mode: 'flat' }) }),
      'VPN.0001',
      /eip1.charge_mode .*bandwidth, traffic/,
    ],
    ['eip: size mandatory', vpc({ eip1: { type: '5_bgp' } }), 'VPN.0001', /eip1.bandwidth_size: A new EIP needs/],
    ['eip: size from 1', vpc({ eip1: newEip({ bandwidth_size: 0 }) }), 'VPN.0101', /eip1.bandwidth_size/],
    ['eip: size to 1000', vpc({ flavor: 'Professional2', eip1: newEip({ bandwidth_size: 1001 }) }), 'VPN.0101', /1000/],
    ['eip: size to 100 for Basic', vpc({ flavor: 'Basic', eip1: newEip({ bandwidth_size: 101 }) }), 'VPN.0101', /100/],
    [
      'eip: size to 300 for P1',
      vpc({ eip2: newEip({ bandwidth_size: 301 }) }),
      'VPN.0101',
      /eip2.bandwidth_size: .*300/,
    ],
    ['eip: size to 500 for GM', vpc({ flavor: 'GM', eip1: newEip({ bandwidth_size: 501 }) }), 'VPN.0101', /500/],
    ['eip: bandwidth_name', vpc({ eip1: newEip({ bandwidth_name: 'ä' }) }), 'VPN.0001', /eip1.bandwidth_name /],
    ['eip: bandwidth_name to 64', vpc({ eip1: newEip({ bandwidth_name: 'a'.repeat(65) }) }), 'VPN.0001', /64/],
    ['eip: bandwidth_id', vpc({ eip1: { bandwidth_id: 'shared' } }), 'VPN.0001', /eip1.bandwidth_id .*UUID/],
    ['access_vpc_id: exists', vpc({ access_vpc_id: NOWHERE }), 'VPN.0004', new RegExp(NOWHERE)],
    [
      'access_subnet_id: of its VPC',
      vpc({ access_subnet_id: other.subnetId }),
      'VPN.0001',
      /access_subnet_id: .*not one of VPC/,
    ],
    ['ha_mode: one of two', vpc({ ha_mode: 'active-passive' }), 'VPN.0001', /ha_mode .*active-active, active-standby/],
    ['private ips: only private', vpc({ ...ips(5, 6) }), 'VPN.0001', /access_private_ip_1: Only .*private/],
    ['private ips: both or none', isPrivate({ access_private_ip_1: ip(5) }), 'VPN.0109', /access_private_ip_2/],
    ['private ips: different', isPrivate(ips(5, 5)), 'VPN.0107', /differ/],
    [
      'private ips: in the subnet',
      isPrivate({ access_private_ip_1: '10.250.0.1', access_private_ip_2: ip(5) }),
      'VPN.0104',
      /10\.250\.0\.1/,
    ],
    ['private ips: free', isPrivate(ips(1, 5)), 'VPN.0111', new RegExp(ip(1).replaceAll('.', '\\.'))],
    ['subnet: four are free', vpc({ connect_subnet: tight.subnetId }), 'VPN.0285', /4|four/],
    ['tags: at most 20', vpc({ tags: tags(21) }), 'VPN.0001', /tags .*20/],
    ['tags: key from 1', vpc({ tags: [{ key: '', value: '' }] }), 'VPN.0001', /tags/],
    ['tags: key to 128', vpc({ tags: [{ key: 'a'.repeat(129), value: '' }] }), 'VPN.0001', /tags.*128/],
    ['tags: value to 255', vpc({ tags: [{ key: 'a', value: 'a'.repeat(256) }] }), 'VPN.0001', /tags.*255/],
    ['tags: characters', vpc({ tags: [{ key: 'a?', value: '' }] }), 'VPN.0001', /tags/],
    ['tags: value is mandatory', vpc({ tags: [{ key: 'a' }] }), 'VPN.0001', /tags/],
  ];

  /** The n-th address of the place's subnet. */
  function ip(n: number): string {
    return `10.1.0.${n}`;
  }
  function ips(first: number, second: number): Body {
    return { access_private_ip_1: ip(first), access_private_ip_2: ip(second) };
  }
  function ipv6(change: Body): Body {
    return vpc({
      ip_version: 'ipv6',
      connect_subnet: place.subnetV6Id,
      access_subnet_id: place.subnetId,
      local_subnets: undefined,
      local_subnets_v6: ['fd00:1::/64'],
      ...change,
    });
  }

  it('refuses what breaks a rule, each in words of its own', async () => {
    const messages = new Map<string, string>();
    const failures: string[] = [];
    for (const [rule, vpn_gateway, code, message] of rows()) {
      const refused = await refusalOf(vpn_gateway);
      messages.set(rule, refused.message);
      if (refused.code !== code || !message.test(refused.message)) {
        failures.push(`${rule}: ${refused.status} ${refused.code} ${refused.message}`);
      }
    }
    expect(failures).toEqual([]);
    expect(await everything()).toEqual(before);
    expect(await violations(stack.database)).toEqual([]);
  });

  async function refusalOf(vpn_gateway: Body): Promise<{ status: number; code: string; message: string }> {
    try {
      return await huawei.refusal('POST', '/vpn-gateways', { vpn_gateway });
    } catch (error) {
      return { status: 0, code: 'none', message: String(error) };
    }
  }

  it('takes what keeps to the rules', async () => {
    const good: [string, Body, Body][] = [
      [
        'a name of 64 with all characters',
        vpc({ name: `a-b_c.${'d'.repeat(58)}` }),
        { name: `a-b_c.${'d'.repeat(58)}` },
      ],
      ['50 local subnets', vpc({ local_subnets: subnets(50) }), { local_subnets: subnets(50) }],
      ['the highest ASN', vpc({ bgp_asn: 4_294_967_295 }), { bgp_asn: 4_294_967_295 }],
      ['20 tags', vpc({ tags: tags(20) }), { tags: tags(20) }],
      ['IPv6', ipv6({}), { ip_version: 'ipv6', local_subnets_v6: ['fd00:1::/64'] }],
      ['Basic in public', vpc({ flavor: 'Basic', eip1: newEip({ bandwidth_size: 100 }) }), { flavor: 'Basic' }],
      ['GM in its one zone', vpc({ flavor: 'GM', availability_zone_ids: ['fr-par-1'] }), { flavor: 'GM' }],
      ['an EIP on shared bandwidth', vpc({ eip1: { type: '5_bgp', bandwidth_id: NOWHERE } }), {}],
      [
        'a router and an access VPC',
        er({ access_subnet_id: undefined, vpc_id: other.vpcId }),
        { access_vpc_id: other.vpcId },
      ],
      [
        'access_vpc_id before vpc_id',
        er({ vpc_id: NOWHERE, access_vpc_id: place.vpcId }),
        { access_vpc_id: place.vpcId },
      ],
    ];
    for (const [what, asked, told] of good) {
      const created = await huawei.createGateway(asked).catch((error: unknown) => {
        throw new Error(`${what} was refused: ${(error as { errorMsg: string }).errorMsg}`);
      });
      expect(created).toMatchObject(told);
      expect(await huawei.provisioned(created.id)).toMatchObject({ status: 'ACTIVE' });
      await huawei.destroy(`/vpn-gateways/${created.id}`);
    }
    expect(await holdings(stack)).toEqual(
      Object.fromEntries(Object.keys(await holdings(stack)).map((key) => [key, before[key]])),
    );
  });
});

function newEip(change: Body = {}): Body {
  return { type: '5_bgp', charge_mode: 'bandwidth', bandwidth_size: 100, ...change };
}
