import type { ProblemCode, ProblemError, Violation } from '@isthmus/problem';
import type { Dialect, Refusal, RefusedRequest } from '../../http/dialect';
import { type DenialReason, DeniedAuthentication } from '../../identity/credentials';

const PATHS = /^\/(vpc|ipam|instance)\/v\d/;
/** The Instance API is older than the rest and words bad input in its own way. */
const OLD_PATHS = /^\/instance\/v1\//;

export const scalewayDialect: Dialect = {
  name: 'scaleway',
  // The official JavaScript client compares it whole; with a charset every call fails.
  exactContentType: 'application/json',
  owns: (path) => PATHS.test(path),
  refuse: (problem, request) => ({ status: STATUS[problem.code], body: bodyOf(problem, request) }),
};

const STATUS: Record<ProblemCode, number> = {
  'invalid-argument': 400,
  'malformed-body': 400,
  unauthenticated: 401,
  forbidden: 403,
  'quota-exceeded': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'already-exists': 409,
  exhausted: 409,
  busy: 409,
  gone: 410,
  'precondition-failed': 412,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'too-many-requests': 429,
  interrupted: 409,
  unsupported: 400,
  unavailable: 503,
  'deadline-exceeded': 503,
  fault: 500,
};

type ErrorBody = Refusal['body'];

/** The clients pick their error class by `type`, and take it only if the members that belong to the type are all there. */
function bodyOf(problem: ProblemError, request: RefusedRequest): ErrorBody {
  const isOld = OLD_PATHS.test(request.path);
  switch (problem.code) {
    case 'invalid-argument':
      return isOld ? oldInvalidRequest(problem) : invalidArguments(violationsOf(problem, ''));
    case 'malformed-body':
    case 'payload-too-large':
    case 'unsupported-media-type':
      return isOld ? oldInvalidRequest(problem) : invalidArguments(violationsOf(problem, 'body'));
    case 'unsupported':
      return invalidArguments(violationsOf(problem, ''));
    case 'unauthenticated':
      return deniedAuthentication(problem);
    case 'forbidden':
      return permissionsDenied(request);
    case 'quota-exceeded':
      return isOld ? oldQuotaExceeded(problem) : quotasExceeded(problem);
    case 'not-found':
      return { type: 'not_found', message: 'resource is not found', ...subjectOf(problem) };
    case 'gone':
      return { type: 'expired', message: problem.message, ...subjectOf(problem) };
    case 'already-exists':
      return alreadyExists(problem);
    case 'conflict':
      return problem.meta.resourceId ? alreadyExists(problem) : preconditionFailed(problem, 'no_conflict');
    case 'precondition-failed':
    case 'interrupted':
      return preconditionFailed(problem, problem.code.replaceAll('-', '_'));
    case 'exhausted':
      return { type: 'out_of_stock', message: problem.message, resource: subjectOf(problem).resource, ...capacity(problem) };
    case 'busy':
      return { type: 'transient_state', message: problem.message, ...subjectOf(problem), current_state: 'updating' };
    case 'too-many-requests':
      return { type: 'too_many_requests', message: 'too many requests', help_message: problem.message };
    case 'method-not-allowed':
    case 'unavailable':
    case 'deadline-exceeded':
    case 'fault':
      return { type: problem.code.replaceAll('-', '_'), message: problem.message };
  }
}

function subjectOf({ meta }: ProblemError): { resource: string; resource_id: string } {
  return { resource: scalewayResource(meta.resource), resource_id: meta.resourceId ?? '' };
}

function scalewayResource(resource: string | undefined): string {
  switch (resource) {
    case undefined:
      return 'unknown';
    case 'attachment':
      return 'instance_private_nic';
    case 'instance':
      return 'instance_server';
    case 'address':
      return 'ip';
    // The real service does not say "route" either.
    case 'route':
      return 'unknown';
    default:
      return resource.replaceAll('-', '_');
  }
}

/** What the model calls otherwise than Scaleway does, beyond spelling. */
const FIELD_NAMES: Record<string, string> = {
  cidr: 'subnets',
  cidrs: 'subnets',
  addressing: 'subnets',
  address: 'ipam_ip_ids',
  addressIds: 'ipam_ip_ids',
  instanceId: 'server_id',
  attachmentId: 'private_nic_id',
  isDefaultRoutePropagated: 'default_route_propagation_enabled',
  isDhcpEnabled: 'dhcp_enabled',
};

function scalewayName(field: string): string {
  const [first = '', ...rest] = field.split('.');
  const snake = (text: string): string => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return [FIELD_NAMES[first] ?? snake(first), ...rest.map(snake)].join('.');
}

function violationsOf(problem: ProblemError, argument: string): Violation[] {
  return problem.meta.violations ?? [{ field: argument, rule: argument ? 'format' : 'unknown', message: problem.message }];
}

function invalidArguments(violations: Violation[]): ErrorBody {
  return {
    type: 'invalid_arguments',
    message: 'invalid argument(s)',
    details: violations.map(({ field, rule, message }) => ({
      argument_name: scalewayName(field),
      reason: rule,
      help_message: message,
    })),
  };
}

function oldInvalidRequest(problem: ProblemError): ErrorBody {
  const fields: Record<string, string[]> = {};
  for (const { field, message } of violationsOf(problem, 'body')) (fields[scalewayName(field)] ??= []).push(message);
  return { type: 'invalid_request_error', message: problem.message, fields };
}

const DENIALS: Record<DenialReason, string> = {
  missing: 'invalid_argument',
  malformed: 'invalid_argument',
  unknown: 'not_found',
  expired: 'expired',
};

function deniedAuthentication(problem: ProblemError): ErrorBody {
  const denial = problem instanceof DeniedAuthentication ? problem.denial : 'unknown';
  return {
    type: 'denied_authentication',
    message: 'authentication is denied',
    method: 'api_key',
    reason: DENIALS[denial],
    help_message: problem.message,
  };
}

function permissionsDenied({ method, path }: RefusedRequest): ErrorBody {
  const action = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  const resource = path.includes('/private_nics') ? 'instance_private_nic' : 'private_network';
  return { type: 'permissions_denied', message: 'insufficient permissions', details: [{ action, resource }] };
}

function quotasExceeded(problem: ProblemError): ErrorBody {
  const { limit = 0, current = 0 } = problem.meta.quota ?? {};
  return {
    type: 'quotas_exceeded',
    message: 'quota(s) exceeded for this resource',
    details: [{ resource: subjectOf(problem).resource, quota: limit, current }],
  };
}

/** The clients know this one by the words in the middle of the message. */
function oldQuotaExceeded(problem: ProblemError): ErrorBody {
  const { resource } = subjectOf(problem);
  return { type: 'invalid_request_error', message: `Quota exceeded for this resource. ${problem.message}`, resource, fields: {} };
}

function alreadyExists(problem: ProblemError): ErrorBody {
  return {
    type: 'already_exists',
    message: 'resource already exists',
    ...subjectOf(problem),
    help_message: problem.message,
  };
}

function preconditionFailed(problem: ProblemError, otherwise: string): ErrorBody {
  return {
    type: 'precondition_failed',
    message: 'precondition is not respected',
    precondition: problem.meta.precondition ?? otherwise,
    help_message: problem.message,
  };
}

function capacity({ meta }: ProblemError): { capacity?: object } {
  return meta.capacity ? { capacity: meta.capacity } : {};
}
