// The prototype's other half: takes a job, ends its operation, tells whoever waits.
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { connectionTo, DONE, QUEUE } from './prototype-tables.mjs';

const FINISH = {
  name: 'finish',
  text: `WITH ended AS (
           UPDATE prototype.operation SET state = 'success', finished_at = now() WHERE id = $1 AND state = 'pending'
           RETURNING id)
         DELETE FROM prototype.outbox USING ended WHERE operation_id = ended.id`,
};

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
const publisher = new Redis(process.env.REDIS_URL);
const worker = new Worker(
  QUEUE,
  async ({ data }) => {
    await pool.query({ ...FINISH, values: [data.operationId] });
    await publisher.publish(DONE, data.operationId);
  },
  { connection: connectionTo(process.env.REDIS_URL), concurrency: 32 },
);
await worker.waitUntilReady();

process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send({});
