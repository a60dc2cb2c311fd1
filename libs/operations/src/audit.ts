import type { Queryable } from '@isthmus/db';
import type { Accepted } from '@isthmus/model';
import type { InboxCompanion, RpcContext, SeenResource } from '@isthmus/rpc';
import { redacted } from './redact';

/** Who asked, from where, in which request. */
export interface AuditOrigin {
  /** Null when nobody knows who asked; `principal` too. */
  projectId: string | null;
  principal: string | null;
  sourceAddress: string | null;
  /** By which the one who asked knows the request. */
  requestId: string;
  /** The command's own id where that is another one. */
  internalRequestId: string | null;
  traceparent: string | null;
}

/** What an entry tells of the mutation. */
export interface AuditedMutation {
  /** The pattern of the command, e.g. `private-network.create`; of a refused request its method and route. */
  action: string;
  resourceType: string | null;
  resourceId: string | null;
  operationId?: string | null;
  /** The resource as its readers were told of it; null when it did not exist. */
  before?: unknown;
  /** What was asked for, where the change itself follows later. */
  requested?: unknown;
  after?: unknown;
  /** Why it was denied; absent when it was accepted. */
  denial?: { code: string; detail: string };
}

const INSERT = (entries: string): string => `
  INSERT INTO ops.audit_entry (project_id, principal, source_address, request_id, internal_request_id, traceparent, action,
                               resource_type, resource_id, outcome, code, detail, operation_id, before,
                               requested, after)
  SELECT e."projectId", e.principal, e."sourceAddress", e."requestId", e."internalRequestId", e.traceparent, e.action,
         e."resourceType", e."resourceId", CASE WHEN e.code IS NULL THEN 'accepted' ELSE 'denied' END, e.code, e.detail,
         e."operationId", e.before, e.requested, e.after
    FROM jsonb_to_recordset(${entries}::jsonb) AS e (
           "projectId" uuid, principal text, "sourceAddress" inet, "requestId" text, "internalRequestId" text,
           traceparent text, action text, "resourceType" text, "resourceId" text, code text, detail text,
           "operationId" uuid, before jsonb, requested jsonb, after jsonb)`;

const RECORD = INSERT('$1');

/** Writes entries; of accepted mutations in the transaction that makes them. */
export async function recordAudit(
  queryable: Pick<Queryable, 'execute'>,
  origin: AuditOrigin,
  mutations: readonly AuditedMutation[],
): Promise<void> {
  await queryable.execute(RECORD, [rowsOf(origin, mutations)]);
}

/** The origin of a command that a user has asked for; null for any other. */
export function auditOriginOf(context: RpcContext): AuditOrigin | null {
  if (context.audit === null) return null;
  const { projectId, principal, correlationId, requestId, traceparent, audit } = context;
  return {
    projectId,
    principal,
    sourceAddress: audit.sourceAddress,
    requestId: correlationId,
    internalRequestId: requestId === correlationId ? null : requestId,
    traceparent,
  };
}

/** Makes the inbox write an entry for each resource that a user's command has made, changed or deleted. */
export const auditOfCommands: InboxCompanion = {
  sql: INSERT('$3'),
  valueFor: (context, answer) => {
    const origin = auditOriginOf(context);
    return origin ? rowsOf(origin, mutationsIn(context, answer)) : undefined;
  },
};

function rowsOf(origin: AuditOrigin, mutations: readonly AuditedMutation[]): string {
  return JSON.stringify(
    mutations.map(({ denial, before, requested, after, ...mutation }) => ({
      ...origin,
      ...mutation,
      ...denial,
      before: redacted(before),
      requested: redacted(requested),
      after: redacted(after),
    })),
  );
}

/** A resource in a command's answer. */
interface Told {
  resource: Partial<SeenResource>;
  operationId: string | null;
}

/** Commands answer a resource, or one accepted with its operation, or several of either, or null where nothing is left. */
function mutationsIn({ pattern, before, data }: RpcContext, answer: unknown): AuditedMutation[] {
  const former = new Map(before.map((view) => [view.id, view]));
  const resourceType = pattern.slice(0, pattern.indexOf('.'));
  const mutation = (resourceId: string | null, more: Partial<AuditedMutation>): AuditedMutation => ({
    action: pattern,
    resourceType,
    resourceId,
    before: resourceId === null ? undefined : former.get(resourceId),
    ...more,
  });
  const told = answersIn(answer).map(({ resource, operationId }) =>
    mutation(resource.id ?? null, {
      after: resource,
      operationId,
      requested: operationId !== null && former.has(resource.id ?? '') ? data : undefined,
    }),
  );
  const isTold = new Set(told.map(({ resourceId }) => resourceId));
  const gone = before.filter(({ id }) => !isTold.has(id)).map(({ id }) => mutation(id, { after: null }));
  const all = [...told, ...gone];
  return all.length > 0 ? all : [mutation(null, {})];
}

function answersIn(answer: unknown): Told[] {
  const answers = (Array.isArray(answer) ? answer : [answer]) as (Accepted<SeenResource> | SeenResource | null)[];
  return answers.flatMap<Told>((one) => {
    if (typeof one !== 'object' || one === null) return [];
    return 'operation' in one && 'resource' in one
      ? [{ resource: one.resource, operationId: one.operation.id }]
      : [{ resource: one as SeenResource, operationId: null }];
  });
}
