import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';
import type { OperationView } from '@isthmus/model';
import { OutboxRelay } from '@isthmus/outbox';
import { WakeQueue, WakeWorker } from '@isthmus/queue';
import { Signals } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import { acceptOperation, type Acceptance } from './accept';
import { DEFAULT_RETRIES, Execution, type ExecutionOutcome, type ExecutionProbe, type RetryPolicy } from './execution';
import { Journal } from './journal';
import type { SagaClass, SagaRegistry } from './registry';
import { Sweeper } from './sweeper';

/** Wakes whoever waits for an operation; the payload is its id, the truth is the row. */
export const OPERATION_DONE = 'operation-done';

export interface OperationEngineOptions {
  /** Name of the service, of its queue, and of its operations. */
  service: string;
  redisUrl: string;
  /** Operations in hand at once. */
  concurrency?: number;
  /** How long a worker may be silent before another one takes its operation. */
  leaseMs?: number;
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
  private isDraining = false;

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
    this.sweeper = new Sweeper(database, service, logger, () => this.relay.wake());
  }

  /** Accepts work in `tx`; a worker is woken right after the commit. Throws `busy`. */
  async accept<Input>(tx: Tx, sagaClass: SagaClass<Input>, acceptance: Acceptance<Input>): Promise<OperationView> {
    const operation = await acceptOperation(tx, this.options.service, this.registry.ofClass(sagaClass), acceptance);
    tx.afterCommit(() => this.relay.wake());
    return operation;
  }

  onApplicationBootstrap(): void {
    this.worker = new WakeWorker({
      service: this.options.service,
      redisUrl: this.options.redisUrl,
      concurrency: this.options.concurrency ?? 32,
      handle: (operationId) => this.work(operationId),
      onError: (error) => this.logRedis(error),
    });
    this.relay.start();
    this.sweeper.start();
  }

  /** Runs before the database closes: steps in hand are finished, the rest is handed to other replicas. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    for (const execution of this.running) execution.drain();
    await this.worker?.drain();
    await this.sweeper.stop();
    await this.relay.stop();
    await this.queue.close();
  }

  /** Claims and executes one operation; `fenced` when there is nothing to do. */
  async execute(operationId: string): Promise<ExecutionOutcome> {
    const op = await this.journal.claim(operationId);
    if (!op) return 'fenced';
    const { retries = DEFAULT_RETRIES, probe = {} } = this.options;
    const parts = { database: this.database, journal: this.journal, retries, logger: this.logger, probe };
    const execution = new Execution(parts, this.registry.get(op.kind), op);
    const renewal = setInterval(() => void this.renew(execution, op), this.leaseMs / 3);
    this.running.add(execution);
    if (this.isDraining) execution.drain();
    try {
      const outcome = await execution.execute();
      if (outcome === 'released') this.relay.wake();
      else if (outcome !== 'fenced') this.signals.publish(OPERATION_DONE, op.id);
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
      if (!(await this.journal.renew(op))) execution.fence();
    } catch (error) {
      this.logger.warn({ operationId: op.id, err: error }, 'a lease could not be renewed');
    }
  }

  private logRedis(error: Error): void {
    this.logger.warn({ err: error.message }, 'the queue is away or lost its jobs; PostgreSQL has them all');
  }
}
