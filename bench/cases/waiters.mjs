import { Agent, request } from 'node:http';
import { Redis } from 'ioredis';
import { httpClient } from '../harness/http-client.mjs';
import { closedLoop } from '../harness/load.mjs';
import { residentMiB } from '../harness/machine.mjs';

const WAITERS = 2_000;
/** So many connections are opened at once: the kernel queues no more than some hundred for a server. */
const AT_ONCE = 100;
const WAIT_S = 60;
const GATEWAY = 'api-gateway';
const MANAGED = { name: 'bench', 'start-ip': '10.0.0.20', 'end-ip': '10.0.0.200', netmask: '255.255.255.0' };
const SESSIONS = `SELECT count(*)::int FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'isthmus-gateway'`;

/** What 2,000 long polls for one operation cost the gateway, and how soon the last of them is answered. */
export const waiters = {
  name: 'waiters',
  title: `${WAITERS} concurrent GET /v1/operations/{id}/wait on one gateway`,
  columns: ['what', 'before', 'with them', 'more', 'target'],
  async run({ plan, stack, database, headers }) {
    const client = httpClient(stack.url, headers);
    const agent = new Agent({ keepAlive: true, noDelay: true });
    const redis = new Redis(stack.stores.redis.url);
    const gauge = () => gaugeOf(stack, database, redis);
    // Without addresses the operation stays pending.
    const { id, release } = await hold(stack, client);
    try {
      const path = `/v1/operations/${id}`;
      // All of the pools is open and all of the code compiled before anything is counted.
      await closedLoop({ clients: 64, durationMs: plan.windowMs, work: () => client.send('GET', path) });
      const before = await gauge();
      const startedMs = performance.now();
      const waiting = await startWaiters(agent, `${stack.url}${path}/wait?timeout=${WAIT_S}`, headers);
      // The gateway reads for each waiter first, in turn: when one that came last is answered, all the others wait.
      await client.send('GET', path);
      const startMs = performance.now() - startedMs;
      const held = await gauge();
      if (waiting.answered > 0) throw new Error(`${waiting.answered} waiters were answered while the work was held`);
      release();
      const lastMs = await lastAnswerMs(waiting.answers);
      return rows(before, held, startMs, lastMs);
    } finally {
      release();
      redis.disconnect();
      agent.destroy();
      client.close();
    }
  },
};

async function hold(stack, client) {
  const ipam = stack.services.get('ipam-svc');
  const release = () => void ipam.kill('SIGCONT');
  ipam.kill('SIGSTOP');
  try {
    const { id, state } = await client.send('POST', '/v2/private-network', MANAGED);
    if (state !== 'pending') throw new Error(`the operation is ${state}, though it is held`);
    return { id, release };
  } catch (error) {
    release();
    throw error;
  }
}

async function gaugeOf(stack, database, redis) {
  const { rows } = await database.query(SESSIONS);
  const clients = await redis.client('LIST');
  return {
    'resident memory of the gateway, MiB': residentMiB(stack.services.get(GATEWAY).pid),
    'database connections of the gateway': rows[0].count,
    'clients of Redis': clients.trim().split('\n').length,
  };
}

/** Resolves when all requests have been sent; `answers` holds what becomes of them. */
async function startWaiters(agent, url, headers) {
  const waiting = { answers: [], answered: 0 };
  while (waiting.answers.length < WAITERS) {
    const batch = Array.from({ length: AT_ONCE }, () => startWaiter(agent, url, headers));
    for (const { answer } of batch) {
      const counted = answer.finally(() => waiting.answered++);
      // Whoever waits for the answers is told; until then nobody does.
      counted.catch(() => undefined);
      waiting.answers.push(counted);
    }
    await Promise.all(batch.map(({ sent, answer }) => Promise.race([sent, answer])));
  }
  return waiting;
}

function startWaiter(agent, url, headers) {
  const outgoing = request(url, { agent, headers });
  const sent = new Promise((resolve) => outgoing.once('finish', resolve));
  const answer = new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk) => (text += chunk));
      incoming.once('end', () => resolve({ status: incoming.statusCode, text, atMs: Date.now() }));
      incoming.once('error', reject);
    });
  });
  outgoing.end();
  return { sent, answer };
}

/** From the operation's end to the last answer. Throws when anybody was told anything but the success. */
async function lastAnswerMs(answers) {
  const told = await Promise.all(answers);
  const wrong = told.find(({ status, text }) => status !== 200 || JSON.parse(text).state !== 'success');
  if (wrong) throw new Error(`a waiter was told ${wrong.status} ${wrong.text}`);
  return Math.max(...told.map(({ atMs }) => atMs)) - Date.parse(JSON.parse(told[0].text).finishedAt);
}

function rows(before, held, startMs, lastMs) {
  const targets = ['< 150 more', 'no more', 'no more'];
  const gauges = Object.keys(before).map((what, index) => ({
    ...{ what, before: before[what], 'with them': held[what], more: held[what] - before[what] },
    target: targets[index],
  }));
  return [
    ...gauges,
    { what: 'ms until all of them wait', 'with them': startMs },
    { what: 'ms from the end of the operation to the last answer', 'with them': lastMs },
  ];
}
