import type { ServiceName } from '@isthmus/contracts';
import type { AuditFacts, RequestEnvelope } from './envelope';

/** A resource as a view tells it. */
export interface SeenResource {
  id: string;
}

/** Who asks, for whom, and until when: the second argument of every handler (`@Ctx()`). */
export class RpcContext {
  readonly pattern: string;
  readonly requestId: string;
  /** By which the one who asked knows the request: not unique, and nothing to dedupe by. */
  readonly correlationId: string;
  readonly projectId: string;
  readonly principal: string;
  readonly caller: string;
  /** Null when no user has asked for it by the API; then it is not audited. */
  readonly audit: AuditFacts | null;
  /** What is asked, as it came. */
  readonly data: unknown;
  private views: SeenResource[] = [];

  /**
   * @param deadline on this process's clock; after it nobody waits for the answer
   * @param traceparent of the span in which it is handled
   */
  constructor(
    readonly service: ServiceName,
    request: RequestEnvelope,
    readonly deadline: Date,
    readonly traceparent: string | null = request.traceparent ?? null,
  ) {
    this.pattern = request.pattern;
    this.requestId = request.requestId;
    this.correlationId = typeof request.correlationId === 'string' ? request.correlationId : request.requestId;
    this.projectId = request.projectId;
    this.principal = request.principal;
    this.caller = request.caller;
    this.audit = request.audit ?? null;
    this.data = request.data;
  }

  /** What was recorded of the resources that the command changes or deletes, as they were before it. */
  get before(): readonly SeenResource[] {
    return this.views;
  }

  /** Called under the resource's lock, with what its readers are told of it. */
  recordBefore(view: SeenResource): void {
    this.views.push(view);
  }

  /** The command begins, perhaps again because its transaction has lost a race. */
  forgetBefore(): void {
    this.views = [];
  }
}
