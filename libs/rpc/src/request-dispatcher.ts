import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Pong, ServiceName } from '@isthmus/contracts';
import { ProblemError, toProblem } from '@isthmus/problem';
import { loggedIds, type Logger } from '@isthmus/telemetry';
import type { BusKeys } from './bus-keys';
import { encodeAnswer, encodeProblem, parseRequest, type RequestEnvelope } from './envelope';
import { ignoreOutage } from './connection';
import type { RedisClock } from './redis-clock';
import type { ReplyWriter } from './reply-writer';
import type { Entry, RequestStream } from './request-stream';
import { RpcContext } from './rpc-context';
import { serverDuration } from './rpc.metrics';
import { beginRpcSpan, endRpcSpan } from './rpc.spans';

interface Parts {
  service: ServiceName;
  instance: string;
  /** How many requests are handled at the same time; the rest stays in Redis, where other replicas can take it. */
  concurrency: number;
  handlers: ReadonlyMap<string, MessageHandler>;
  stream: RequestStream;
  replies: ReplyWriter;
  clock: RedisClock;
  keys: BusKeys;
  logger: Logger;
}

/** Takes one delivery after the other to its handler, and the answer to the reply writer. */
export class RequestDispatcher {
  /** Entry id by call, for those with a handler at work. */
  private readonly inFlight = new Map<string, string>();
  private onFinished: (() => void)[] = [];

  constructor(private readonly parts: Parts) {}

  get freeSlots(): number {
    return this.parts.concurrency - this.inFlight.size;
  }

  /** The entries whose handlers are at work. */
  get entryIds(): Set<string> {
    return new Set(this.inFlight.values());
  }

  /** Resolves when no handler is at work. */
  async untilIdle(): Promise<void> {
    while (this.inFlight.size > 0) await this.nextFinished();
  }

  accept(entry: Entry): void {
    const { replies, clock, handlers, service, instance } = this.parts;
    const request = entry.body === undefined ? undefined : parseRequest(entry.body);
    if (!request) {
      this.bury(entry, 'unparsable');
      return;
    }
    const deadline = clock.deadlineOf(entry.id, request);
    const call = `${request.replyTo} ${request.id}`;
    // Nobody waits for it any more, or it was sent again while its first delivery is at work here.
    if (deadline <= Date.now() || this.inFlight.has(call)) {
      replies.discard(entry.id);
      return;
    }
    if (!this.parts.keys.isGenuine(request.caller, entry.body ?? '', entry.signature)) {
      this.parts.logger.warn({ entryId: entry.id, caller: request.caller }, 'a request is not signed by its caller');
      const problem = new ProblemError('unauthenticated', `This request is not signed by ${request.caller}.`);
      replies.finish(entry.id, request.replyTo, encodeProblem(request.id, problem));
      return;
    }
    if (request.pattern === 'health.ping') {
      const pong: Pong = { service, instance };
      replies.finish(entry.id, request.replyTo, encodeAnswer(request.id, pong));
      return;
    }
    const handler = handlers.get(request.pattern);
    if (!handler) {
      const problem = new ProblemError('unsupported', `The ${service} service knows no ${request.pattern}.`);
      replies.finish(entry.id, request.replyTo, encodeProblem(request.id, problem));
      return;
    }
    this.inFlight.set(call, entry.id);
    void this.handle(call, entry.id, request, new Date(deadline), handler);
  }

  /** An entry that was delivered too often goes to the dead letters, and its caller hears of it. */
  reject(entry: Entry): void {
    const request = entry.body === undefined ? undefined : parseRequest(entry.body);
    if (request) {
      const problem = toProblem(new Error('undeliverable'));
      this.parts.replies.finish(entry.id, request.replyTo, encodeProblem(request.id, problem));
    }
    this.bury(entry, 'undeliverable');
  }

  private async handle(
    call: string,
    entryId: string,
    request: RequestEnvelope,
    deadline: Date,
    handler: MessageHandler,
  ): Promise<void> {
    const { service } = this.parts;
    const { pattern } = request;
    const span = beginRpcSpan('server', service, request);
    let reply: string;
    let problem: ProblemError | undefined;
    const startedAtMs = performance.now();
    try {
      const context = new RpcContext(service, request, deadline, span.traceparent);
      const result: unknown = await handler(request.data, context);
      const answer = isObservable(result) ? await lastValueFrom(result, { defaultValue: null }) : result;
      reply = encodeAnswer(request.id, answer);
    } catch (thrown) {
      problem = this.problemIn(thrown, request);
      reply = encodeProblem(request.id, problem);
    }
    const seconds = (performance.now() - startedAtMs) / 1_000;
    serverDuration.observe({ service, pattern, outcome: problem?.code ?? 'ok' }, seconds);
    endRpcSpan(span, problem);
    this.parts.replies.finish(entryId, request.replyTo, reply);
    this.inFlight.delete(call);
    this.wake();
  }

  private problemIn(thrown: unknown, request: RequestEnvelope): ProblemError {
    const problem = toProblem(thrown);
    if (problem.code === 'fault') {
      const { correlationId, requestId, pattern, caller, traceparent } = request;
      const ids = loggedIds({ requestId: correlationId ?? requestId, traceparent });
      this.parts.logger.error({ err: thrown, ...ids, commandId: requestId, pattern, caller }, 'a request failed');
    }
    return problem;
  }

  private bury(entry: Entry, reason: 'unparsable' | 'undeliverable'): void {
    this.parts.logger.error({ entryId: entry.id, reason }, 'a request goes to the dead letters');
    // Lost in an outage: the entry is still pending, and the next claim finds it.
    this.parts.stream.bury(entry, reason).catch(ignoreOutage);
  }

  /** Resolves when the next handler has finished. */
  nextFinished(): Promise<void> {
    return new Promise((resolve) => this.onFinished.push(resolve));
  }

  /** Lets go of who waits in `nextFinished`. */
  wake(): void {
    if (this.onFinished.length === 0) return;
    const waiting = this.onFinished;
    this.onFinished = [];
    for (const resolve of waiting) resolve();
  }
}
