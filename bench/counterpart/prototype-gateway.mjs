// The least that can keep the promise of a POST: operation and outbox row in one transaction, a job, and a worker in
// another process that ends the operation. The answer waits for the end, as the settle window of the gateway does.
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import pg from 'pg';
import { connectionTo, DONE, QUEUE, TABLES } from './prototype-tables.mjs';

const SETTLE_WINDOW_MS = 1_000;
const INSERT_OPERATION = {
  name: 'operation',
  text: 'INSERT INTO prototype.operation (id, name) VALUES ($1, $2)',
};
const INSERT_OUTBOX = { name: 'outbox', text: 'INSERT INTO prototype.outbox (operation_id) VALUES ($1)' };
const FIND = { name: 'find', text: 'SELECT id, state FROM prototype.operation WHERE id = $1' };

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
await pool.query(TABLES);
const queue = new Queue(QUEUE, { connection: connectionTo(process.env.REDIS_URL) });
const waiters = new Map();
const subscriber = new Redis(process.env.REDIS_URL);
subscriber.on('message', (_channel, id) => waiters.get(id)?.());
await subscriber.subscribe(DONE);

const app = fastify();

app.post('/v2/private-network', async (request) => {
  const id = randomUUID();
  const ended = settled(id);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query({ ...INSERT_OPERATION, values: [id, request.body.name] });
    await client.query({ ...INSERT_OUTBOX, values: [id] });
    await client.query('COMMIT');
  } finally {
    client.release();
  }
  await queue.add('wake', { operationId: id }, { removeOnComplete: true, removeOnFail: true });
  await ended;
  return find(id);
});

app.get('/v2/operation/:id', (request) => find(request.params.id));

async function find(id) {
  const { rows } = await pool.query({ ...FIND, values: [id] });
  return { ...rows[0], reference: { id, link: `/v2/private-network/${id}`, command: 'get-private-network' } };
}

/** Resolves when the worker says so, or when the window has passed. */
function settled(id) {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, SETTLE_WINDOW_MS);
    waiters.set(id, finish);
    function finish() {
      clearTimeout(timer);
      waiters.delete(id);
      resolve();
    }
  });
}

process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
