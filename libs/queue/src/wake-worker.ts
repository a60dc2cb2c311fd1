import { Worker } from 'bullmq';
import { connectionTo } from './connection';
import { QUEUE_PREFIX } from './wake-queue';

export interface WakeWorkerOptions {
  service: string;
  redisUrl: string;
  /** Jobs in hand at once. */
  concurrency: number;
  /** Must not throw: what goes wrong is in PostgreSQL, and a job is never tried again by BullMQ. */
  handle: (operationId: string) => Promise<void>;
  onError: (error: Error) => void;
}

/** The receiving side of a service's BullMQ queue: it reconnects for ever and forgets every job it has handled. */
export class WakeWorker {
  private readonly worker: Worker<{ operationId: string }>;

  constructor(options: WakeWorkerOptions) {
    this.worker = new Worker(options.service, (job) => options.handle(job.data.operationId), {
      prefix: QUEUE_PREFIX,
      connection: connectionTo(options.redisUrl, { maxRetriesPerRequest: null }),
      concurrency: options.concurrency,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      maxStalledCount: 1,
      skipVersionCheck: true,
    });
    this.worker.on('error', options.onError);
  }

  /** Takes no more jobs and resolves when those in hand are done. */
  async drain(): Promise<void> {
    await this.worker.close();
  }
}
