import type { CallContext, RpcContext } from '@isthmus/rpc';
import type { SagaRun } from './saga';

/** A step waits this long for another service, then it is tried again. */
const STEP_TIMEOUT_MS = 5_000;

/** A call in the name of whoever asked for this work. */
export function onBehalfOf(context: RpcContext | SagaRun): CallContext {
  return {
    projectId: context.projectId,
    principal: context.principal,
    traceparent: context.traceparent ?? undefined,
  };
}

/** A step's command to another service: done once, however often the step is tried. */
export function stepCall(run: SagaRun, step: string): CallContext {
  return { ...onBehalfOf(run), requestId: run.requestId(step), timeoutMs: timeoutOf(run) };
}

/** The command that undoes it. */
export function undoCall(run: SagaRun, step: string): CallContext {
  return { ...onBehalfOf(run), requestId: run.undoRequestId(step), timeoutMs: timeoutOf(run) };
}

function timeoutOf(run: SagaRun): number {
  return Math.min(STEP_TIMEOUT_MS, run.remainingMs());
}
