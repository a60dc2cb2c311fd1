import type { Queryable, Tx } from '@isthmus/db';
import type { OperationView, ResourceReference } from '@isthmus/model';
import { outboxInsert } from '@isthmus/outbox';
import { ProblemError } from '@isthmus/problem';
import { toOperationView, type OperationRow, VIEW_COLUMNS } from './operation.view';
import { type Saga, stepsFor } from './saga';

/** Who asked for the work, as the bus told it. */
export interface AcceptedBy {
  projectId: string;
  principal: string;
  requestId: string;
  /** By which the one who asked knows the request, if that is another id: the operation and its events tell this one. */
  correlationId?: string;
  traceparent: string | null;
}

export interface Acceptance<Input> {
  by: AcceptedBy;
  /** Locked until the operation ends. */
  resource: ResourceReference;
  /** What a client reads to see the outcome; the resource itself when absent. */
  reference?: ResourceReference;
  input: Input;
}

/**
 * If nobody picks an accepted operation up in this time its wake-up was lost, and the sweeper sends another. Longer
 * than a healthy queue is deep, so that a backlog is not queued twice.
 */
const EXPECTED_PICKUP_MS = 4_000;

/** One statement for all three rows: it halves the time of a transaction of small inserts. */
const ACCEPT = `
  WITH op AS (
    INSERT INTO ops.operation (project_id, service, kind, resource_type, resource_id, reference_type, reference_id,
                               input, saga_steps, wake_at, deadline, principal, request_id, traceparent, is_cancellable)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => ${EXPECTED_PICKUP_MS / 1000}),
            now() + make_interval(secs => $10 / 1000.0), $11, $12, $13, $14)
    RETURNING ${VIEW_COLUMNS}
  ), live AS (
    -- Waits for a rival that has not committed yet; then its row is in the way and ours is not written.
    INSERT INTO ops.live_operation (resource_id, operation_id) SELECT $5, id FROM op
    ON CONFLICT (resource_id) DO NOTHING RETURNING resource_id
  ), wake AS (${outboxInsert('$2', '(SELECT id FROM op)')})
  SELECT op.*, EXISTS (SELECT FROM live) AS "isAdmitted" FROM op`;

const BLOCKER = 'SELECT operation_id AS "operationId" FROM ops.live_operation WHERE resource_id = $1';

/**
 * Accepts work inside the transaction that changes the resource: operation, lock and wake-up commit or vanish with it.
 * Throws `busy`, naming the operation in the way, when the resource is being changed already.
 */
export async function acceptOperation<Input>(
  tx: Tx,
  service: string,
  saga: Saga<Input>,
  acceptance: Acceptance<Input>,
  deadlineMs = saga.deadlineMs,
): Promise<OperationView> {
  const { by, resource, input } = acceptance;
  const reference = acceptance.reference ?? resource;
  const [row] = await tx.query<OperationRow & { isAdmitted: boolean }>(ACCEPT, [
    by.projectId,
    service,
    saga.kind,
    resource.type,
    resource.id,
    reference.type,
    reference.id,
    JSON.stringify(input),
    stepsFor(saga, input).map((step) => step.name),
    deadlineMs,
    by.principal,
    by.correlationId ?? by.requestId,
    by.traceparent,
    saga.isCancellable ?? false,
  ]);
  if (!row) throw new Error('the insert of an operation answered nothing');
  if (!row.isAdmitted) throw await busyWith(tx, resource);
  return toOperationView(row);
}

/** `busy`, naming the operation that holds the resource. */
export async function busyWith(queryable: Queryable, resource: ResourceReference): Promise<ProblemError> {
  const [blocker] = await queryable.query<{ operationId: string }>(BLOCKER, [resource.id]);
  const other = blocker ? `operation ${blocker.operationId}` : 'another operation';
  const detail = `The ${resource.type.replaceAll('-', ' ')} ${resource.id} is being changed by ${other}; wait until that has ended.`;
  return new ProblemError('busy', detail, {
    resource: resource.type,
    resourceId: resource.id,
    operationId: blocker?.operationId,
  });
}
