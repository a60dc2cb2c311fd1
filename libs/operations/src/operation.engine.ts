import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';
import type { OperationView } from '@isthmus/model';
import { OutboxRelay } from '@isthmus/outbox';
import { WakeQueue, WakeWorker } from '@isthmus/queue';
import { Signals } from '@isthmus/rpc';
import { loggedIds, type Logger } from '@isthmus/telemetry';
import { acceptOperation, type Acceptance } from './accept';
import { Execution, type ExecutionOutcome, type ExecutionProbe } from './execution';
import { Journal } from './journal';
import { acceptedOperations, measureOperations, operationDuration } from './operation.metrics';
import { DEFAULT_RETRIES, type RetryPolicy } from './retry';
import type { SagaClass, SagaRegistry } from './registry';
import { Sweeper } from './sweeper';

/** Wakes whoever waits for an operation; the payload is its id, the truth is the row. */
export const OPERATION_DONE = 'operation-done';
/** Tells the worker of an operation to look at its row: a client has asked to call it off. */
export const OPERATION_CANCEL = 'operation-cancel';

export interface OperationEngineOptions {
  /** Name of the service, of its queue, and of its operations. */
  service: string;
  redisUrl: string;
  /** Operations in hand at once. */
  concurrency?: number;
  /** How long a worker may be silent before another one takes its operation. */
  leaseMs?: number;
  /** In place of what the sagas say. */
  deadlineMs?: number;
  /** How often operations are looked for that nobody works on. */
  sweepEveryMs?: number;
  retries?: RetryPolicy;
  probe?: ExecutionProbe;
}

/** Accepts, runs and ends the operations of one service: relay, worker and sweeper in one replica. */
export class OperationEngine implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly relay: OutboxRelay;
  private readonly sweeper: Sweeper;
  private readonly journal: Journal;
  private readonly queue: WakeQueue;
  private worker: WakeWorker | undefined;
  private readonly running = new Set<Execution>();
  private readonly leaseMs: number;
  private listening: Promise<() => void> | undefined;
  private isDraining = false;
  private stopMeasuring: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly signals: Signals,
    readonly registry: SagaRegistry,
    private readonly logger: Logger,
    private readonly options: OperationEngineOptions,
  ) {
    const { service, redisUrl } = options;
    this.leaseMs = options.leaseMs ?? 10_000;
    this.journal = new Journal(database, this.leaseMs);
    this.queue = new WakeQueue(service, redisUrl, (error) => this.logRedis(error));
    this.relay = new OutboxRelay(database, this.queue, service, logger);
    const { sweepEveryMs = 1_000 } = options;
    this.sweeper = new Sweeper(database, service, logger, () => this.relay.wake(), sweepEveryMs);
  }

  /** Accepts work in `tx`; a worker is woken right after the commit. Throws `busy`. */
  async accept<Input>(tx: Tx, sagaClass: SagaClass<Input>, acceptance: Acceptance<Input>): Promise<OperationView> {
    const { service, deadlineMs } = this.options;
    const operation = await acceptOperation(tx, service, this.registry.ofClass(sagaClass), acceptance, deadlineMs);
    tx.afterCommit(() => {
      acceptedOperations.add({ service, kind: operation.kind });
      this.relay.wake();
    });
    return operation;
  }

  onApplicationBootstrap(): void {
    this.listening = this.signals.subscribe(OPERATION_CANCEL, (id) => this.hearCancel(id));
    this.worker = new WakeWorker({
      service: this.options.service,
      redisUrl: this.options.redisUrl,
      concurrency: this.options.concurrency ?? 32,
      handle: (operationId) => this.work(operationId),
      onError: (error) => this.logRedis(error),
    });
    this.stopMeasuring = measureOperations(this.database, this.options.service, () => this.running.size);
    this.relay.start();
    this.sweeper.start();
  }

  /** Runs before the database closes: steps in hand are finished, the rest is handed to other replicas. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    this.stopMeasuring?.();
    for (const execution of this.running) execution.drain();
    await this.worker?.drain();
    await this.listening?.then((stop) => stop());
    await this.sweeper.stop();
    await this.relay.stop();
    await this.queue.close();
  }

  /** Claims and executes one operation; `fenced` when there is nothing to do. */
  async execute(operationId: string): Promise<ExecutionOutcome> {
    const op = await this.journal.claim(operationId);
    if (!op) return 'fenced';
    const { service, retries = DEFAULT_RETRIES, probe = {} } = this.options;
    const parts = { service, database: this.database, journal: this.journal, retries, logger: this.logger, probe };
    const execution = new Execution(parts, this.registry.get(op.kind), op);
    const renewal = setInterval(() => void this.renew(execution, op), this.leaseMs / 3);
    this.running.add(execution);
    if (this.isDraining) execution.drain();
    try {
      const outcome = await execution.execute();
      if (outcome === 'released') this.relay.wake();
      else if (outcome !== 'fenced') {
        operationDuration.observe({ service, kind: op.kind, state: outcome }, execution.ageMs / 1_000);
        this.signals.publish(OPERATION_DONE, op.id);
      }
      return outcome;
    } finally {
      clearInterval(renewal);
      this.running.delete(execution);
    }
  }

  private async work(operationId: string): Promise<void> {
    try {
      await this.execute(operationId);
    } catch (error) {
      // PostgreSQL went away in the middle: the lease runs out and the sweeper sends somebody.
      this.logger.error({ operationId, err: error }, 'an operation was left to the sweeper');
    }
  }

  private async renew(execution: Execution, op: Parameters<Journal['renew']>[0]): Promise<void> {
    try {
      const standing = await this.journal.renew(op);
      if (!standing) execution.fence();
      else if (standing.isCancelRequested) execution.cancel();
    } catch (error) {
      const { id: operationId, requestId, traceparent } = op;
      const ids = loggedIds({ requestId, operationId, traceparent });
      this.logger.warn({ ...ids, err: error }, 'a lease could not be renewed');
    }
  }

  /** Whoever has it stops; if nobody has it, somebody is woken for it. A lost signal is made good by the next renewal. */
  private hearCancel(operationId: string): void {
    for (const execution of this.running) {
      if (execution.operationId !== operationId) continue;
      execution
        .lookForCancel()
        .catch((error: unknown) => this.logger.warn({ operationId, err: error }, 'a cancellation is read later'));
    }
    this.relay.wake();
  }

  private logRedis(error: Error): void {
    this.logger.warn({ err: error.message }, 'the queue is away or lost its jobs; PostgreSQL has them all');
  }
}
