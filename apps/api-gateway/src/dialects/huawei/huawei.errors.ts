import type { VpnRule } from '@isthmus/model';
import type { ProblemCode, ProblemError } from '@isthmus/problem';
import type { Dialect, Refusal, RefusedRequest } from '../../http/dialect';
import { tellViolation, wireName } from './huawei.names';

const PATHS = /^\/v5(\.1)?\//;

export const huaweiDialect: Dialect = {
  name: 'huawei',
  hasOwnRequestIds: true,
  owns: (path) => PATHS.test(path),
  refuse,
};

type StatusAndCode = [status: number, code: string];

const INVALID_REQUEST = 'VPN.0001';
const GATEWAY_MISSING: StatusAndCode = [404, 'VPN.0509'];
const SUBNET_IS_FULL: StatusAndCode = [400, 'VPN.0285'];
const BANDWIDTH_SIZE: StatusAndCode = [400, 'VPN.0101'];

/** What has no rule of its own. Where the real service has a code, its status goes with it. */
const REFUSALS: Record<ProblemCode, StatusAndCode> = {
  'invalid-argument': [400, INVALID_REQUEST],
  'malformed-body': [400, INVALID_REQUEST],
  unauthenticated: [401, 'APIGW.0301'],
  forbidden: [403, 'VPN.0003'],
  'quota-exceeded': [400, INVALID_REQUEST],
  'not-found': [404, 'VPN.0004'],
  'method-not-allowed': [405, INVALID_REQUEST],
  conflict: [400, INVALID_REQUEST],
  'already-exists': [400, 'VPN.0031'],
  exhausted: [400, INVALID_REQUEST],
  busy: [400, 'VPN.0030'],
  gone: [404, 'VPN.0004'],
  'precondition-failed': [400, INVALID_REQUEST],
  'idempotency-key-in-use': [409, 'VPN.0030'],
  'idempotency-key-reused': [422, INVALID_REQUEST],
  'payload-too-large': [413, INVALID_REQUEST],
  'unsupported-media-type': [415, INVALID_REQUEST],
  'too-many-requests': [429, 'VPN.0429'],
  interrupted: [400, 'VPN.0030'],
  unsupported: [400, INVALID_REQUEST],
  unavailable: [503, 'VPN.0002'],
  'deadline-exceeded': [503, 'VPN.0002'],
  fault: [500, 'VPN.0002'],
};

const RULES: Record<VpnRule, StatusAndCode> = {
  'eip-bandwidth-size': BANDWIDTH_SIZE,
  'eip-is-not-usable': [400, 'VPN.0103'],
  'eip-is-bound': [400, 'VPN.0112'],
  'private-ip-outside-subnet': [400, 'VPN.0104'],
  'private-ip-is-taken': [400, 'VPN.0111'],
  'private-ips-are-equal': [400, 'VPN.0107'],
  'private-ips-both-or-none': [400, 'VPN.0109'],
  'subnet-lacks-free-ips': SUBNET_IS_FULL,
  'gateway-not-ready': [409, 'VPN.0016'],
  'gateway-is-creating': [400, 'VPN.0506'],
  'gateway-is-updating': [400, 'VPN.0507'],
  'gateway-is-deleting': [400, 'VPN.0508'],
  'gateway-has-connections': [400, INVALID_REQUEST],
  'customer-gateway-has-connections': [400, INVALID_REQUEST],
  'connection-is-updating': [400, 'VPN.0306'],
  'connection-exists': [400, 'VPN.0031'],
};

function refuse(problem: ProblemError, { requestId }: RefusedRequest): Refusal {
  const [status, code] = codeOf(problem);
  return { status, body: { error_code: code, error_msg: messageOf(problem, code), request_id: requestId } };
}

function codeOf({ code, meta }: ProblemError): StatusAndCode {
  if (isRule(meta.precondition)) return RULES[meta.precondition];
  if (code === 'not-found' && meta.resource === 'vpn-gateway') return GATEWAY_MISSING;
  if (code === 'exhausted' && meta.resource === 'subnet') return SUBNET_IS_FULL;
  const [violation] = meta.violations ?? [];
  const isBandwidth = violation?.rule === 'constraint' && /^eip[12]\.bandwidth_size$/.test(wireName(violation.field));
  return isBandwidth ? BANDWIDTH_SIZE : REFUSALS[code];
}

function isRule(precondition: string | undefined): precondition is VpnRule {
  return precondition !== undefined && Object.hasOwn(RULES, precondition);
}

/** What the real service's messages of these codes begin with. */
const PREFIXES: Record<string, string> = {
  [INVALID_REQUEST]: 'invalid request: ',
  'VPN.0003': 'Authentication failed: ',
  'APIGW.0301': 'Incorrect IAM authentication information: ',
};

function messageOf(problem: ProblemError, code: string): string {
  return `${PREFIXES[code] ?? ''}${detailOf(problem)}`;
}

function detailOf({ code, message, meta }: ProblemError): string {
  if (meta.precondition === 'gateway-has-connections') return `VPN gateway ${meta.resourceId} has connection`;
  if (meta.precondition === 'customer-gateway-has-connections') {
    return `customer gateway ${meta.resourceId} has connection`;
  }
  if (code === 'quota-exceeded') return `resource not enough. ${message}`;
  const violations = meta.violations ?? [];
  return violations.length > 0 ? violations.map(tellViolation).join('; ') : message;
}
