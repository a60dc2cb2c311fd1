import { Injectable } from '@nestjs/common';
import { Database } from '@isthmus/db';
import type { ResourceType } from '@isthmus/model';
import { type JournaledStep, type OperationDetails, type OperationPlan, toDetails } from './operation-details';
import type { OperationStatus } from './operation-status';

interface StatusRow extends Omit<OperationStatus, 'resource' | 'reference'> {
  resourceType: ResourceType;
  resourceId: string;
  referenceType: ResourceType;
  referenceId: string;
}

const STATUS = `id, kind, state, reason, message, code, resource_type AS "resourceType", resource_id AS "resourceId",
  reference_type AS "referenceType", reference_id AS "referenceId"`;

const FIND = `SELECT ${STATUS} FROM ops.operation WHERE id = $1 AND project_id = $2`;

const ENDED = `SELECT ${STATUS} FROM ops.operation WHERE id = ANY($1::uuid[]) AND state <> 'pending'`;

const text = (moment: string): string => `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

// One statement, so that the steps and the state of the operation are of the same moment.
const DETAILS = `
  SELECT ${STATUS}, saga_steps AS "stepNames", direction, is_stuck AS "isStuck", ${text('created_at')} AS "createdAt",
         ${text('started_at')} AS "startedAt", ${text('finished_at')} AS "finishedAt", ${text('deadline')} AS deadline,
         (SELECT coalesce(json_agg(json_build_object('name', s.name, 'state', s.state, 'attempt', s.attempt,
                   'startedAt', ${text('s.started_at')}, 'endedAt', ${text('s.ended_at')}, 'error', s.error)
                   ORDER BY s.position), '[]')
            FROM ops.operation_step s WHERE s.operation_id = o.id) AS journaled
    FROM ops.operation o WHERE id = $1 AND project_id = $2`;

/** Reads operations from where the services keep them. An operation of another project is not there. */
@Injectable()
export class OperationReader {
  constructor(private readonly database: Database) {}

  /** The hot read of every client that polls: one prepared statement, no dates. */
  async find(id: string, projectId: string): Promise<OperationStatus | undefined> {
    const [row] = await this.database.query<StatusRow>(FIND, [id, projectId]);
    return row && toStatus(row);
  }

  /** Those of the given operations that have ended. */
  async findEnded(ids: string[]): Promise<OperationStatus[]> {
    return (await this.database.query<StatusRow>(ENDED, [ids])).map(toStatus);
  }

  async findDetails(id: string, projectId: string): Promise<OperationDetails | undefined> {
    type Row = StatusRow & OperationPlan & { journaled: JournaledStep[] };
    const [row] = await this.database.query<Row>(DETAILS, [id, projectId]);
    return row && toDetails(toStatus(row), row, row.journaled);
  }
}

function toStatus(row: StatusRow): OperationStatus {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    message: row.message,
    code: row.code,
    resource: { type: row.resourceType, id: row.resourceId },
    reference: { type: row.referenceType, id: row.referenceId },
  };
}
