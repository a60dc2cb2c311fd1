import { ProblemError, type ProblemShape, toProblem } from '@isthmus/problem';
import type { Database } from '@isthmus/db';
import type { Logger } from '@isthmus/telemetry';
import { type ClaimedOperation, FencedError, type Journal, type LastStep, type UndoneFailure } from './journal';
import { type Saga, type SagaRun, type SagaStep, stepsFor } from './saga';

/** How often and how long a step that fails for a passing reason is tried again. */
export interface RetryPolicy {
  /** Tries after the first before the operation is undone. */
  budget: number;
  firstDelayMs: number;
  maxDelayMs: number;
  /** Failed undo tries after which the operation is marked stuck (and tried on, slowly). */
  stuckAfter: number;
}

export const DEFAULT_RETRIES: RetryPolicy = { budget: 8, firstDelayMs: 100, maxDelayMs: 10_000, stuckAfter: 10 };

/** Where a test may kill or fail a worker: before and after each direction of each step. */
export interface ExecutionProbe {
  before?(direction: 'do' | 'undo', step: string): Promise<void> | void;
  after?(direction: 'do' | 'undo', step: string): Promise<void> | void;
}

/** How one execution left the operation. */
export type ExecutionOutcome = 'success' | 'failure' | 'timeout' | 'released' | 'fenced';

/** What a step may count on where the operation has no deadline any more. */
const UNTIMED_STEP_MS = 10_000;
const DEADLINE = 'deadline';
const DRAIN = 'drain';

interface Parts {
  database: Database;
  journal: Journal;
  retries: RetryPolicy;
  logger: Logger;
  probe: ExecutionProbe;
}

/**
 * One worker's run of one claimed operation: forwards step by step, backwards when a step fails for good or the
 * deadline passes, and then the end, in one transaction with the resource. Whatever stops it, the next claim goes on
 * from the journal.
 */
export class Execution {
  private abort = new AbortController();
  /** Going forward, with the deadline counting. */
  private canTurnBack = true;
  private readonly outputs = new Map<string, unknown>();
  private readonly steps: SagaStep<unknown>[];
  private readonly run: SagaRun;
  private readonly startedAtMs = performance.now();
  private last: LastStep | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly saga: Saga<unknown>,
    private readonly op: ClaimedOperation,
  ) {
    this.steps = stepsFor(saga, op.input);
    this.run = this.openRun();
  }

  private openRun(): SagaRun {
    const { op } = this;
    const currentSignal = (): AbortSignal => this.abort.signal;
    return {
      operationId: op.id,
      projectId: op.projectId,
      principal: op.principal,
      traceparent: op.traceparent,
      resource: { type: op.resourceType, id: op.resourceId },
      input: op.input,
      get signal() {
        return currentSignal();
      },
      remainingMs: () => this.remainingMs(),
      requestId: (step) => `${op.id}.${step}`,
      undoRequestId: (step) => `${op.id}.${step}.undo`,
      output: <Output>(step: string) => this.outputs.get(step) as Output | undefined,
    };
  }

  /** The lease is lost: stop as soon as possible. */
  fence(): void {
    this.abort.abort(new FencedError(this.op.id));
  }

  /** The service stops: finish the step in hand, then leave the rest to another worker. */
  drain(): void {
    this.abort.abort(DRAIN);
  }

  async execute(): Promise<ExecutionOutcome> {
    const deadline = setTimeout(
      () => {
        if (this.canTurnBack) this.abort.abort(DEADLINE);
      },
      Math.min(this.remainingMs(), 2 ** 31 - 1),
    );
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
      if (this.steps.slice(0, position + 1).some((reached) => reached.isPointOfNoReturn)) this.leaveDeadlineBehind();
      if (this.hasDeadlinePassed()) return this.turnBack(timeoutFailure(this.saga), position);
      if (this.abort.signal.reason === DRAIN) return this.release(0, this.op.retries);
      const startedAt = new Date();
      try {
        await this.doStep(step, position, startedAt);
      } catch (error) {
        return this.failStep(error, step, position, startedAt);
      }
    }
    return this.complete();
  }

  private async doStep(step: SagaStep<unknown>, position: number, startedAt: Date): Promise<void> {
    const { probe, journal } = this.parts;
    await probe.before?.('do', step.name);
    const output = await step.do(this.run);
    await probe.after?.('do', step.name);
    this.outputs.set(step.name, output);
    // The last step is journaled with the end of the operation: a crash before that runs it once more.
    if (position === this.steps.length - 1) this.last = { position, name: step.name, startedAt };
    else await journal.recordDone(this.op, position, step.name, output, startedAt);
  }

  private async failStep(
    error: unknown,
    step: SagaStep<unknown>,
    position: number,
    startedAt: Date,
  ): Promise<ExecutionOutcome> {
    if (error instanceof FencedError || this.abort.signal.reason instanceof FencedError) return 'fenced';
    if (this.hasDeadlinePassed()) return this.turnBack(timeoutFailure(this.saga), position);
    if (this.abort.signal.reason === DRAIN) return this.release(0, this.op.retries);
    const problem = toProblem(error);
    this.logProblem(problem, step, 'do');
    const retries = this.op.retries + 1;
    await this.parts.journal.recordFailed(this.op, position, step.name, problem.message, startedAt);
    if (!this.canTurnBack) return this.release(this.backoffMs(retries), retries, this.isStuckAfter(retries));
    if (problem.isRetryable && retries <= this.parts.retries.budget)
      return this.release(this.backoffMs(retries), retries);
    return this.turnBack({ state: 'failure', ...problem.toShape() }, position);
  }

  private async turnBack(failure: UndoneFailure, position: number): Promise<ExecutionOutcome> {
    await this.parts.journal.turnBack(this.op, failure);
    return this.goBack(failure, position + 1);
  }

  /** Undoes the steps before `end`, last first. The failed step is among them: it may have worked and lost its answer. */
  private async goBack(failure: UndoneFailure, end: number): Promise<ExecutionOutcome> {
    this.leaveDeadlineBehind();
    const undone = await this.undoneSteps();
    for (let position = Math.min(end, this.steps.length) - 1; position >= 0; position--) {
      const step = this.steps[position] as SagaStep<unknown>;
      if (undone.has(step.name)) continue;
      if (this.abort.signal.reason === DRAIN) return this.release(0, this.op.retries);
      const startedAt = new Date();
      try {
        await this.parts.probe.before?.('undo', step.name);
        await step.undo(this.run);
        await this.parts.probe.after?.('undo', step.name);
      } catch (error) {
        return this.failUndo(error, step);
      }
      await this.parts.journal.recordUndone(this.op, position, step.name, startedAt);
    }
    return this.abandon(failure);
  }

  private async failUndo(error: unknown, step: SagaStep<unknown>): Promise<ExecutionOutcome> {
    if (error instanceof FencedError || this.abort.signal.reason instanceof FencedError) return 'fenced';
    const problem = toProblem(error);
    this.logProblem(problem, step, 'undo');
    const retries = this.op.direction === 'undo' ? this.op.retries + 1 : 1;
    return this.release(this.backoffMs(retries), retries, this.isStuckAfter(retries));
  }

  private async undoneSteps(): Promise<Set<string>> {
    if (this.op.attempt === 1) return new Set();
    const journaled = await this.parts.journal.steps(this.op.id);
    return new Set(journaled.filter((step) => step.state === 'undone').map((step) => step.name));
  }

  private async complete(): Promise<ExecutionOutcome> {
    await this.parts.database.transaction(async (tx) => {
      await this.saga.complete(tx, this.run);
      await this.parts.journal.finish(tx, this.op, null, this.last);
    });
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

  private async release(delayMs: number, retries: number, isStuck = false): Promise<ExecutionOutcome> {
    await this.parts.journal.release(this.op, delayMs, retries, isStuck);
    return 'released';
  }

  /** Neither the way back nor what comes after the point of no return has a deadline. */
  private leaveDeadlineBehind(): void {
    this.canTurnBack = false;
    if (this.abort.signal.reason === DEADLINE) this.abort = new AbortController();
  }

  private isStuckAfter(retries: number): boolean {
    return retries >= this.parts.retries.stuckAfter;
  }

  private remainingMs(): number {
    if (!this.canTurnBack) return UNTIMED_STEP_MS;
    return Math.max(1, this.op.remainingMs - (performance.now() - this.startedAtMs));
  }

  private hasDeadlinePassed(): boolean {
    return this.canTurnBack && this.remainingMs() <= 1;
  }

  private backoffMs(retries: number): number {
    const { firstDelayMs, maxDelayMs } = this.parts.retries;
    return Math.min(maxDelayMs, firstDelayMs * 2 ** (retries - 1));
  }

  private logProblem(problem: ProblemError, step: SagaStep<unknown>, direction: 'do' | 'undo'): void {
    const facts = { operationId: this.op.id, kind: this.op.kind, step: step.name, direction, code: problem.code };
    if (problem.code === 'fault') this.parts.logger.error({ ...facts, err: problem.cause ?? problem }, 'step failed');
    else this.parts.logger.info({ ...facts, detail: problem.message }, 'step failed');
  }
}

function timeoutFailure(saga: Saga<unknown>): UndoneFailure {
  const detail = `The work was not done within ${saga.deadlineMs / 1000} s and was undone.`;
  return { state: 'timeout', code: 'deadline-exceeded', detail, meta: {} };
}
