import { formatMs } from '../../process/run.mjs';
import { flushAll } from '../redis.mjs';

const ABOUT =
  'Redis is emptied and a service killed, both in the middle of work. PostgreSQL knows what there is to do.';
const NETWORKS = '/v2/private-network';
const RANGE = { 'start-ip': '10.99.0.10', 'end-ip': '10.99.0.20', netmask: '255.255.255.0' };
const BURST = ['burst-1', 'burst-2', 'burst-3', 'burst-4', 'burst-5'];
/** On a busy machine work may have ended before it could be disturbed. */
const TRIES = 5;
/** Nothing can be asked over a bus that is emptied all the time. */
const LONGEST_FLUSHING_MS = 300;

/** @param {import('../stage.mjs').Stage} stage */
export async function breakdowns(stage) {
  stage.screen.scene(6, 'Breakdowns', ABOUT);
  await emptyRedis(stage);
  await killService(stage);
  await stage.audit();
}

async function emptyRedis({ api, screen, operations, expect, stores }) {
  for (let number = 1; number <= TRIES; number++) {
    const { accepted, flushedAtMs } = await flushDuringBurst({ api, screen, stores });
    screen.moving('waiting for all five');
    const ended = await Promise.all(accepted.map(({ body }) => operations.end(body.id)));
    ended.forEach((operation, index) => {
      screen.tick(
        BURST[index],
        `accepted in ${formatMs(accepted[index].ms)}, success after ${formatMs(tookMs(operation))}`,
      );
    });
    const isCaught = ({ createdAt, finishedAt }) =>
      Date.parse(createdAt) <= flushedAtMs && flushedAtMs <= Date.parse(finishedAt);
    const caught = ended.filter(isCaught).length;
    if (caught === 0) continue;
    expect(`accepted and not done when Redis was last emptied: ${caught} of ${BURST.length}`, caught > 0, true);
    return;
  }
  throw new Error(`No operation lasted long enough to be disturbed in ${TRIES} tries`);
}

/** As often as Redis can while five requests come in, so that it forgets requests, waiting work and work in hand. */
async function flushDuringBurst({ api, screen, stores }) {
  const body = JSON.stringify({ name: 'burst-{1..5}', ...RANGE });
  screen.request({ method: 'POST', path: NETWORKS, auth: api.shownProof('exoscale'), body }, 'five at once');
  screen.command('redis-cli FLUSHALL', 'again and again, until the first is accepted');
  const answers = BURST.map((name) => api('exoscale', 'POST', NETWORKS, { body: { name, ...RANGE }, isQuiet: true }));
  const first = Promise.race(answers);
  const flushed = await flushAll(stores.redis.url, { until: first, longestMs: LONGEST_FLUSHING_MS });
  await first;
  const last = await flushAll(stores.redis.url);
  const flushedAtMs = Date.now();
  screen.detail(`OK, ${flushed.times + last.times} times, ${flushed.keys + last.keys} keys gone`);
  screen.detail('(a request that got lost is sent again after 1 s, work that got lost is noticed after 4 s)');
  screen.moving('waiting for all five');
  return { accepted: await Promise.all(answers), flushedAtMs };
}

async function killService(stage) {
  const { api, operations, expect, services } = stage;
  const service = services.get('network-svc');
  const { pid } = service;
  const { id, reference, restarts } = await killInTheMiddle(stage, service);
  const { steps } = await operations.follow(id);
  const [done, cutShort] = steps;
  expect('only the step that was cut short was done again', [done.attempt, cutShort.attempt > 1], [1, true]);
  expect('network-svc was started again', [service.restarts, service.pid === pid], [restarts + 1, false]);
  const { status } = await api('exoscale', 'GET', `${NETWORKS}/${reference.id}`, { isQuiet: true });
  expect('the network is there', status, 200);
}

async function killInTheMiddle({ api, screen, operations }, service) {
  for (let number = 1; number <= TRIES; number++) {
    const answer = await api('exoscale', 'POST', NETWORKS, { body: { name: `survivor-${number}`, ...RANGE } });
    const { id, state, reference } = answer.body;
    screen.answer(answer, `operation ${id}, ${state}`);
    const isInLastStep = (operation) => operation.state !== 'pending' || operation.steps.at(-1).state === 'running';
    await operations.until(id, isInLastStep);
    const { pid, restarts } = service;
    screen.command(`kill -9 ${pid}`, 'network-svc');
    service.kill('SIGKILL');
    const { state: left } = await operations.read(id);
    if (left === 'pending') return { id, reference, restarts };
  }
  throw new Error(`No operation lasted long enough to be cut short in ${TRIES} tries`);
}

function tookMs({ createdAt, finishedAt }) {
  return Date.parse(finishedAt) - Date.parse(createdAt);
}
