import { type ServiceName } from '@isthmus/contracts';
import { PROBLEMS, ProblemError, type ProblemShape } from '@isthmus/problem';

/** One request on the bus. The format is documented in docs/internal-bus.md; keep both in step. */
export interface RequestEnvelope {
  /** The caller's number for this call; comes back with the reply. The same in every attempt. */
  id: number;
  /** Identity of the command: what receivers dedupe by. */
  requestId: string;
  /** By which the one who asked knows the request, where that is another id. Told, never deduped by. */
  correlationId?: string;
  pattern: string;
  /** Epoch ms on the caller's clock. Only the span from `sentAt` to `deadline` counts, so clocks need not agree. */
  deadline: number;
  sentAt: number;
  caller: string;
  /** The pub/sub channel that the caller listens on. */
  replyTo: string;
  projectId: string;
  principal: string;
  traceparent: string | null;
  /** Where the command is a user's, who asked by the API: what the audit tells beyond the members above. */
  audit?: AuditFacts;
  data: unknown;
}

export interface AuditFacts {
  /** The IP address that the user's request came from, as text; null when the connection was gone before it was read. */
  sourceAddress: string | null;
}

export type Reply = { id: number; answer: unknown } | { id: number; problem: ProblemShape };

/** The field of a stream entry that holds the envelope as JSON. */
export const REQUEST_FIELD = 'request';

/** The field that holds the caller's signature of that text (BusKeys), where keys are in use. */
export const SIGNATURE_FIELD = 'signature';

/** All keys of one service share a hash tag, so that Redis Cluster keeps them on one node. */
export function requestStreamOf(service: ServiceName): string {
  return `{${service}}:requests`;
}

export function deadStreamOf(service: ServiceName): string {
  return `{${service}}:dead`;
}

/** The envelope in `text`, or undefined when it is none. */
export function parseRequest(text: string): RequestEnvelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isRequest(value) ? value : undefined;
}

function isRequest(value: unknown): value is RequestEnvelope {
  if (typeof value !== 'object' || value === null) return false;
  const request = value as Partial<RequestEnvelope>;
  return (
    typeof request.id === 'number' &&
    typeof request.requestId === 'string' &&
    typeof request.pattern === 'string' &&
    typeof request.deadline === 'number' &&
    typeof request.sentAt === 'number' &&
    typeof request.caller === 'string' &&
    typeof request.replyTo === 'string' &&
    typeof request.projectId === 'string' &&
    typeof request.principal === 'string'
  );
}

/** `undefined` is answered as null. Throws for what JSON cannot say (a bigint, a cycle). */
export function encodeAnswer(id: number, answer: unknown): string {
  return `{"id":${id},"answer":${JSON.stringify(answer ?? null) ?? 'null'}}`;
}

export function encodeProblem(id: number, problem: ProblemError): string {
  return `{"id":${id},"problem":${JSON.stringify(problem.toShape())}}`;
}

/** One message carries all replies that were ready for one caller at the same moment. */
export function encodeReplies(replies: readonly string[]): string {
  return `[${replies.join(',')}]`;
}

/** A reply message taken apart; none when it cannot be read. */
export function parseReplies(message: string): Reply[] {
  try {
    const replies: unknown = JSON.parse(message);
    return Array.isArray(replies) ? replies : [];
  } catch {
    return [];
  }
}

/** The problem as the callee threw it. A code this version does not know is a `fault`. */
export function rebuildProblem(shape: ProblemShape): ProblemError {
  if (Object.hasOwn(PROBLEMS, shape.code)) return ProblemError.fromShape(shape);
  return new ProblemError('fault', shape.detail, shape.meta);
}
