import type { OperationKind, StepView } from '@isthmus/model';
import type { OperationStatus, SettledOperation } from './operation-status';

/** A step that a worker has written down. */
export interface JournaledStep extends StepView {
  state: 'done' | 'failed' | 'undone';
}

/** What an operation is made of beside its status. Times are RFC 3339 with microseconds. */
export interface OperationPlan {
  /** Names of the saga's steps, in order. */
  stepNames: string[];
  direction: 'forward' | 'undo';
  /** It cannot be undone and an operator is needed. */
  isStuck: boolean;
  /** Nobody works on it, or it has failed for a passing reason again and again. It may still get there by itself. */
  isStalled: boolean;
  /** A request to cancel it would be granted. */
  isCancellable: boolean;
  createdAt: string;
  /** When a worker, or a request to cancel, has last changed what is told here. */
  updatedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  deadline: string;
}

/** An operation's status with its kind. */
type KnownOperation = SettledOperation & { kind: OperationKind };

export interface OperationDetails extends KnownOperation, Omit<OperationPlan, 'stepNames'> {
  steps: StepView[];
  /** 0 to 100, never falling: a step that was undone has been done. */
  progressPercent: number;
}

export function toDetails(status: KnownOperation, plan: OperationPlan, journaled: JournaledStep[]): OperationDetails {
  const { stepNames, ...rest } = plan;
  const isForward = status.state === 'pending' && plan.direction === 'forward';
  const steps = stepsOf(stepNames, journaled, isForward);
  return {
    ...status,
    direction: rest.direction,
    isStuck: rest.isStuck,
    isStalled: rest.isStalled,
    isCancellable: rest.isCancellable,
    createdAt: rest.createdAt,
    updatedAt: rest.updatedAt,
    startedAt: rest.startedAt,
    finishedAt: rest.finishedAt,
    deadline: rest.deadline,
    steps,
    progressPercent: progressOf(status, steps),
  };
}

/** Steps are journaled when they end; while the operation goes forward the first that is not done is being worked on. */
function stepsOf(names: string[], journaled: JournaledStep[], isForward: boolean): StepView[] {
  const byName = new Map(journaled.map((step) => [step.name, step]));
  const steps = names.map((name): StepView => byName.get(name) ?? notStarted(name));
  const current = isForward ? steps.findIndex((step) => step.state !== 'done') : -1;
  return steps.map((step, index) => (index === current ? { ...step, state: 'running', endedAt: null } : step));
}

function notStarted(name: string): StepView {
  return { name, state: 'pending', attempt: 0, startedAt: null, endedAt: null, error: null };
}

function progressOf(status: OperationStatus, steps: StepView[]): number {
  if (status.state !== 'pending') return 100;
  const ended = steps.filter(
    (step) => step.state === 'done' || step.state === 'undone' || step.state === 'failed',
  ).length;
  return Math.min(99, Math.floor((100 * ended) / Math.max(1, steps.length)));
}
