import type { ProblemCode, ProblemError, Violation } from '@isthmus/problem';
import { given } from '../../http/given';
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
  refuse: (problem, request) => {
    const [status, render] = REFUSALS[problem.code];
    return { status, body: render(problem, request) };
  },
};

type ErrorBody = Refusal['body'];
type Render = (problem: ProblemError, request: RefusedRequest) => ErrorBody;

const badRequest: Render = (problem, { path }) =>
  OLD_PATHS.test(path) ? oldInvalidRequest(problem) : invalidArguments(problem, 'body');
const untyped: Render = ({ code, message }) => ({ type: code.replaceAll('-', '_'), message });

/** Status and body of each problem. The clients pick their error class by `type`, and take it only with all its members. */
const REFUSALS: Record<ProblemCode, [status: number, render: Render]> = {
  'invalid-argument': [400, badRequest],
  'malformed-body': [400, badRequest],
  unauthenticated: [401, deniedAuthentication],
  forbidden: [403, permissionsDenied],
  'quota-exceeded': [403, (problem, { path }) => (OLD_PATHS.test(path) ? oldQuotaExceeded : quotasExceeded)(problem)],
  'not-found': [404, notFound],
  'method-not-allowed': [405, untyped],
  conflict: [409, (problem) => (problem.meta.resourceId ? alreadyExists(problem) : preconditionFailed(problem))],
  'already-exists': [409, alreadyExists],
  exhausted: [409, outOfStock],
  busy: [409, transientState],
  gone: [410, untyped],
  'precondition-failed': [412, preconditionFailed],
  'payload-too-large': [413, badRequest],
  'unsupported-media-type': [415, badRequest],
  'too-many-requests': [
    429,
    ({ message }) => ({ type: 'too_many_requests', message: 'too many requests', help_message: message }),
  ],
  interrupted: [409, preconditionFailed],
  unsupported: [400, badRequest],
  unavailable: [503, untyped],
  'deadline-exceeded': [503, untyped],
  fault: [500, untyped],
};

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

function violationsOf({ meta, message }: ProblemError, otherwise: string): Violation[] {
  return meta.violations ?? [{ field: otherwise, rule: 'format', message }];
}

function invalidArguments(problem: ProblemError, otherwise: string): ErrorBody {
  return {
    type: 'invalid_arguments',
    message: 'invalid argument(s)',
    details: violationsOf(problem, otherwise).map(({ field, rule, message }) => ({
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
  };
}

function permissionsDenied(_problem: ProblemError, { method, path }: RefusedRequest): ErrorBody {
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
  return {
    type: 'invalid_request_error',
    message: `Quota exceeded for this resource. ${problem.message}`,
    resource,
    fields: {},
  };
}

function alreadyExists(problem: ProblemError): ErrorBody {
  return {
    type: 'already_exists',
    message: 'resource already exists',
    ...subjectOf(problem),
    help_message: problem.message,
  };
}

function preconditionFailed({ code, message, meta }: ProblemError): ErrorBody {
  return {
    type: 'precondition_failed',
    message: 'precondition is not respected',
    precondition: meta.precondition ?? code.replaceAll('-', '_'),
    help_message: message,
  };
}

function notFound(problem: ProblemError): ErrorBody {
  return { type: 'not_found', message: 'resource is not found', ...subjectOf(problem) };
}

function transientState(problem: ProblemError): ErrorBody {
  return { type: 'transient_state', message: problem.message, ...subjectOf(problem), current_state: 'updating' };
}

function outOfStock(problem: ProblemError): ErrorBody {
  const { capacity } = problem.meta;
  return {
    type: 'out_of_stock',
    message: problem.message,
    resource: subjectOf(problem).resource,
    ...given({ capacity }),
  };
}
