import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CallContext } from '@isthmus/rpc';
import type { ProblemError } from '@isthmus/problem';
import type { Caller } from '../identity/caller';
import type { Dialect } from './dialect';

declare module 'fastify' {
  interface FastifyRequest {
    dialect: Dialect | null;
    /** Set by the guard; null on public routes. */
    caller: Caller | null;
    /** The body as it came, for signatures. */
    wireBody: Buffer | null;
    /** What is wrong with the body. Told only after authentication. */
    bodyProblem: ProblemError | null;
  }
}

/** A request that the guard has let through. */
export type AuthenticatedRequest = FastifyRequest & { caller: Caller };

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What a request's calls carry; the request id is told to the caller too where the dialect tells any. */
export interface RequestContext extends CallContext {
  requestId: string;
}

/** What the services are told of the caller. The request id is ours and new for every request: it makes commands idempotent. */
export function callContextOf(request: AuthenticatedRequest): RequestContext {
  const { traceparent } = request.headers;
  return {
    projectId: request.caller.projectId,
    principal: request.caller.accessKey,
    requestId: request.id,
    ...(typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
  };
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
