/** One thing wrong with one argument of a request. */
export interface Violation {
  /** Name of the argument as the model calls it (camelCase); each dialect renames it on the way out. */
  field: string;
  rule: 'required' | 'format' | 'constraint' | 'unknown';
  /** What to change, for a person. */
  message: string;
}

/** The reasons an operation may give: one vocabulary, which every dialect shows. */
export type OperationReason =
  | 'incorrect'
  | 'unknown'
  | 'unavailable'
  | 'forbidden'
  | 'busy'
  | 'fault'
  | 'partial'
  | 'not-found'
  | 'interrupted'
  | 'unsupported'
  | 'conflict';

interface ProblemKind {
  http: number;
  /** Worth trying again without changing anything. */
  retryable: boolean;
  reason: OperationReason;
}

/** The catalogue: every way in which Isthmus says no. Each dialect owns one exhaustive table from here to its own bodies. */
export const PROBLEMS = {
  'invalid-argument': { http: 400, retryable: false, reason: 'incorrect' },
  'malformed-body': { http: 400, retryable: false, reason: 'incorrect' },
  unauthenticated: { http: 401, retryable: false, reason: 'forbidden' },
  forbidden: { http: 403, retryable: false, reason: 'forbidden' },
  'quota-exceeded': { http: 403, retryable: false, reason: 'forbidden' },
  'not-found': { http: 404, retryable: false, reason: 'not-found' },
  'method-not-allowed': { http: 405, retryable: false, reason: 'unsupported' },
  conflict: { http: 409, retryable: false, reason: 'conflict' },
  'already-exists': { http: 409, retryable: false, reason: 'conflict' },
  exhausted: { http: 409, retryable: false, reason: 'conflict' },
  busy: { http: 409, retryable: false, reason: 'busy' },
  gone: { http: 410, retryable: false, reason: 'not-found' },
  'precondition-failed': { http: 412, retryable: false, reason: 'conflict' },
  'idempotency-key-in-use': { http: 409, retryable: false, reason: 'busy' },
  'idempotency-key-reused': { http: 422, retryable: false, reason: 'incorrect' },
  'payload-too-large': { http: 413, retryable: false, reason: 'incorrect' },
  'unsupported-media-type': { http: 415, retryable: false, reason: 'unsupported' },
  'too-many-requests': { http: 429, retryable: true, reason: 'busy' },
  interrupted: { http: 409, retryable: false, reason: 'interrupted' },
  unsupported: { http: 400, retryable: false, reason: 'unsupported' },
  unavailable: { http: 503, retryable: true, reason: 'unavailable' },
  'deadline-exceeded': { http: 503, retryable: true, reason: 'unavailable' },
  fault: { http: 500, retryable: false, reason: 'fault' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Facts a dialect needs to render a problem in its own shape; all safe to show to the caller. */
export interface ProblemMeta {
  violations?: Violation[];
  /** Model name of the resource that is missing, taken or in the way, e.g. `private-network`. */
  resource?: string;
  resourceId?: string;
  /** The operation that blocks this request (`busy`). */
  operationId?: string;
  /** Short name of the precondition that does not hold, e.g. `network_is_empty`. */
  precondition?: string;
  quota?: { limit: number; current: number };
  capacity?: { total: string; used: string; held: string; free: string };
  retryAfterSeconds?: number;
}

/** What crosses the bus and lands in the journal. */
export interface ProblemShape {
  code: ProblemCode;
  detail: string;
  meta: ProblemMeta;
}

/**
 * The one error type that is meant for callers. `detail` is public: it says what is wrong and what to change, and never
 * carries a secret or a stack. Anything else that is thrown is a defect and is shown as `fault` without its message.
 */
export class ProblemError extends Error {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly meta: ProblemMeta = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.name = 'ProblemError';
  }

  get http(): number {
    return PROBLEMS[this.code].http;
  }

  get reason(): OperationReason {
    return PROBLEMS[this.code].reason;
  }

  get isRetryable(): boolean {
    return PROBLEMS[this.code].retryable;
  }

  toShape(): ProblemShape {
    return { code: this.code, detail: this.message, meta: this.meta };
  }

  static fromShape(shape: ProblemShape): ProblemError {
    return new ProblemError(shape.code, shape.detail, shape.meta);
  }

  /** `invalid-argument` for one argument. */
  static invalid(field: string, message: string, rule: Violation['rule'] = 'constraint'): ProblemError {
    return new ProblemError('invalid-argument', message, { violations: [{ field, rule, message }] });
  }

  static notFound(resource: string, resourceId: string): ProblemError {
    return new ProblemError('not-found', `There is no ${resource.replaceAll('-', ' ')} ${resourceId}.`, {
      resource,
      resourceId,
    });
  }
}

/** The problem in anything thrown: itself, or a `fault` that tells nothing of the defect (which stays in `cause`). */
export function toProblem(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  return new ProblemError(
    'fault',
    'An internal error stopped this request. It is logged under its request id.',
    {},
    {
      cause: thrown,
    },
  );
}
