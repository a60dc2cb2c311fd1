import type { OperationKind, OperationState, OperationView, ResourceType } from '@isthmus/model';
import type { OperationReason } from '@isthmus/problem';

/** Columns of ops.operation that make an OperationView. */
export const VIEW_COLUMNS = `id, project_id AS "projectId", kind, state, reason, message, code,
  resource_type AS "resourceType", resource_id AS "resourceId",
  reference_type AS "referenceType", reference_id AS "referenceId",
  created_at AS "createdAt", started_at AS "startedAt", finished_at AS "finishedAt", deadline`;

export interface OperationRow {
  id: string;
  projectId: string;
  kind: OperationKind;
  state: OperationState;
  reason: OperationReason | null;
  message: string | null;
  code: string | null;
  resourceType: ResourceType;
  resourceId: string;
  referenceType: ResourceType;
  referenceId: string;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  deadline: Date;
}

export function toOperationView(row: OperationRow): OperationView {
  return {
    id: row.id,
    projectId: row.projectId,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    message: row.message,
    code: row.code,
    resource: { type: row.resourceType, id: row.resourceId },
    reference: { type: row.referenceType, id: row.referenceId },
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    deadline: row.deadline.toISOString(),
  };
}
