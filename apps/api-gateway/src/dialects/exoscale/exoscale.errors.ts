import { type ProblemCode, type ProblemError, PROBLEMS, type Violation } from '@isthmus/problem';
import type { Dialect, Refusal } from '../../http/dialect';

/**
 * HTTP status of each problem. The official Go client retries 5xx and 429 four times with growing pauses, so these two
 * are for problems that go away by themselves; the Python client takes 403 for an authentication error.
 */
const STATUS: Record<ProblemCode, number> = {
  'invalid-argument': 400,
  'malformed-body': 400,
  unauthenticated: 403,
  forbidden: 403,
  'quota-exceeded': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'already-exists': 409,
  exhausted: 409,
  busy: 409,
  gone: 410,
  'precondition-failed': 409,
  'idempotency-key-in-use': 409,
  'idempotency-key-reused': 422,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'too-many-requests': 429,
  interrupted: 409,
  unsupported: 400,
  unavailable: 503,
  'deadline-exceeded': 503,
  fault: 500,
};

/** What the model calls otherwise than Exoscale does, beyond spelling. */
const FIELD_NAMES: Record<string, string> = {
  address: 'ip',
  instanceId: 'instance.id',
  privateNetworkId: 'id',
  dhcpOptions: 'options',
  'Idempotency-Key': 'Idempotency-Key',
};

const PATHS = /^\/(v2|zone|private-network|operation)([/:]|$)/;

export const exoscaleDialect: Dialect = {
  name: 'exoscale',
  owns: (path) => PATHS.test(path),
  refuse: (problem) => refuse(problem),
};

function refuse(problem: ProblemError): Refusal {
  const violations = problem.meta.violations ?? [];
  const message = violations.length > 0 ? violations.map(tell).join('; ') : problem.message;
  return {
    status: STATUS[problem.code],
    body: { message, ...(PROBLEMS[problem.code].http === 400 ? { errors: errorsOf(violations, message) } : {}) },
  };
}

function errorsOf(violations: Violation[], message: string): { message: string }[] {
  return violations.length > 0 ? violations.map((violation) => ({ message: tell(violation) })) : [{ message }];
}

/** The violation with the argument under the name that the caller knows. */
function tell({ field, message }: Violation): string {
  const name = exoscaleName(field);
  return message.includes(name) ? message : `${name}: ${message}`;
}

function exoscaleName(field: string): string {
  const [first = '', ...rest] = field.split('.');
  const kebab = (text: string): string => text.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  // The model keeps the bounds of the range in one object, Exoscale beside the rest.
  if (first === 'range' && rest.length > 0) return rest.map(kebab).join('.');
  return [FIELD_NAMES[first] ?? kebab(first), ...rest.map(kebab)].join('.');
}
