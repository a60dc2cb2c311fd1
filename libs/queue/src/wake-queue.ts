import { Queue } from 'bullmq';
import { connectionTo } from './connection';
import { measureQueue } from './queue.metrics';

/** All keys of BullMQ share one hash slot, so that Redis Cluster serves. */
export const QUEUE_PREFIX = '{queue}';

/** A wake-up call: "look at this operation". It carries no data, because PostgreSQL has it all. */
export interface WakeUp {
  /** Id of the outbox row; BullMQ drops a second job of the same id. No ":" in it. */
  id: string;
  operationId: string;
}

/** The sending side of a service's BullMQ queue. Fails fast while Redis is away: the outbox keeps the row. */
export class WakeQueue {
  private readonly queue: Queue;
  private readonly stopMeasuring: () => void;

  constructor(service: string, redisUrl: string, onError: (error: Error) => void) {
    this.queue = new Queue(service, {
      prefix: QUEUE_PREFIX,
      connection: connectionTo(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false }),
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
      skipMetasUpdate: true,
      skipVersionCheck: true,
    });
    this.queue.on('error', onError);
    this.stopMeasuring = measureQueue(service, () => this.queue.getJobCounts('waiting', 'active'));
  }

  /** Resolves when Redis has the jobs; rejects when it may not have them. */
  async add(wakeUps: readonly WakeUp[]): Promise<void> {
    await this.queue.addBulk(
      wakeUps.map(({ id, operationId }) => ({ name: 'wake', data: { operationId }, opts: { jobId: id } })),
    );
  }

  async close(): Promise<void> {
    this.stopMeasuring();
    await this.queue.close();
  }
}
