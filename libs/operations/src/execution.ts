import { ProblemError, type ProblemShape, toProblem } from '@isthmus/problem';
import type { Database } from '@isthmus/db';
import { loggedIds, type Logger } from '@isthmus/telemetry';
import { Interruption } from './interruption';
import { type ClaimedOperation, FencedError, type Journal, type LastStep, type UndoneFailure } from './journal';
import { operationRetries, stepDuration } from './operation.metrics';
import { backoffMs, type RetryPolicy } from './retry';
import { RunTrace } from './run-trace';
import { type Saga, type SagaRun, type SagaStep, stepsFor } from './saga';

/** Where a test may kill or fail a worker: before and after each direction of each step. */
export interface ExecutionProbe {
  before?(direction: 'do' | 'undo', step: string): Promise<void> | void;
  after?(direction: 'do' | 'undo', step: string): Promise<void> | void;
}

/** How one execution left the operation. */
export type ExecutionOutcome = 'success' | 'failure' | 'timeout' | 'released' | 'fenced';

/** What a step may count on where the operation has no deadline any more. */
const UNTIMED_STEP_MS = 10_000;

const CANCELLED: UndoneFailure = {
  state: 'failure',
  code: 'interrupted',
  detail: 'The work was cancelled and undone.',
  meta: {},
};

interface Parts {
  service: string;
  database: Database;
  journal: Journal;
  retries: RetryPolicy;
  logger: Logger;
  probe: ExecutionProbe;
}

/**
 * One worker's run of one claimed operation: forwards step by step, backwards when a step fails for good, the deadline
 * passes or a client cancels, and then the end, in one transaction with the resource. Whatever stops it, the next claim goes on
 * from the journal.
 */
export class Execution {
  private readonly interruption: Interruption;
  private readonly outputs = new Map<string, unknown>();
  private readonly steps: SagaStep<unknown>[];
  private readonly run: SagaRun;
  private readonly trace: RunTrace;
  private readonly op: ClaimedOperation;
  private readonly startedAtMs = performance.now();
  private last: LastStep | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly saga: Saga<unknown>,
    claimed: ClaimedOperation,
  ) {
    this.trace = new RunTrace(claimed);
    // What it leaves behind, above all the event, hangs below this run.
    const op = { ...claimed, traceparent: this.trace.traceparent };
    this.op = op;
    this.interruption = new Interruption(op.isCancelRequested);
    this.steps = stepsFor(saga, op.input);
    this.run = this.openRun();
  }

  get operationId(): string {
    return this.op.id;
  }

  /** Since the acceptance. */
  get ageMs(): number {
    return this.op.deadlineMs - this.op.remainingMs + (performance.now() - this.startedAtMs);
  }

  private openRun(): SagaRun {
    const { op, interruption, trace } = this;
    return {
      operationId: op.id,
      projectId: op.projectId,
      principal: op.principal,
      get traceparent() {
        return trace.current;
      },
      resource: { type: op.resourceType, id: op.resourceId },
      input: op.input,
      get signal() {
        return interruption.signal;
      },
      remainingMs: () => this.remainingMs(),
      requestId: (step) => `${op.id}.${step}`,
      undoRequestId: (step) => `${op.id}.${step}.undo`,
      output: <Output>(step: string) => this.outputs.get(step) as Output | undefined,
    };
  }

  /** The lease is lost: stop as soon as possible. */
  fence(): void {
    this.interruption.fence(this.op.id);
  }

  /** The service stops: finish the step in hand, then leave the rest to another worker. */
  drain(): void {
    this.interruption.drain();
  }

  /** A client asked to call it off: stop the step in hand and turn back. */
  cancel(): void {
    this.interruption.cancel();
  }

  /** Somebody says that it was cancelled. */
  async lookForCancel(): Promise<void> {
    if (await this.parts.journal.isCancelRequested(this.op)) this.cancel();
  }

  async execute(): Promise<ExecutionOutcome> {
    try {
      const outcome = await this.work();
      this.trace.end(outcome);
      return outcome;
    } catch (error) {
      this.trace.end(toProblem(error).code);
      throw error;
    }
  }

  private async work(): Promise<ExecutionOutcome> {
    const deadline = setTimeout(() => this.interruption.passDeadline(), Math.min(this.remainingMs(), 2 ** 31 - 1));
    try {
      const done = await this.recall();
      if (this.op.direction === 'undo' && this.op.failure) return await this.goBack(this.op.failure, this.steps.length);
      return await this.goForward(done);
    } catch (error) {
      if (error instanceof FencedError) return 'fenced';
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Reads what earlier attempts journaled; answers how many steps are done. */
  private async recall(): Promise<number> {
    if (this.op.attempt === 1) return 0;
    const journaled = await this.parts.journal.steps(this.op.id);
    const done = journaled.filter((step) => step.state === 'done');
    for (const step of journaled) this.outputs.set(step.name, step.output);
    return done.length;
  }

  private async goForward(done: number): Promise<ExecutionOutcome> {
    for (let position = done; position < this.steps.length; position++) {
      const step = this.steps[position] as SagaStep<unknown>;
      const hasNoReturn = this.steps.slice(0, position + 1).some((reached) => reached.isPointOfNoReturn);
      if (hasNoReturn && !(await this.passPointOfNoReturn())) return this.turnBack(CANCELLED, position - 1);
      if (this.interruption.isCancelled) return this.turnBack(CANCELLED, position);
      if (this.hasDeadlinePassed()) return this.turnBack(timeoutFailure(this.op), position);
      if (this.interruption.isDraining) return this.release(0, this.op.retries);
      const startedAt = new Date();
      try {
        await this.doStep(step, position, startedAt);
      } catch (error) {
        return this.failStep(error, step, position, startedAt);
      }
    }
    return this.complete();
  }

  /** False when it was cancelled in time. */
  private async passPointOfNoReturn(): Promise<boolean> {
    if (this.interruption.canTurnBack && this.op.isCancellable) {
      try {
        await this.parts.journal.passPointOfNoReturn(this.op);
      } catch (error) {
        if (await this.isCancelledAfterAll(error)) return false;
        throw error;
      }
    }
    this.interruption.closeWayBack();
    return true;
  }

  /** The row is still ours, and the write was refused because of a cancellation that nobody told us of yet. */
  private async isCancelledAfterAll(error: unknown): Promise<boolean> {
    return error instanceof FencedError && (await this.parts.journal.isCancelRequested(this.op));
  }

  private async doStep(step: SagaStep<unknown>, position: number, startedAt: Date): Promise<void> {
    const output = await this.attempt('do', step);
    this.time(step, 'done', startedAt);
    this.outputs.set(step.name, output);
    // The last step is journaled with the end of the operation: a crash before that runs it once more.
    if (position === this.steps.length - 1) this.last = { position, name: step.name, startedAt };
    else if ((await this.parts.journal.recordDone(this.op, position, step.name, output, startedAt)).isCancelRequested)
      this.cancel();
  }

  private attempt(direction: 'do' | 'undo', step: SagaStep<unknown>): Promise<unknown> {
    const { probe } = this.parts;
    return this.trace.step(direction, step.name, this.run.signal, async () => {
      await probe.before?.(direction, step.name);
      const output = await step[direction](this.run);
      await probe.after?.(direction, step.name);
      return output;
    });
  }

  private async failStep(
    error: unknown,
    step: SagaStep<unknown>,
    position: number,
    startedAt: Date,
  ): Promise<ExecutionOutcome> {
    if (error instanceof FencedError || this.interruption.isFenced) return 'fenced';
    if (this.interruption.isCancelled) return this.turnBack(CANCELLED, position);
    if (this.hasDeadlinePassed()) return this.turnBack(timeoutFailure(this.op), position);
    if (this.interruption.isDraining) return this.release(0, this.op.retries);
    const problem = toProblem(error);
    this.logProblem(problem, step, 'do');
    this.time(step, 'failed', startedAt);
    const retries = this.op.retries + 1;
    const { journal } = this.parts;
    const standing = await journal.recordFailed(this.op, position, step.name, problem.message, startedAt);
    if (!this.interruption.canTurnBack) return this.tryAgain('forward', retries, this.isStuckAfter(retries));
    if (standing.isCancelRequested) return this.turnBack(CANCELLED, position);
    if (problem.isRetryable && retries <= this.parts.retries.budget) return this.tryAgain('forward', retries, false);
    return this.turnBack({ state: 'failure', ...problem.toShape() }, position);
  }

  private async turnBack(failure: UndoneFailure, position: number): Promise<ExecutionOutcome> {
    await this.parts.journal.turnBack(this.op, failure);
    return this.goBack(failure, position + 1);
  }

  /** Undoes the steps before `end`, last first. The failed step is among them: it may have worked and lost its answer. */
  private async goBack(failure: UndoneFailure, end: number): Promise<ExecutionOutcome> {
    this.interruption.closeWayBack();
    const undone = await this.undoneSteps();
    for (let position = Math.min(end, this.steps.length) - 1; position >= 0; position--) {
      const step = this.steps[position] as SagaStep<unknown>;
      if (undone.has(step.name)) continue;
      if (this.interruption.isDraining) return this.release(0, this.op.retries);
      const startedAt = new Date();
      try {
        await this.attempt('undo', step);
      } catch (error) {
        return this.failUndo(error, step, startedAt);
      }
      this.time(step, 'undone', startedAt);
      await this.parts.journal.recordUndone(this.op, position, step.name, startedAt);
    }
    return this.abandon(failure);
  }

  private async failUndo(error: unknown, step: SagaStep<unknown>, startedAt: Date): Promise<ExecutionOutcome> {
    if (error instanceof FencedError || this.interruption.isFenced) return 'fenced';
    const problem = toProblem(error);
    this.logProblem(problem, step, 'undo');
    this.time(step, 'undo_failed', startedAt);
    const retries = this.op.direction === 'undo' ? this.op.retries + 1 : 1;
    return this.tryAgain('undo', retries, this.isStuckAfter(retries));
  }

  private async undoneSteps(): Promise<Set<string>> {
    if (this.op.attempt === 1) return new Set();
    const journaled = await this.parts.journal.steps(this.op.id);
    return new Set(journaled.filter((step) => step.state === 'undone').map((step) => step.name));
  }

  private async complete(): Promise<ExecutionOutcome> {
    try {
      await this.parts.database.transaction(async (tx) => {
        await this.saga.complete(tx, this.run);
        await this.parts.journal.finish(tx, this.op, null, this.last);
      });
    } catch (error) {
      if (await this.isCancelledAfterAll(error)) return this.turnBack(CANCELLED, this.steps.length - 1);
      throw error;
    }
    return 'success';
  }

  private async abandon(failure: UndoneFailure): Promise<ExecutionOutcome> {
    const shape: ProblemShape = { code: failure.code, detail: failure.detail, meta: failure.meta };
    await this.parts.database.transaction(async (tx) => {
      await this.saga.abandon(tx, this.run, shape);
      await this.parts.journal.finish(tx, this.op, failure);
    });
    return failure.state;
  }

  private tryAgain(direction: 'forward' | 'undo', retries: number, isStuck: boolean): Promise<ExecutionOutcome> {
    operationRetries.add({ service: this.parts.service, kind: this.op.kind, direction });
    return this.release(backoffMs(this.parts.retries, retries), retries, isStuck);
  }

  private async release(delayMs: number, retries: number, isStuck = false): Promise<ExecutionOutcome> {
    await this.parts.journal.release(this.op, delayMs, retries, isStuck);
    return 'released';
  }

  private isStuckAfter(retries: number): boolean {
    return retries >= this.parts.retries.stuckAfter;
  }

  private remainingMs(): number {
    if (!this.interruption.canTurnBack) return UNTIMED_STEP_MS;
    return Math.max(1, this.op.remainingMs - (performance.now() - this.startedAtMs));
  }

  private hasDeadlinePassed(): boolean {
    return this.interruption.canTurnBack && this.remainingMs() <= 1;
  }

  private time(step: SagaStep<unknown>, outcome: 'done' | 'failed' | 'undone' | 'undo_failed', startedAt: Date): void {
    const labels = { service: this.parts.service, kind: this.op.kind, step: step.name, outcome };
    stepDuration.observe(labels, (Date.now() - startedAt.getTime()) / 1_000);
  }

  private logProblem(problem: ProblemError, step: SagaStep<unknown>, direction: 'do' | 'undo'): void {
    const { id: operationId, requestId, traceparent, kind } = this.op;
    const ids = loggedIds({ requestId, operationId, traceparent });
    const facts = { ...ids, kind, step: step.name, direction, code: problem.code };
    if (problem.code === 'fault') this.parts.logger.error({ ...facts, err: problem.cause ?? problem }, 'step failed');
    else this.parts.logger.info({ ...facts, detail: problem.message }, 'step failed');
  }
}

function timeoutFailure({ deadlineMs }: ClaimedOperation): UndoneFailure {
  const detail = `The work was not done within ${deadlineMs / 1000} s and was undone.`;
  return { state: 'timeout', code: 'deadline-exceeded', detail, meta: {} };
}
