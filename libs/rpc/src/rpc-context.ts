import type { ServiceName } from '@isthmus/contracts';
import type { RequestEnvelope } from './envelope';

/** Who asks, for whom, and until when: the second argument of every handler (`@Ctx()`). */
export class RpcContext {
  readonly pattern: string;
  readonly requestId: string;
  readonly projectId: string;
  readonly principal: string;
  readonly caller: string;
  readonly traceparent: string | null;

  /** @param deadline on this process's clock; after it nobody waits for the answer */
  constructor(
    readonly service: ServiceName,
    request: RequestEnvelope,
    readonly deadline: Date,
  ) {
    this.pattern = request.pattern;
    this.requestId = request.requestId;
    this.projectId = request.projectId;
    this.principal = request.principal;
    this.caller = request.caller;
    this.traceparent = request.traceparent ?? null;
  }
}
