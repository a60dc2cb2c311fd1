import type { Tx } from '@isthmus/db';
import type { OperationKind, ResourceReference } from '@isthmus/model';
import type { ProblemShape } from '@isthmus/problem';

/** What every step of one execution of a saga sees. */
export interface SagaRun<Input = unknown> {
  readonly operationId: string;
  readonly projectId: string;
  readonly principal: string;
  readonly traceparent: string | null;
  readonly resource: ResourceReference;
  /** Fixed at acceptance, random choices included. */
  readonly input: Input;
  /** Aborts when the deadline passes, a client cancels, the lease is lost, or the service drains. */
  readonly signal: AbortSignal;
  /** Milliseconds left until the deadline, at least 1. While undoing there is no deadline. */
  remainingMs(): number;
  /** Key of a step's request to another service: the same for each try, so that it is done once. */
  requestId(step: string): string;
  /** Key of the request that undoes it. */
  undoRequestId(step: string): string;
  /** What a step before this one answered, or undefined if it was skipped. */
  output<Output>(step: string): Output | undefined;
}

/**
 * One small step. Both directions are idempotent and may be run again after a crash in the middle. `undo` must also be
 * right when `do` never ran, or ran and its answer was lost: it goes by request id or resource id, not by the output.
 */
export interface SagaStep<Input> {
  readonly name: string;
  /** Is the step part of this operation? Decided from the input alone; absent = always. */
  appliesTo?(input: Input): boolean;
  /**
   * From this step on there is no way back: it cannot be refused, only delayed, so it is tried until it works and the
   * deadline no longer counts.
   */
  readonly isPointOfNoReturn?: true;
  /** What it answers is journaled as JSON and can be read by later steps. */
  do(run: SagaRun<Input>): Promise<unknown>;
  undo(run: SagaRun<Input>): Promise<void>;
}

/** The work behind one kind of operation. */
export interface Saga<Input> {
  readonly kind: OperationKind;
  /** From acceptance; past it the operation is undone and ends as `timeout`. */
  readonly deadlineMs: number;
  /** A client may call it off until the point of no return: it is undone and ends as failure/interrupted. */
  readonly isCancellable?: true;
  readonly steps: readonly SagaStep<Input>[];
  /** Makes the resource's new state true, in the transaction that ends the operation as `success`. */
  complete(tx: Tx, run: SagaRun<Input>): Promise<void>;
  /** Makes the resource's state true after everything was undone, in the transaction that ends the operation. */
  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void>;
}

/** The steps that this input asks for, in order. */
export function stepsFor<Input>(saga: Saga<Input>, input: Input): SagaStep<Input>[] {
  return saga.steps.filter((step) => step.appliesTo?.(input) ?? true);
}

/** SQL condition on a saga step's `request_id` in an inbox: its operation has not ended, so it may still be undone. */
export const OF_PENDING_OPERATION = `split_part(request_id, '.', 1) = ANY (
  ARRAY(SELECT id::text FROM ops.operation WHERE state = 'pending' AND created_at < now() - interval '23 hours'))`;
