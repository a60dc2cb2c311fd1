import { hash } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '@isthmus/problem';
import { tellRequestId } from '../http/request-id';
import '../dry-run/dry-run.guard';
import type { Caller } from '../identity/caller';
import { Idempotency } from './idempotency';

const HEADER = 'Idempotency-Key';
const MUTATING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const KEY = /^[\x20-\x7e]{1,255}$/;
const NO_BODY = Buffer.alloc(0);

/** Runs after the guard that finds out who asks. A request without a key costs it one look at the headers. */
@Injectable()
export class IdempotencyGuard implements CanActivate {
  constructor(private readonly idempotency: Idempotency) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    // A dry run leaves nothing behind, and may be asked again and again.
    if (request.isDryRun || !MUTATING.has(request.method)) return true;
    if (key === undefined || request.caller === null) return true;
    return this.admit(request, request.caller, String(key), http.getResponse<FastifyReply>());
  }

  private async admit(request: FastifyRequest, caller: Caller, key: string, reply: FastifyReply): Promise<true> {
    if (!KEY.test(key)) throw ProblemError.invalid(HEADER, `${HEADER} must be 1 to 255 printable ASCII characters`);
    const admission = await this.idempotency.admit({
      projectId: caller.projectId,
      principal: caller.accessKey,
      route: `${request.method} ${request.routeOptions.url}`,
      key,
      fingerprint: fingerprintOf(request),
      requestId: request.id,
    });
    request.admission = admission;
    request.id = admission.requestId;
    tellRequestId(request, reply);
    return true;
  }
}

/** SHA-256 of the request as it came, but for its headers. */
function fingerprintOf({ raw: { method, url }, wireBody }: FastifyRequest): Buffer {
  const head = Buffer.from(`${method} ${url}\n`);
  return hash('sha256', Buffer.concat([head, wireBody ?? NO_BODY]), 'buffer');
}
