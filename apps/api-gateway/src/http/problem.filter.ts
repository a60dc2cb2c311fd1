import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ProblemCode, ProblemError, toProblem } from '@isthmus/problem';
import { loggedIds, type Logger } from '@isthmus/telemetry';
import { AuditWriter } from '../audit/audit.writer';
import { LOGGER } from '../settings.module';
import { type Dialect, DIALECTS, dialectOf, pathOf } from './dialect';
import { toldRequestId, traceparentOf } from './request-id';

/** Refusals of Nest and Fastify themselves, which know only HTTP. */
const BY_STATUS: Record<number, [ProblemCode, string]> = {
  400: ['malformed-body', 'The request cannot be read; check its path, headers and body.'],
  404: ['not-found', 'There is nothing at this path.'],
  405: ['method-not-allowed', 'This path does not know that method.'],
  408: ['deadline-exceeded', 'The request took too long to arrive.'],
  413: ['payload-too-large', 'The body is larger than 256 kB; send less in one request.'],
  415: ['unsupported-media-type', 'The body must be sent with Content-Type: application/json.'],
};

/** The problem behind anything that was thrown while a request was answered. */
export function problemOf(thrown: unknown): ProblemError {
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: unknown })?.statusCode;
  const known = typeof status === 'number' ? BY_STATUS[status] : undefined;
  return known && !(thrown instanceof ProblemError) ? new ProblemError(known[0], known[1]) : toProblem(thrown);
}

/** Tells every problem in the dialect of the path that was asked. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(DIALECTS) private readonly dialects: readonly Dialect[],
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly audit: AuditWriter,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(thrown);
    const path = pathOf(request.url);
    this.report(problem, request, path);
    request.admission?.refuse(problem);
    const refuse = (): void => this.refuse(problem, path, request, reply);
    if (this.audit.isDenial(request, problem)) void this.audit.denied(request, problem).then(refuse);
    else refuse();
  }

  private refuse(problem: ProblemError, path: string, request: FastifyRequest, reply: FastifyReply): void {
    const dialect = request.dialect ?? dialectOf(this.dialects, path);
    const { status, body, contentType } = dialect.refuse(problem, {
      method: request.method,
      path,
      requestId: request.id,
    });
    const { retryAfterSeconds = problem.isRetryable ? 1 : undefined } = problem.meta;
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
    void reply
      .code(status)
      .type(contentType ?? 'application/json')
      .send(body);
  }

  /** A refusal is the caller's affair; what we could not do is ours. */
  private report(problem: ProblemError, request: FastifyRequest, path: string): void {
    if (problem.http < 500) return;
    const level = problem.isRetryable ? 'warn' : 'error';
    const ids = loggedIds({ requestId: toldRequestId(request), traceparent: traceparentOf(request) });
    const { id: commandId, method } = request;
    this.logger[level](
      { err: problem.cause ?? problem, ...ids, commandId, method, path, code: problem.code },
      'request failed',
    );
  }
}
