import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CallContext } from '@isthmus/rpc';
import type { ProblemError } from '@isthmus/problem';
import type { Span } from '@isthmus/telemetry';
import type { Caller } from '../identity/caller';
import type { Dialect } from './dialect';
import { toldRequestId, traceparentOf } from './request-id';
import { sourceAddressOf } from './source-address';

/** A request with an idempotency key that is being answered. */
export interface Admission {
  /** Called when the request is refused, before `close`. */
  refuse(problem: ProblemError): void;
  /** Called with the answer before it is sent; never rejects. */
  close(reply: FastifyReply, payload: unknown): Promise<void>;
}

declare module 'fastify' {
  interface FastifyRequest {
    dialect: Dialect | null;
    /** Null without tracing. */
    span: Span | null;
    /** Set by the guard; null on public routes. */
    caller: Caller | null;
    /** The body as it came, for signatures. */
    wireBody: Buffer | null;
    /** What is wrong with the body. Told only after authentication. */
    bodyProblem: ProblemError | null;
    /** Null without an idempotency key. */
    admission: Admission | null;
  }
}

const READING = new Set(['GET', 'HEAD']);

/** A request that the guard has let through. */
export type AuthenticatedRequest = FastifyRequest & { caller: Caller };

/** What a request's calls carry; the request id is told to the caller too where the dialect tells any. */
export interface RequestContext extends CallContext {
  requestId: string;
  /** It may be a further try of a request whose answer got lost. */
  hasIdempotencyKey?: true;
}

/**
 * What the services are told of the caller. The request id is ours and makes commands idempotent: it is new for every
 * request, but the same in every try of one with an idempotency key.
 */
export function callContextOf(request: AuthenticatedRequest): RequestContext {
  const traceparent = traceparentOf(request);
  const correlationId = toldRequestId(request);
  return {
    projectId: request.caller.projectId,
    principal: request.caller.accessKey,
    requestId: request.id,
    ...(correlationId === request.id ? {} : { correlationId }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(request.admission ? { hasIdempotencyKey: true } : {}),
    ...(READING.has(request.method) ? {} : { audit: { sourceAddress: sourceAddressOf(request) } }),
  };
}

/** For a request that makes several commands: each has an id of its own, which is the same in every try. */
export function contextOfCommand(call: RequestContext, command: string): RequestContext {
  return { ...call, requestId: `${call.requestId}:${command}`, correlationId: call.correlationId ?? call.requestId };
}

/** The context of the calls that this request makes. */
export const Call = createParamDecorator((_data: unknown, context: ExecutionContext): RequestContext =>
  callContextOf(context.switchToHttp().getRequest<AuthenticatedRequest>()),
);

/** Who asks. */
export const AskedBy = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Caller =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().caller,
);
