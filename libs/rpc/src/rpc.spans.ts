import type { ServiceName } from '@isthmus/contracts';
import type { ProblemError } from '@isthmus/problem';
import { beginSpan, type Span } from '@isthmus/telemetry';

interface TracedCall {
  pattern: string;
  /** The command's own id. */
  requestId: string;
  /** Empty for none. */
  projectId: string;
  traceparent?: string | null;
}

/** The span of one call, on the side that asks (`client`) or on the one that answers (`server`). */
export function beginRpcSpan(kind: 'client' | 'server', service: ServiceName, call: TracedCall): Span {
  return beginSpan(`${service}/${call.pattern}`, {
    kind,
    parent: call.traceparent,
    attributes: {
      'rpc.system': 'isthmus',
      'rpc.service': service,
      'rpc.method': call.pattern,
      'isthmus.command_id': call.requestId,
      'isthmus.project_id': call.projectId || undefined,
    },
  });
}

/** A refusal is an answer; what could not be done is an error. */
export function endRpcSpan(span: Span, problem: ProblemError | undefined): void {
  span.tell({ 'isthmus.outcome': problem?.code ?? 'ok' });
  span.end(problem && problem.http >= 500 ? problem.code : undefined);
}
