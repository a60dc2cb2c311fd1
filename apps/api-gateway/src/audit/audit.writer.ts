import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Database, type Tx } from '@isthmus/db';
import { type AuditedMutation, recordAudit } from '@isthmus/operations';
import type { ProblemError } from '@isthmus/problem';
import type { Logger } from '@isthmus/telemetry';
import type { RequestContext } from '../http/request';
import { toldRequestId, traceparentOf } from '../http/request-id';
import { sourceAddressOf } from '../http/source-address';
import '../dry-run/dry-run.guard';
import { FailedOperation } from '../operations/operation-body';
import { LOGGER } from '../settings.module';

const MUTATING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const MAX_DETAIL = 1_000;
const MAX_ID = 200;
/** Where no route is meant. */
const NO_ROUTE = '*';

/** Writes what the gateway itself decides about mutations; what the services accept they write themselves. */
@Injectable()
export class AuditWriter {
  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A change of something that the gateway owns, in the transaction that makes it. `call` is the request's context. */
  async accepted(tx: Tx, call: RequestContext, mutation: Omit<AuditedMutation, 'denial'>): Promise<void> {
    const { projectId, principal, requestId, correlationId = requestId, traceparent = null, audit } = call;
    const origin = {
      projectId,
      principal,
      sourceAddress: audit?.sourceAddress ?? null,
      requestId: correlationId,
      internalRequestId: requestId === correlationId ? null : requestId,
      traceparent,
    };
    await recordAudit(tx, origin, [mutation]);
  }

  /** Whether `problem` is the refusal of a mutation; what we could not do, or could not finish, was not denied. */
  isDenial(request: FastifyRequest, problem: ProblemError): boolean {
    const isMutation = MUTATING.has(request.method) && !request.isDryRun;
    return isMutation && problem.http < 500 && !(problem instanceof FailedOperation);
  }

  /** Resolves when the denial is written. Never rejects: a refusal stands also when nothing can be written of it. */
  async denied(request: FastifyRequest, problem: ProblemError): Promise<void> {
    const requestId = toldRequestId(request);
    const origin = {
      projectId: request.caller?.projectId ?? null,
      principal: request.caller?.accessKey ?? null,
      sourceAddress: sourceAddressOf(request),
      requestId,
      internalRequestId: request.id === requestId ? null : request.id,
      traceparent: traceparentOf(request) ?? null,
    };
    try {
      await recordAudit(this.database, origin, [denialOf(request, problem)]);
    } catch (error) {
      this.logger.error({ err: error, ...origin, code: problem.code }, 'a denied mutation could not be audited');
    }
  }
}

function denialOf(request: FastifyRequest, { code, message, meta }: ProblemError): AuditedMutation {
  const { resource, resourceId } = meta;
  return {
    action: `${request.method} ${request.routeOptions.url ?? NO_ROUTE}`,
    resourceType: typeof resource === 'string' ? storable(resource, MAX_ID) : null,
    resourceId: typeof resourceId === 'string' ? storable(resourceId, MAX_ID) : null,
    denial: { code, detail: storable(message, MAX_DETAIL) },
  };
}

/** PostgreSQL stores neither NUL nor halves of surrogate pairs, and callers choose parts of these texts. */
function storable(text: string, maxLength: number): string {
  return Buffer.from(text.slice(0, maxLength)).toString().replaceAll('\0', '\ufffd');
}
