import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '@isthmus/problem';
import type { Caller } from '../identity/caller';
import { type AuthScheme, type Credentials, DeniedAuthentication } from '../identity/credentials';
import { KeyRing } from '../identity/key-ring';

/** Every scheme, whoever's it is: each is accepted on every path. */
export const AUTH_SCHEMES = Symbol('AUTH_SCHEMES');

const IS_PUBLIC = 'isPublic';
/** Answered without credentials. */
export const Public = (): MethodDecorator => SetMetadata(IS_PUBLIC, true);

const NO_BODY = Buffer.alloc(0);
const READING = new Set(['GET', 'HEAD']);

/** Finds out who asks, and lets nobody in whose key does not reach as far as the request. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keyRing: KeyRing,
    @Inject(AUTH_SCHEMES) private readonly schemes: readonly AuthScheme[],
  ) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    if (this.reflector.get(IS_PUBLIC, context.getHandler())) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = this.keyRing.identify(this.credentialsOf(request));
    // A known key is admitted without a turn of the event loop.
    return caller instanceof Promise ? caller.then((found) => admit(request, found)) : admit(request, caller);
  }

  private credentialsOf(request: FastifyRequest): Credentials {
    const { method, url = '/', headers } = request.raw;
    const wire = { method: method ?? 'GET', url, headers, body: request.wireBody ?? NO_BODY };
    const nowMs = Date.now();
    for (const scheme of this.schemes) {
      const credentials = scheme.read(wire, nowMs);
      if (credentials) return credentials;
    }
    throw new DeniedAuthentication('missing');
  }
}

function admit(request: FastifyRequest, caller: Caller): true {
  request.caller = caller;
  if (caller.scope === 'read' && !READING.has(request.method)) {
    throw new ProblemError('forbidden', 'This API key may only read; use one with the scope write.');
  }
  if (request.bodyProblem) throw request.bodyProblem;
  return true;
}
