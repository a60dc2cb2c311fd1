import type { ProblemCode, ProblemError, Violation } from '@isthmus/problem';
import type { Dialect, Refusal, RefusedRequest } from '../../http/dialect';
import { UpcloudProblem } from './upcloud.problem';

const PATHS = /^\/1\.3(\/|$)/;

export const upcloudDialect: Dialect = {
  name: 'upcloud',
  // What the real service says. One of its clients tells two kinds of refusals apart by comparing the header.
  exactContentType: 'application/json; charset=UTF-8',
  owns: (path) => PATHS.test(path),
  refuse,
};

type CodeOf = (problem: ProblemError, request: RefusedRequest) => string;

const always = (code: string): CodeOf => {
  return () => code;
};

/** Status and `error_code` of each problem. */
const REFUSALS: Record<ProblemCode, [status: number, codeOf: CodeOf]> = {
  'invalid-argument': [400, codeOfViolations],
  'malformed-body': [400, always('REQUEST_BODY_INVALID')],
  unauthenticated: [401, always('AUTHENTICATION_FAILED')],
  forbidden: [403, (problem) => (problem.meta.resource === 'private-network' ? 'NETWORK_FORBIDDEN' : 'FORBIDDEN')],
  'quota-exceeded': [403, always('RESOURCE_LIMIT_REACHED')],
  'not-found': [404, (problem) => `${nameOf(problem)}NOT_FOUND`],
  'method-not-allowed': [405, always('METHOD_NOT_ALLOWED')],
  conflict: [409, (problem) => `${nameOf(problem)}CONFLICT`],
  'already-exists': [409, codeOfDuplicate],
  exhausted: [409, (problem) => `${nameOf(problem)}EXHAUSTED`],
  busy: [409, (problem) => `${nameOf(problem)}BUSY`],
  gone: [410, (problem) => `${nameOf(problem)}GONE`],
  'precondition-failed': [409, codeOfPrecondition],
  'idempotency-key-in-use': [409, always('IDEMPOTENCY_KEY_IN_USE')],
  'idempotency-key-reused': [422, always('IDEMPOTENCY_KEY_REUSED')],
  'payload-too-large': [413, always('REQUEST_BODY_TOO_LARGE')],
  'unsupported-media-type': [415, always('CONTENT_TYPE_INVALID')],
  'too-many-requests': [429, always('TOO_MANY_REQUESTS')],
  interrupted: [409, always('INTERRUPTED')],
  unsupported: [400, always('NOT_SUPPORTED')],
  unavailable: [503, always('SERVICE_UNAVAILABLE')],
  'deadline-exceeded': [503, always('SERVICE_UNAVAILABLE')],
  fault: [500, always('INTERNAL_ERROR')],
};

function refuse(problem: ProblemError, request: RefusedRequest): Refusal {
  const [status, codeOf] = REFUSALS[problem.code];
  const code = problem instanceof UpcloudProblem ? problem.errorCode : codeOf(problem, request);
  return { status, body: { error: { error_code: code, error_message: messageOf(problem, request) } } };
}

/** The model's resources in UpCloud's words. */
const RESOURCES: Record<string, string> = {
  'private-network': 'NETWORK',
  'peer-network': 'PEER_NETWORK',
  vpc: 'ROUTER',
  instance: 'SERVER',
  subnet: 'IP_NETWORK',
  address: 'IP_ADDRESS',
};

/** What a code begins with: the resource it is about, if that is known. */
function nameOf({ meta }: ProblemError): string {
  if (meta.resource === undefined) return '';
  return `${RESOURCES[meta.resource] ?? screaming(meta.resource)}_`;
}

function codeOfDuplicate(problem: ProblemError): string {
  return problem.meta.resource === 'peering' ? 'PEERING_CONFLICT' : `${nameOf(problem)}ALREADY_EXISTS`;
}

const PRECONDITIONS: Record<string, string> = {
  local_network_is_routed: 'LOCAL_NETWORK_NO_ROUTER',
  peering_is_disabled: 'PEERING_NOT_DISABLED',
  network_is_empty: 'NETWORK_NOT_EMPTY',
  vpc_is_empty: 'ROUTER_ATTACHED',
};

function codeOfPrecondition(problem: ProblemError): string {
  return PRECONDITIONS[problem.meta.precondition ?? ''] ?? `${nameOf(problem)}PRECONDITION_FAILED`;
}

/** What the services call otherwise than UpCloud does. */
const ARGUMENTS: Record<string, string> = {
  localNetworkId: 'network.uuid',
  peerNetworkId: 'peer_network.uuid',
  privateNetworkId: 'uuid',
  vpcId: 'router',
  intent: 'configured_status',
  isDhcpEnabled: 'ip_networks.dhcp',
  isDefaultRoutePropagated: 'ip_networks.dhcp_default_route',
  dhcpOptions: 'ip_networks.dhcp_dns',
};
/** All that an address range is made of. */
const RANGE = /^(addressing|subnets|cidrs?|range|startIp|endIp|netmask)(\.|$)/;

/** Codes that do not follow from the name of the argument. `*` stands for any object. */
const CODES: Record<string, string> = {
  'network_peering.name': 'NAME_INVALID',
  '*.labels.key': 'INVALID_LABEL_KEY',
  '*.labels.value': 'INVALID_LABEL_VALUE',
};
/** Arguments whose code names their object too. */
const WITH_OBJECT = new Set(['network.name', 'router.name']);

function codeOfViolations({ meta }: ProblemError, { path }: RefusedRequest): string {
  const [violation] = meta.violations ?? [];
  if (!violation) return 'REQUEST_INVALID';
  const field = wireName(violation.field, path).replace(/\.\d+/g, '');
  const own = CODES[field] ?? CODES[field.replace(/^[^.]+/, '*')];
  if (own) return own;
  const isWhole = WITH_OBJECT.has(field) || !field.includes('.');
  const subject = isWhole ? field : field.slice(field.indexOf('.') + 1);
  return `${screaming(subject)}_${violation.rule === 'required' ? 'MISSING' : 'INVALID'}`;
}

/** Arguments by the names that callers use: the object in the body with its members, the query's, and headers. */
const SENT =
  /^((network_peering|network|router)(\.|$)|(uuid|network_uuid_local|network_uuid_peer|label|zone|Idempotency-Key)$)/;

/** An argument under the name that the caller knows, e.g. `network_peering.peer_network.uuid`. */
function wireName(field: string, path: string): string {
  if (SENT.test(field)) return field;
  if (RANGE.test(field)) return 'network.ip_networks';
  return `${objectOf(path)}.${ARGUMENTS[field] ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

function objectOf(path: string): string {
  return /^\/1\.3\/(network-peering|network|router)/.exec(path)?.[1]?.replace('-', '_') ?? 'request';
}

function messageOf(problem: ProblemError, { path }: RefusedRequest): string {
  const violations = problem.meta.violations ?? [];
  return violations.length > 0 ? violations.map((violation) => tell(violation, path)).join('; ') : problem.message;
}

function tell({ field, message }: Violation, path: string): string {
  const name = wireName(field, path);
  return message.includes(name) ? message : `${name}: ${message}`;
}

function screaming(name: string): string {
  return name.replace(/[-.]/g, '_').toUpperCase();
}
