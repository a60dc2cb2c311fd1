import { beginSpan, inSpan, type Span } from '@isthmus/telemetry';
import { toProblem } from '@isthmus/problem';
import type { ClaimedOperation } from './journal';

/** How a run may end that did what it could. */
const WELL = new Set(['success', 'released', 'fenced']);

/** The span of one worker's run of one operation, and those of the steps below it. */
export class RunTrace {
  private readonly span: Span;
  private innermost: string | null;

  /** Work that nobody asked for, e.g. of a reconciler, is a trace of its own. */
  constructor(private readonly op: ClaimedOperation) {
    this.span = beginSpan(`operation ${op.kind}`, {
      kind: 'consumer',
      parent: op.traceparent,
      beginsTrace: true,
      attributes: {
        'isthmus.operation.id': op.id,
        'isthmus.operation.kind': op.kind,
        'isthmus.operation.attempt': op.attempt,
        'isthmus.operation.direction': op.direction,
        'isthmus.request_id': op.requestId,
        'isthmus.project_id': op.projectId,
      },
    });
    this.innermost = this.span.traceparent;
  }

  /** Of the run. */
  get traceparent(): string | null {
    return this.span.traceparent;
  }

  /** Of the step in hand, else of the run. */
  get current(): string | null {
    return this.innermost;
  }

  /** One attempt of one direction of a step; there is one at a time. */
  async step<T>(direction: 'do' | 'undo', name: string, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    const attributes = {
      'isthmus.operation.id': this.op.id,
      'isthmus.step': name,
      'isthmus.direction': direction,
      'isthmus.project_id': this.op.projectId,
    };
    const work = (traceparent: string | null): Promise<T> => {
      this.innermost = traceparent;
      return attempt();
    };
    const errorIn = (thrown: unknown): string => (signal.aborted ? 'interrupted' : toProblem(thrown).code);
    try {
      return await inSpan(`${direction} ${name}`, { parent: this.traceparent, attributes }, work, errorIn);
    } finally {
      this.innermost = this.traceparent;
    }
  }

  /** @param outcome how the run left the operation */
  end(outcome: string): void {
    this.span.tell({ 'isthmus.operation.outcome': outcome });
    this.span.end(WELL.has(outcome) ? undefined : outcome);
  }
}
