import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { CallMap, HealthCalls, Pong, ServiceName } from '@isthmus/contracts';
import { ProblemError } from '@isthmus/problem';
import type { Span } from '@isthmus/telemetry';
import { BusKeys } from './bus-keys';
import type { BusLink } from './bus-link';
import { gatherWrites, ignoreOutage } from './connection';
import {
  type AuditFacts,
  parseReplies,
  rebuildProblem,
  REQUEST_FIELD,
  type Reply,
  type RequestEnvelope,
  requestStreamOf,
  SIGNATURE_FIELD,
} from './envelope';
import { clientDuration } from './rpc.metrics';
import { beginRpcSpan, endRpcSpan } from './rpc.spans';

/** What a caller says about a call. */
export interface CallContext {
  projectId: string;
  principal: string;
  /** Identity of the command, for deduplication and undo. A random UUID when absent: then nobody can repeat the call. */
  requestId?: string;
  /** By which the one who asked knows the whole request, where that is not the command's own id. */
  correlationId?: string;
  traceparent?: string;
  /** Only for what a user has asked for by the API: the command is audited then. Never handed on from service to service. */
  audit?: AuditFacts;
  /** Total time, resends included. Default 5,000. */
  timeoutMs?: number;
}

export interface RpcCallerOptions {
  /** Calls that may wait for an answer at the same time; one more is refused. Default 2,000. */
  maxInFlight?: number;
  /** Patience before the first resend; doubles with each. Default 1,000. */
  firstAttemptMs?: number;
  /** By which it proves its name. Default: those of `BUS_KEYS`. */
  keys?: BusKeys;
}

interface PendingCall {
  id: number;
  service: ServiceName;
  pattern: string;
  startedAtMs: number;
  span: Span;
  stream: string;
  /** Epoch ms. */
  deadline: number;
  /** The envelope as JSON, but for its last member, which each attempt adds. */
  openBody: string;
  attemptMs: number;
  timer: NodeJS.Timeout | undefined;
  /** The stream entries of the attempts that reached Redis. */
  entryIds: string[];
  resolve: (answer: unknown) => void;
  reject: (problem: ProblemError) => void;
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** A service that is away for long must not fill Redis; what is cut off here was given up by its caller long before. */
const STREAM_LENGTH = 100_000;

/**
 * Calls services over Redis Streams. A request or reply that is lost is healed by resending under the same request id
 * until the deadline; an answer, also a retryable problem, is final here: whether to try again is the service's choice.
 */
@Injectable()
export class RpcCaller implements OnApplicationShutdown {
  private readonly pending = new Map<number, PendingCall>();
  private readonly maxInFlight: number;
  private readonly firstAttemptMs: number;
  private readonly keys: BusKeys;
  private lastId = 0;

  constructor(
    private readonly link: BusLink,
    options: RpcCallerOptions = {},
  ) {
    this.maxInFlight = options.maxInFlight ?? 2_000;
    this.firstAttemptMs = options.firstAttemptMs ?? 1_000;
    this.keys = options.keys ?? BusKeys.parse(process.env.BUS_KEYS);
    void link.listen(link.replyTo, (message) => {
      for (const reply of parseReplies(message)) this.settle(reply);
    });
    // What waits was sent into the outage, or lost in it, or never sent.
    link.onUp(() => this.resendAll());
  }

  /**
   * Sends `data` to one replica of `service` and answers what its handler answered, null for nothing.
   * Errors: the callee's ProblemError; `unavailable` when Redis is away or too many calls are waiting;
   * `deadline-exceeded` when no answer came in time, in which case the work may or may not have been done.
   */
  call<Calls extends CallMap<Calls>, P extends keyof Calls & string>(
    service: ServiceName,
    pattern: P,
    data: Calls[P]['request'],
    context: CallContext,
  ): Promise<Calls[P]['response']> {
    if (this.pending.size >= this.maxInFlight) {
      const detail = 'Too many requests are waiting for an answer; try again shortly.';
      return Promise.reject(new ProblemError('unavailable', detail, { retryAfterSeconds: 1 }));
    }
    return new Promise<unknown>((resolve, reject) => {
      const now = Date.now();
      const request = this.requestFor(pattern, data, context, now);
      const span = beginRpcSpan('client', service, request);
      request.traceparent = span.traceparent;
      const call: PendingCall = {
        id: request.id,
        service,
        pattern,
        startedAtMs: performance.now(),
        span,
        stream: requestStreamOf(service),
        deadline: request.deadline,
        openBody: JSON.stringify(request).slice(0, -1),
        attemptMs: this.firstAttemptMs,
        timer: undefined,
        entryIds: [],
        resolve,
        reject,
      };
      this.pending.set(call.id, call);
      this.send(call, now);
    });
  }

  /** Calls can be sent and answered at this moment. */
  get isUp(): boolean {
    return this.link.isUp;
  }

  /** `call` bound to one service, so that types are inferred: `caller.to<IpamCalls>('ipam')('subnet.list', …)`. */
  to<Calls extends CallMap<Calls>>(service: ServiceName) {
    return <P extends keyof Calls & string>(
      pattern: P,
      data: Calls[P]['request'],
      context: CallContext,
    ): Promise<Calls[P]['response']> => this.call<Calls, P>(service, pattern, data, context);
  }

  /** A real round trip to one replica of `service`. */
  ping(service: ServiceName, timeoutMs: number): Promise<Pong> {
    const context = { projectId: '', principal: this.link.caller, timeoutMs };
    return this.call<HealthCalls, 'health.ping'>(service, 'health.ping', {}, context);
  }

  onApplicationShutdown(): void {
    for (const call of this.pending.values()) {
      this.giveUp(call, new ProblemError('unavailable', 'The service is stopping; try again shortly.'));
    }
    this.link.close();
  }

  private requestFor(
    pattern: string,
    data: unknown,
    context: CallContext,
    now: number,
  ): Omit<RequestEnvelope, 'sentAt'> {
    return {
      id: ++this.lastId,
      requestId: context.requestId ?? randomUUID(),
      correlationId: context.correlationId,
      pattern,
      deadline: now + (context.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      caller: this.link.caller,
      replyTo: this.link.replyTo,
      projectId: context.projectId,
      principal: context.principal,
      traceparent: context.traceparent ?? null,
      audit: context.audit,
      data,
    };
  }

  private send(call: PendingCall, now: number): void {
    const remainingMs = call.deadline - now;
    call.timer = setTimeout(() => this.onSilence(call), Math.min(call.attemptMs, remainingMs));
    call.attemptMs *= 2;
    // While the link is down the call just waits: it is sent when the link is up again, unless its deadline is first.
    if (!this.link.isUp || remainingMs <= 0) return;
    gatherWrites(this.link.commands);
    this.link.commands
      .xadd(call.stream, 'MAXLEN', '~', STREAM_LENGTH, '*', ...this.fieldsOf(`${call.openBody},"sentAt":${now}}`))
      .then((entryId) => void call.entryIds.push(entryId as string), ignoreOutage);
  }

  private fieldsOf(text: string): string[] {
    const signature = this.keys.sign(this.link.caller, text);
    return signature === undefined ? [REQUEST_FIELD, text] : [REQUEST_FIELD, text, SIGNATURE_FIELD, signature];
  }

  private onSilence(call: PendingCall): void {
    const now = Date.now();
    if (now < call.deadline) {
      this.send(call, now);
      return;
    }
    const isLost = !this.link.isUp || call.entryIds.length === 0;
    const problem = isLost
      ? new ProblemError('unavailable', 'The internal bus is away; try again shortly.')
      : new ProblemError('deadline-exceeded', 'No answer came in time; the work may or may not have been done.');
    this.giveUp(call, problem);
  }

  private resendAll(): void {
    const now = Date.now();
    for (const call of this.pending.values()) {
      clearTimeout(call.timer);
      call.attemptMs = this.firstAttemptMs;
      this.send(call, now);
    }
  }

  private settle(reply: Reply): void {
    const call = this.pending.get(reply.id);
    // An answer that comes twice, or after its caller gave up.
    if (!call) return;
    this.forget(call);
    if (call.entryIds.length > 1) this.withdraw(call);
    if ('problem' in reply) {
      const problem = rebuildProblem(reply.problem);
      endCall(call, problem);
      call.reject(problem);
    } else {
      endCall(call);
      call.resolve(reply.answer);
    }
  }

  private giveUp(call: PendingCall, problem: ProblemError): void {
    this.forget(call);
    this.withdraw(call);
    endCall(call, problem);
    call.reject(problem);
  }

  private forget(call: PendingCall): void {
    clearTimeout(call.timer);
    this.pending.delete(call.id);
  }

  /** Takes back attempts that nobody has read, so that a service that lags behind is not busy with old questions. */
  private withdraw(call: PendingCall): void {
    if (call.entryIds.length === 0 || !this.link.isUp) return;
    this.link.commands.xdel(call.stream, ...call.entryIds).catch(ignoreOutage);
  }
}

function endCall({ service, pattern, startedAtMs, span, entryIds }: PendingCall, problem?: ProblemError): void {
  const labels = { service, pattern, outcome: problem?.code ?? 'ok' };
  clientDuration.observe(labels, (performance.now() - startedAtMs) / 1_000);
  if (entryIds.length > 1) span.tell({ 'isthmus.rpc.sent': entryIds.length });
  endRpcSpan(span, problem);
}
