import { type Database, isoTimestamp, type Queryable } from '@isthmus/db';
import type { OperationKind, ResourceType } from '@isthmus/model';
import { outboxInsert } from '@isthmus/outbox';
import { PROBLEMS, type ProblemShape } from '@isthmus/problem';
import { MAX_EVENT_TEXT } from './event';

/** A claimed operation: whoever holds this `attempt` may write, until somebody claims the next one. */
export interface ClaimedOperation {
  id: string;
  projectId: string;
  kind: OperationKind;
  resourceType: ResourceType;
  resourceId: string;
  referenceType: ResourceType;
  referenceId: string;
  input: unknown;
  direction: 'forward' | 'undo';
  failure: UndoneFailure | null;
  attempt: number;
  retries: number;
  principal: string;
  requestId: string;
  /** What its work is part of; its event tells it. */
  traceparent: string | null;
  /** It may still be called off. */
  isCancellable: boolean;
  isCancelRequested: boolean;
  /** From acceptance to the deadline. */
  deadlineMs: number;
  /** Milliseconds until the deadline by the database's clock; negative when it has passed. */
  remainingMs: number;
}

/** How an operation that is being undone will end. */
export interface UndoneFailure extends ProblemShape {
  state: 'failure' | 'timeout';
}

/** What a worker learns whenever it writes. */
export interface Standing {
  isCancelRequested: boolean;
}

export interface JournaledStep {
  name: string;
  state: 'done' | 'failed' | 'undone';
  output: unknown;
}

/** Another worker holds the operation now; nothing that this one still wants to write counts. */
export class FencedError extends Error {
  constructor(operationId: string) {
    super(`operation ${operationId} was claimed by another worker`);
    this.name = 'FencedError';
  }
}

const CLAIM = `
  UPDATE ops.operation
     SET attempt = attempt + 1, started_at = coalesce(started_at, now()),
         lease_until = now() + make_interval(secs => $2 / 1000.0),
         wake_at = now() + make_interval(secs => $2 / 1000.0)
   WHERE id = $1 AND state = 'pending' AND lease_until <= now()
  RETURNING id, project_id AS "projectId", kind, resource_type AS "resourceType", resource_id AS "resourceId",
            reference_type AS "referenceType", reference_id AS "referenceId", input, direction, failure, attempt, retries,
            principal, request_id AS "requestId", traceparent, is_cancellable AS "isCancellable",
            cancel_requested_at IS NOT NULL AS "isCancelRequested",
            (extract(epoch FROM deadline - created_at) * 1000)::float8 AS "deadlineMs",
            (extract(epoch FROM deadline - now()) * 1000)::float8 AS "remainingMs"`;

const RENEW = `
  UPDATE ops.operation SET lease_until = now() + make_interval(secs => $3 / 1000.0),
                           wake_at = now() + make_interval(secs => $3 / 1000.0)
   WHERE id = $1 AND attempt = $2 AND state = 'pending'
  RETURNING cancel_requested_at IS NOT NULL AS "isCancelRequested"`;

/** Every write of a worker goes through this: the row is locked and still belongs to this attempt. */
const FENCED = `fenced AS (
    SELECT id, cancel_requested_at FROM ops.operation
     WHERE id = $1 AND attempt = $2 AND state = 'pending' FOR NO KEY UPDATE)`;

const STEP_COLUMNS = '(operation_id, position, name, state, attempt, output, error, started_at, ended_at)';
const STEP_OVERWRITE = `ON CONFLICT (operation_id, position) DO UPDATE
     SET state = excluded.state, attempt = excluded.attempt, output = coalesce(excluded.output, operation_step.output),
         error = coalesce(excluded.error, operation_step.error), ended_at = excluded.ended_at`;

/** Commits without waiting for the disk: a step whose record is lost in a crash is done again, which it is made for. */
const RECORD_STEP = `
  WITH ${FENCED}
  INSERT INTO ops.operation_step ${STEP_COLUMNS}
  SELECT id, $3, $4, $5, $2, $6::jsonb, $7, $8, now() FROM fenced
   WHERE set_config('synchronous_commit', 'off', true) = 'off'
  ${STEP_OVERWRITE}
  RETURNING (SELECT cancel_requested_at IS NOT NULL FROM fenced) AS "isCancelRequested"`;

const STEPS = `SELECT name, state, output FROM ops.operation_step WHERE operation_id = $1 ORDER BY position`;

/** Whoever cancels and whoever passes the point of no return write the same row, so that only one of them gets through. */
const PASS_POINT_OF_NO_RETURN = `
  UPDATE ops.operation SET is_cancellable = false
   WHERE id = $1 AND attempt = $2 AND state = 'pending' AND cancel_requested_at IS NULL`;

const IS_CANCEL_REQUESTED = `
  SELECT 1 FROM ops.operation
   WHERE id = $1 AND attempt = $2 AND state = 'pending' AND direction = 'forward' AND cancel_requested_at IS NOT NULL`;

const TURN_BACK = `
  UPDATE ops.operation SET direction = 'undo', failure = $3, retries = 0
   WHERE id = $1 AND attempt = $2 AND state = 'pending'`;

const RELEASE = `
  WITH released AS (
    UPDATE ops.operation
       SET lease_until = now() + make_interval(secs => $3 / 1000.0), retries = $4, is_stuck = $5,
           wake_at = now() + make_interval(secs => $3 / 1000.0 + 2)
     WHERE id = $1 AND attempt = $2 AND state = 'pending'
    RETURNING id, service)
  ${outboxInsert('service', 'id', '$3')} FROM released`;

const FINISH = `
  WITH ended AS (
    UPDATE ops.operation SET state = $3, reason = $4, message = $5, code = $6, finished_at = now(), is_stuck = false
     WHERE id = $1 AND attempt = $2 AND state = 'pending' AND ($3 <> 'success' OR cancel_requested_at IS NULL)
    RETURNING *
  ), unlocked AS (
    DELETE FROM ops.live_operation l USING ended WHERE l.resource_id = ended.resource_id AND l.operation_id = ended.id
  ), last_step AS (
    INSERT INTO ops.operation_step ${STEP_COLUMNS}
    SELECT id, $7, $8, 'done', $2, NULL, NULL, $9, now() FROM ended WHERE $8::text IS NOT NULL
    ${STEP_OVERWRITE}
  )
  INSERT INTO ops.event (type, project_id, resource_type, resource_id, operation_id, request_id, traceparent, payload)
  SELECT CASE state WHEN 'success' THEN 'operation.succeeded' WHEN 'failure' THEN 'operation.failed'
                    ELSE 'operation.timed_out' END,
         project_id, resource_type, resource_id, id, request_id, $10,
         jsonb_build_object('id', id, 'kind', kind, 'state', state, 'reason', reason, 'code', code,
           'message', left(message, ${MAX_EVENT_TEXT}),
           'resource', jsonb_build_object('type', resource_type, 'id', resource_id),
           'reference', jsonb_build_object('type', reference_type, 'id', reference_id),
           'createdAt', ${isoTimestamp('created_at')}, 'finishedAt', ${isoTimestamp('finished_at')})
    FROM ended`;

/** A step that is done and shall be written together with the end of the operation. */
export interface LastStep {
  position: number;
  name: string;
  startedAt: Date;
}

/** The SQL of one worker's execution: claim, journal, turn back, release, finish; each fenced by the attempt. */
export class Journal {
  constructor(
    private readonly database: Database,
    private readonly leaseMs: number,
  ) {}

  /** The operation, now ours, or undefined when it is done or somebody else's. */
  async claim(operationId: string): Promise<ClaimedOperation | undefined> {
    const [claimed] = await this.database.query<ClaimedOperation>(CLAIM, [operationId, this.leaseMs]);
    return claimed;
  }

  steps(operationId: string): Promise<JournaledStep[]> {
    return this.database.query<JournaledStep>(STEPS, [operationId]);
  }

  /** What is known of the operation while it is ours; undefined when it no longer is. */
  async renew(op: ClaimedOperation): Promise<Standing | undefined> {
    const [standing] = await this.database.query<Standing>(RENEW, [op.id, op.attempt, this.leaseMs]);
    return standing;
  }

  recordDone(
    op: ClaimedOperation,
    position: number,
    name: string,
    output: unknown,
    startedAt: Date,
  ): Promise<Standing> {
    const json = output === undefined ? null : JSON.stringify(output);
    return this.record(op, [position, name, 'done', json, null, startedAt]);
  }

  recordFailed(
    op: ClaimedOperation,
    position: number,
    name: string,
    error: string,
    startedAt: Date,
  ): Promise<Standing> {
    return this.record(op, [position, name, 'failed', null, error, startedAt]);
  }

  recordUndone(op: ClaimedOperation, position: number, name: string, startedAt: Date): Promise<Standing> {
    return this.record(op, [position, name, 'undone', null, null, startedAt]);
  }

  /** From here on nobody can cancel it. Throws `FencedError` when somebody has, see `isCancelRequested`. */
  passPointOfNoReturn(op: ClaimedOperation): Promise<void> {
    return this.fenced(op, PASS_POINT_OF_NO_RETURN, [op.id, op.attempt]);
  }

  /** It is still ours, and shall be turned back. */
  async isCancelRequested(op: ClaimedOperation): Promise<boolean> {
    return (await this.database.query(IS_CANCEL_REQUESTED, [op.id, op.attempt])).length > 0;
  }

  /** From here on the operation goes backwards and ends as `failure` says. */
  turnBack(op: ClaimedOperation, failure: UndoneFailure): Promise<void> {
    return this.fenced(op, TURN_BACK, [op.id, op.attempt, JSON.stringify(failure)]);
  }

  /** Gives the operation up for `delayMs`; whoever comes then goes on. */
  release(op: ClaimedOperation, delayMs: number, retries: number, isStuck = false): Promise<void> {
    return this.fenced(op, RELEASE, [op.id, op.attempt, delayMs, retries, isStuck]);
  }

  /**
   * The one guarded transition to a terminal state, with its event; inside the transaction that changes the resource.
   * Throws `FencedError` also when it would be a success of what was cancelled.
   */
  finish(tx: Queryable, op: ClaimedOperation, failure: UndoneFailure | null, last?: LastStep): Promise<void> {
    return this.fenced(
      op,
      FINISH,
      [
        op.id,
        op.attempt,
        failure?.state ?? 'success',
        failure ? PROBLEMS[failure.code].reason : null,
        failure?.detail ?? null,
        failure?.code ?? null,
        last?.position ?? null,
        last?.name ?? null,
        last?.startedAt ?? null,
        op.traceparent,
      ],
      tx,
    );
  }

  private async record(op: ClaimedOperation, step: unknown[]): Promise<Standing> {
    const [standing] = await this.database.query<Standing>(RECORD_STEP, [op.id, op.attempt, ...step]);
    if (!standing) throw new FencedError(op.id);
    return standing;
  }

  private async fenced(
    op: ClaimedOperation,
    sql: string,
    values: unknown[],
    on: Queryable = this.database,
  ): Promise<void> {
    if ((await on.execute(sql, values)) !== 1) throw new FencedError(op.id);
  }
}
