import { VPN_RULES, type VpnRule } from '@isthmus/model';
import { type ProblemCode, ProblemError, type ProblemMeta, PROBLEMS, type Violation } from '@isthmus/problem';
import { DeniedAuthentication } from '../../identity/credentials';
import { huaweiDialect } from './huawei.errors';
import { wireName } from './huawei.names';

const REQUEST = { method: 'POST', path: '/v5/p/vpn-gateways', requestId: 'r-1' };
const refuse = (code: ProblemCode, meta: ProblemMeta = {}, detail = 'What is wrong.') =>
  huaweiDialect.refuse(new ProblemError(code, detail, meta), REQUEST);
const messageOf = (violation: Violation): unknown =>
  (refuse('invalid-argument', { violations: [violation] }).body as { error_msg: string }).error_msg;

const CODES: Record<ProblemCode, [number, string]> = {
  'invalid-argument': [400, 'VPN.0001'],
  'malformed-body': [400, 'VPN.0001'],
  unauthenticated: [401, 'APIGW.0301'],
  forbidden: [403, 'VPN.0003'],
  'quota-exceeded': [400, 'VPN.0001'],
  'not-found': [404, 'VPN.0004'],
  'method-not-allowed': [405, 'VPN.0001'],
  conflict: [400, 'VPN.0001'],
  'already-exists': [400, 'VPN.0031'],
  exhausted: [400, 'VPN.0001'],
  busy: [400, 'VPN.0030'],
  gone: [404, 'VPN.0004'],
  'precondition-failed': [400, 'VPN.0001'],
  'idempotency-key-in-use': [409, 'VPN.0030'],
  'idempotency-key-reused': [422, 'VPN.0001'],
  'payload-too-large': [413, 'VPN.0001'],
  'unsupported-media-type': [415, 'VPN.0001'],
  'too-many-requests': [429, 'VPN.0429'],
  interrupted: [400, 'VPN.0030'],
  unsupported: [400, 'VPN.0001'],
  unavailable: [503, 'VPN.0002'],
  'deadline-exceeded': [503, 'VPN.0002'],
  fault: [500, 'VPN.0002'],
};

const RULE_CODES: Record<VpnRule, [number, string]> = {
  'eip-bandwidth-size': [400, 'VPN.0101'],
  'eip-is-not-usable': [400, 'VPN.0103'],
  'eip-is-bound': [400, 'VPN.0112'],
  'private-ip-outside-subnet': [400, 'VPN.0104'],
  'private-ip-is-taken': [400, 'VPN.0111'],
  'private-ips-are-equal': [400, 'VPN.0107'],
  'private-ips-both-or-none': [400, 'VPN.0109'],
  'subnet-lacks-free-ips': [400, 'VPN.0285'],
  'gateway-not-ready': [409, 'VPN.0016'],
  'gateway-is-creating': [400, 'VPN.0506'],
  'gateway-is-updating': [400, 'VPN.0507'],
  'gateway-is-deleting': [400, 'VPN.0508'],
  'gateway-has-connections': [400, 'VPN.0001'],
  'customer-gateway-has-connections': [400, 'VPN.0001'],
  'connection-is-updating': [400, 'VPN.0306'],
  'connection-exists': [400, 'VPN.0031'],
};

describe('huawei refusals', () => {
  it.each(Object.keys(PROBLEMS) as ProblemCode[])('tell %s in three members', (code) => {
    const [status, errorCode] = CODES[code];
    const refusal = refuse(code);
    expect(refusal).toEqual({
      status,
      body: { error_code: errorCode, error_msg: expect.stringContaining('What is wrong.'), request_id: 'r-1' },
    });
  });

  it.each(VPN_RULES)('have a code for the rule %s, whatever the problem', (precondition) => {
    const [status, error_code] = RULE_CODES[precondition];
    for (const code of ['precondition-failed', 'invalid-argument', 'conflict', 'exhausted', 'busy'] as const) {
      expect(refuse(code, { precondition })).toMatchObject({ status, body: { error_code } });
    }
  });

  it('do not take the preconditions of others for rules', () => {
    for (const precondition of ['network_is_empty', 'constructor']) {
      expect(refuse('precondition-failed', { precondition }).body).toMatchObject({ error_code: 'VPN.0001' });
    }
  });

  it.each([
    ['gateway-has-connections', 'invalid request: VPN gateway g-1 has connection'],
    ['customer-gateway-has-connections', 'invalid request: customer gateway g-1 has connection'],
  ])('equal what the real service answers: %s', (precondition, error_msg) => {
    expect(refuse('precondition-failed', { precondition, resourceId: 'g-1' })).toEqual({
      status: 400,
      body: { error_code: 'VPN.0001', error_msg, request_id: 'r-1' },
    });
  });

  it('tell missing gateways apart from all else that is missing', () => {
    const codeOf = (resource?: string): unknown => refuse('not-found', { resource }).body;
    expect(codeOf('vpn-gateway')).toMatchObject({ error_code: 'VPN.0509' });
    for (const other of ['vpn-connection', 'customer-gateway', 'vpc', 'subnet', undefined]) {
      expect(codeOf(other)).toMatchObject({ error_code: 'VPN.0004' });
    }
  });

  it('tell a full subnet, and a quota that is used up', () => {
    expect(refuse('exhausted', { resource: 'subnet' })).toMatchObject({
      status: 400,
      body: { error_code: 'VPN.0285' },
    });
    expect(refuse('quota-exceeded').body).toMatchObject({
      error_msg: 'invalid request: resource not enough. What is wrong.',
    });
  });

  it.each(['missing', 'malformed', 'unknown', 'expired'] as const)('tell why authentication failed: %s', (denial) => {
    const problem = new DeniedAuthentication(denial);
    expect(huaweiDialect.refuse(problem, REQUEST)).toEqual({
      status: 401,
      body: {
        error_code: 'APIGW.0301',
        error_msg: `Incorrect IAM authentication information: ${problem.message}`,
        request_id: 'r-1',
      },
    });
  });

  it('own the two versions and nothing else', () => {
    const paths = [
      '/v5/p/vpn-gateways',
      '/v5.1/p/vpn-gateways/availability-zones',
      '/v5.2/p',
      '/v50/p',
      '/v5x1/p',
      '/v1/a',
    ];
    expect(paths.map((path) => huaweiDialect.owns(path))).toEqual([true, true, false, false, false, false]);
  });
});

describe('arguments', () => {
  it.each([
    ['zones', 'availability_zone_ids'],
    ['eip1.bandwidthMbps', 'eip1.bandwidth_size'],
    ['eipId2', 'eip_id_2'],
    ['accessPrivateIp1', 'access_private_ip_1'],
    ['connectSubnetId', 'connect_subnet'],
    ['gatewayId', 'vgw_id'],
    ['gatewayIp', 'vgw_ip'],
    ['customerGatewayId', 'cgw_id'],
    ['ikePolicy.dpd.timeoutSeconds', 'ikepolicy.dpd.timeout'],
    ['ikePolicy.lifetimeSeconds', 'ikepolicy.lifetime_seconds'],
    ['ipsecPolicy.pfs', 'ipsecpolicy.pfs'],
    ['policyRules.1.destinations', 'policy_rules.1.destination'],
    ['policyTemplate.ike.dhGroup', 'policy_template.ike_policy.dh_group'],
    ['connections.1.peerSubnets', 'vpn_connections.1.peer_subnets'],
    ['caCertificate', 'ca_certificate.content'],
    ['vpn_gateway.local_subnets', 'local_subnets'],
    ['vpn_gateway', 'vpn_gateway'],
    ['limit', 'limit'],
  ])('%s is %s', (field, name) => expect(wireName(field)).toBe(name));

  it.each<[Violation, string]>([
    [
      { field: 'bgpAsn', rule: 'constraint', message: 'bgpAsn must be positive' },
      'invalid request: bgp_asn must be positive',
    ],
    [
      { field: 'localSubnets', rule: 'required', message: 'A vpc gateway of IPv4 needs at least one.' },
      'invalid request: local_subnets: A vpc gateway of IPv4 needs at least one.',
    ],
    [
      { field: 'accessPrivateIp1', rule: 'constraint', message: 'accessPrivateIp1 must not be accessPrivateIp2' },
      'invalid request: access_private_ip_1 must not be access_private_ip_2',
    ],
    [
      { field: 'zones', rule: 'constraint', message: 'zones must be two of the zones that offer it' },
      'invalid request: availability_zone_ids must be two of the zones that offer it',
    ],
    [
      { field: 'vpn_gateway.eip1.type', rule: 'format', message: 'vpn_gateway.eip1.type must be text' },
      'invalid request: eip1.type must be text',
    ],
  ])('are named as they were sent', (violation, message) => expect(messageOf(violation)).toBe(message));

  it('that are bandwidths have a code of their own, if it is the size that is wrong', () => {
    const codeOf = (rule: Violation['rule'], field: string): unknown =>
      refuse('invalid-argument', { violations: [{ field, rule, message: 'is wrong' }] }).body;
    expect(codeOf('constraint', 'eip1.bandwidthMbps')).toMatchObject({ error_code: 'VPN.0101' });
    expect(codeOf('constraint', 'vpn_gateway.eip2.bandwidth_size')).toMatchObject({ error_code: 'VPN.0101' });
    expect(codeOf('format', 'vpn_gateway.eip2.bandwidth_size')).toMatchObject({ error_code: 'VPN.0001' });
    expect(codeOf('constraint', 'eip1.type')).toMatchObject({ error_code: 'VPN.0001' });
  });
});
