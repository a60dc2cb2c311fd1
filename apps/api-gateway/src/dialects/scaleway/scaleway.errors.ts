import type { ProblemCode, ProblemError, Violation } from '@isthmus/problem';
import { given } from '../../http/given';
import type { Dialect, Refusal, RefusedRequest } from '../../http/dialect';
import { type DenialReason, DeniedAuthentication } from '../../identity/credentials';
import { argumentName, resourceName, resourceOfPath } from './scaleway.names';

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

const badRequest: Render = (problem, request) =>
  (OLD_PATHS.test(request.path) ? oldInvalidRequest : invalidArguments)(problem, request);
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
  'idempotency-key-in-use': [409, untyped],
  'idempotency-key-reused': [422, untyped],
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
  return { resource: resourceName(meta.resource), resource_id: meta.resourceId ?? '' };
}

/** What is wrong with no argument in particular is wrong with the body. */
function violationsOf({ meta, message }: ProblemError, request: RefusedRequest): Violation[] {
  const violations = meta.violations ?? [{ field: 'body', rule: 'format', message }];
  return violations.map((violation) => ({ ...violation, field: argumentName(violation.field, request) }));
}

function invalidArguments(problem: ProblemError, request: RefusedRequest): ErrorBody {
  return {
    type: 'invalid_arguments',
    message: 'invalid argument(s)',
    details: violationsOf(problem, request).map(({ field, rule, message }) => ({
      argument_name: field,
      reason: rule,
      help_message: message,
    })),
  };
}

function oldInvalidRequest(problem: ProblemError, request: RefusedRequest): ErrorBody {
  const fields: Record<string, string[]> = {};
  for (const { field, message } of violationsOf(problem, request)) (fields[field] ??= []).push(message);
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
  const details = [{ action, resource: resourceOfPath(path) }];
  return { type: 'permissions_denied', message: 'insufficient permissions', details };
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
  // The real service does not say which route.
  const subject = problem.meta.resource === 'route' ? { resource: 'unknown', resource_id: '' } : subjectOf(problem);
  return { type: 'not_found', message: 'resource is not found', ...subject };
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
