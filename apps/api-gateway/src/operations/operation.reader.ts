import { Injectable } from '@nestjs/common';
import { Database, isoTimestamp } from '@isthmus/db';
import type { OperationKind, OperationView, ResourceType } from '@isthmus/model';
import { type JournaledStep, type OperationDetails, type OperationPlan, toDetails } from './operation-details';
import type { OperationStatus, SettledOperation } from './operation-status';
import { GatheredReads } from './gathered-reads';

interface StatusRow extends Omit<OperationStatus, 'id' | 'reference'> {
  referenceType: ResourceType;
  referenceId: string;
}

interface SettledRow extends StatusRow {
  id: string;
  code: string | null;
  resourceType: ResourceType;
  resourceId: string;
}

interface Owned {
  id: string;
  projectId: string;
}

export type OperationSummary = Pick<OperationView, 'id' | 'kind' | 'state'>;

const STATUS = `state, reason, message, reference_type AS "referenceType", reference_id AS "referenceId"`;
const SETTLED = `id, ${STATUS}, code, resource_type AS "resourceType", resource_id AS "resourceId"`;

// The hot read of every client that polls. Each column costs, so it has only what is told.
const FIND = `SELECT id, project_id AS "projectId", ${STATUS} FROM ops.operation WHERE id = ANY($1::uuid[])`;

const ENDED = `SELECT ${SETTLED} FROM ops.operation WHERE id = ANY($1::uuid[]) AND state <> 'pending'`;

// Ids are uuidv7: the newest first.
const OF_RESOURCE = `
  SELECT id, kind, state FROM ops.operation WHERE resource_id = $1 AND project_id = $2 ORDER BY id DESC LIMIT $3`;

/**
 * Nobody has it although it has been free for two seconds (its worker died or the queue is long), or it has been put off
 * five times or more (the last time for a second and a half), or it is stuck in its undo.
 */
const IS_STALLED = `state = 'pending' AND (lease_until < now() - interval '2 s' OR retries >= 5 OR is_stuck)`;
const IS_CANCELLABLE = `is_cancellable AND state = 'pending' AND direction = 'forward' AND cancel_requested_at IS NULL`;
const UPDATED_AT = `greatest(created_at, started_at, cancel_requested_at, finished_at,
    (SELECT max(s.ended_at) FROM ops.operation_step s WHERE s.operation_id = o.id))`;

// One statement, so that the steps and the state of the operation are of the same moment.
const DETAILS = `
  SELECT ${SETTLED}, project_id AS "projectId", kind, saga_steps AS "stepNames", direction, is_stuck AS "isStuck", ${IS_STALLED} AS "isStalled",
         ${IS_CANCELLABLE} AS "isCancellable",
         ${isoTimestamp('created_at')} AS "createdAt", ${isoTimestamp(UPDATED_AT)} AS "updatedAt",
         ${isoTimestamp('started_at')} AS "startedAt", ${isoTimestamp('finished_at')} AS "finishedAt", ${isoTimestamp('deadline')} AS deadline,
         (SELECT coalesce(json_agg(json_build_object('name', s.name, 'state', s.state, 'attempt', s.attempt,
                   'startedAt', ${isoTimestamp('s.started_at')}, 'endedAt', ${isoTimestamp('s.ended_at')}, 'error', s.error)
                   ORDER BY s.position), '[]')
            FROM ops.operation_step s WHERE s.operation_id = o.id) AS journaled
    FROM ops.operation o`;
const DETAILS_OF = `${DETAILS} WHERE id = ANY($1::uuid[])`;

const KEPT_SINCE = `SELECT (extract(epoch FROM ops.kept_since()) * 1000)::float8 AS "keptSinceMs"`;

type DetailsRow = SettledRow & OperationPlan & Owned & { kind: OperationKind; journaled: JournaledStep[] };

/** Reads operations from where the services keep them. An operation of another project is not there. */
@Injectable()
export class OperationReader {
  private readonly statuses: GatheredReads<StatusRow & Owned>;
  private readonly details: GatheredReads<DetailsRow>;

  constructor(private readonly database: Database) {
    this.statuses = new GatheredReads(async (ids) => byId(await database.query<StatusRow & Owned>(FIND, [ids])));
    this.details = new GatheredReads(async (ids) => byId(await database.query<DetailsRow>(DETAILS_OF, [ids])));
  }

  async find(id: string, projectId: string): Promise<OperationStatus | undefined> {
    const row = await this.statuses.find(id);
    return row?.projectId === projectId ? toStatus(id, row) : undefined;
  }

  /** Those of the given operations that have ended. */
  async findEnded(ids: string[]): Promise<SettledOperation[]> {
    return (await this.database.query<SettledRow>(ENDED, [ids])).map(toSettled);
  }

  /** The latest operations that changed a resource, the newest first. */
  latestOf(resourceId: string, projectId: string, limit: number): Promise<OperationSummary[]> {
    return this.database.query<OperationSummary>(OF_RESOURCE, [resourceId, projectId, limit]);
  }

  async findDetails(id: string, projectId: string): Promise<OperationDetails | undefined> {
    const row = await this.details.find(id);
    return row?.projectId === projectId ? detailsOf(row) : undefined;
  }

  /** Of any project: for those who have been let in already. */
  async findDetailsOf(ids: string[]): Promise<OperationDetails[]> {
    return (await this.database.query<DetailsRow>(DETAILS_OF, [ids])).map(detailsOf);
  }

  /** The beginning of what is kept, in milliseconds since 1970. */
  async keptSinceMs(): Promise<number> {
    const [row] = await this.database.query<{ keptSinceMs: number | null }>(KEPT_SINCE);
    return row?.keptSinceMs ?? 0;
  }
}

function byId<Row extends Owned>(rows: Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function detailsOf(row: DetailsRow): OperationDetails {
  return toDetails({ ...toSettled(row), kind: row.kind }, row, row.journaled);
}

function toStatus(id: string, row: StatusRow): OperationStatus {
  const reference = { type: row.referenceType, id: row.referenceId };
  return { id, state: row.state, reason: row.reason, message: row.message, reference };
}

function toSettled(row: SettledRow): SettledOperation {
  const resource = { type: row.resourceType, id: row.resourceId };
  return { ...toStatus(row.id, row), code: row.code, resource };
}
