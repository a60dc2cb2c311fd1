import { setTimeout as pause } from 'node:timers/promises';
import { httpClient, succeed } from '../harness/http-client.mjs';
import { closedLoop, measureInTurns } from '../harness/load.mjs';
import { startProgram } from '../harness/program.mjs';

const CLIENTS = [8, 32];
const ENDPOINTS = [0, 1, 10];
const POLL_MS = 20;
/** Without any delivery for so long one is lost. */
const PATIENCE_MS = 30_000;

/** Creations of networks while 0, 1 or 10 webhook endpoints are told of each, and how old the events are on arrival. */
export const webhooks = {
  name: 'webhooks',
  title: 'POST /v2/private-network until success, with webhook endpoints that are told of each operation',
  columns: [
    ...['endpoints', 'c', 'rate/s', 'p50 ms', 'p99 ms', 'to none', 'events'],
    ...['delivered/s', 'delivery p50 ms', 'delivery p99 ms'],
  ],
  async run({ plan, stack, database, headers }) {
    const receiver = await startProgram('harness/webhook-receiver.mjs', {});
    const parties = { isthmus: httpClient(stack.url, headers), receiver: httpClient(receiver.message.url), database };
    try {
      const rows = [];
      for (const clients of CLIENTS) rows.push(...(await measure(plan, parties, receiver.message.url, clients)));
      return rows;
    } finally {
      parties.isthmus.close();
      parties.receiver.close();
      await receiver.stop();
    }
  },
};

async function measure(plan, parties, url, clients) {
  const told = new Map(ENDPOINTS.map((count) => [count, []]));
  const contender = (count) => async (durationMs) => {
    await positionsGiven(parties.database);
    const endpointIds = await subscribe(parties.isthmus, url, count);
    try {
      const { figures, delivery } = await createAndReceive(parties, { clients, durationMs, endpoints: count });
      told.get(count).push(delivery);
      return figures;
    } finally {
      await Promise.all(endpointIds.map((id) => parties.isthmus.send('DELETE', `/v1/webhooks/${id}`)));
    }
  };
  const figures = await measureInTurns(plan, Object.fromEntries(ENDPOINTS.map((count) => [count, contender(count)])));
  return ENDPOINTS.map((count) => ({
    ...{ endpoints: count, c: clients, 'rate/s': figures[count].rate },
    ...{ 'p50 ms': figures[count].p50Ms, 'p99 ms': figures[count].p99Ms },
    'to none': figures[count].rate / figures[0].rate,
    // The first window warms up.
    ...(count > 0 && deliveriesOf(told.get(count).slice(1))),
  }));
}

/** An endpoint is told of what gets its position while it is there: of nothing that came before, then. */
async function positionsGiven(database) {
  for (;;) {
    const { rows } = await database.query('SELECT FROM ops.event_queue LIMIT 1');
    if (rows.length === 0) return;
    await pause(POLL_MS);
  }
}

function subscribe(client, url, count) {
  const subscribeOne = async (_, n) => {
    const wanted = { url: `${url}/${n}`, eventTypes: ['operation.succeeded'] };
    return (await client.send('POST', '/v1/webhooks', wanted)).id;
  };
  return Promise.all(Array.from({ length: count }, subscribeOne));
}

/** One window, which ends when the last event has arrived, so that it does not load the next one. */
async function createAndReceive({ isthmus, receiver }, { clients, durationMs, endpoints }) {
  let accepted = 0;
  const work = async () => {
    await succeed(isthmus, 'POST', '/v2/private-network', { name: 'bench' });
    accepted++;
  };
  const startedMs = performance.now();
  const figures = await closedLoop({ clients, durationMs, work });
  await arrival(receiver, accepted * endpoints);
  const tookMs = performance.now() - startedMs;
  const agesMs = await receiver.send('GET', '/ages');
  if (agesMs.length > accepted * endpoints) throw new Error('endpoints were told of operations that nobody asked for');
  return { figures, delivery: { agesMs, tookMs } };
}

async function arrival(receiver, expected) {
  let seen = 0;
  let movedMs = performance.now();
  for (;;) {
    const { received } = await receiver.send('GET', '/count');
    if (received >= expected) return;
    if (received > seen) movedMs = performance.now();
    seen = received;
    if (performance.now() - movedMs > PATIENCE_MS) throw new Error(`${expected - seen} of ${expected} events are lost`);
    await pause(POLL_MS);
  }
}

function deliveriesOf(windows) {
  const agesMs = windows.flatMap((window) => window.agesMs).sort((a, b) => a - b);
  const seconds = windows.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1000;
  return {
    ...{ events: agesMs.length, 'delivered/s': agesMs.length / seconds },
    'delivery p50 ms': agesMs[Math.floor(agesMs.length / 2)],
    'delivery p99 ms': agesMs[Math.ceil(agesMs.length * 0.99) - 1],
  };
}
