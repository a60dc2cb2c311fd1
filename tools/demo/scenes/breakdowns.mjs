import { formatMs } from '../../process/run.mjs';
import { flushAll } from '../redis.mjs';

const ABOUT =
  'Redis is emptied and a service killed, both in the middle of work. PostgreSQL knows what there is to do.';
const NETWORKS = '/v2/private-network';
const RANGE = { 'start-ip': '10.99.0.10', 'end-ip': '10.99.0.20', netmask: '255.255.255.0' };
const BURST = ['burst-1', 'burst-2', 'burst-3', 'burst-4', 'burst-5'];
const KILL_TRIES = 5;
const LONGEST_FLUSHING_MS = 300;

/** @param {import('../stage.mjs').Stage} stage */
export async function breakdowns(stage) {
  stage.screen.scene(6, 'Breakdowns', ABOUT);
  await emptyRedis(stage);
  await killService(stage);
  await stage.audit();
}

/** As often as Redis can while five requests come in, so that it forgets requests, waiting work and work in hand. */
async function emptyRedis(stage) {
  const { api, screen, operations, expect, stores } = stage;
  const body = JSON.stringify({ name: 'burst-{1..5}', ...RANGE });
  screen.request({ method: 'POST', path: NETWORKS, auth: api.shownProof('exoscale'), body }, 'five at once');
  const answers = BURST.map((name) => api('exoscale', 'POST', NETWORKS, { body: { name, ...RANGE }, isQuiet: true }));
  const first = Promise.race(answers);
  const { keys, times } = await flushWhile(stores.redis.url, first);
  screen.command('while true; do redis-cli FLUSHALL; done');
  screen.detail(`${times} times OK, ${keys} keys gone`);
  const { state } = await operations.read((await first).body.id);
  expect('an operation was pending all the same', state, 'pending');
  screen.moving('waiting for all five');
  const accepted = await Promise.all(answers);
  const ended = await Promise.all(accepted.map(({ body: { id } }) => operations.end(id)));
  for (const [index, { createdAt, finishedAt }] of ended.entries()) {
    const tookMs = Date.parse(finishedAt) - Date.parse(createdAt);
    screen.tick(BURST[index], `accepted in ${formatMs(accepted[index].ms)}, success after ${formatMs(tookMs)}`);
  }
}

async function killService(stage) {
  const { api, operations, expect, services } = stage;
  const service = services.get('network-svc');
  const { pid, restarts } = service;
  const { id, reference } = await killInTheMiddle(stage, service);
  const { steps } = await operations.follow(id);
  expect(
    'only the step that was cut short was done again',
    steps.map(({ attempt }) => attempt),
    [1, 2],
  );
  expect('network-svc was started again once', [service.restarts, service.pid === pid], [restarts + 1, false]);
  const { status } = await api('exoscale', 'GET', `${NETWORKS}/${reference.id}`, { isQuiet: true });
  expect('the network is there', status, 200);
}

/** Should the work have ended before the signal, other work is taken. */
async function killInTheMiddle({ api, screen, operations }, service) {
  for (let number = 1; number <= KILL_TRIES; number++) {
    const answer = await api('exoscale', 'POST', NETWORKS, { body: { name: `survivor-${number}`, ...RANGE } });
    screen.answer(answer, `operation ${answer.body.id}, ${answer.body.state}`);
    const isInLastStep = ({ state, steps }) => state !== 'pending' || steps.at(-1).state === 'running';
    const operation = await operations.until(answer.body.id, isInLastStep);
    if (operation.state !== 'pending') continue;
    screen.command(`kill -9 ${service.pid}`);
    service.kill('SIGKILL');
    return answer.body;
  }
  throw new Error(`No operation lasted long enough to be cut short in ${KILL_TRIES} tries`);
}

/** Until something is accepted; a while at most, because nothing can be asked over a bus that is emptied all the time. */
async function flushWhile(url, accepted) {
  const deadline = performance.now() + LONGEST_FLUSHING_MS;
  let isAccepted = false;
  void accepted.then(() => (isAccepted = true));
  return flushAll(url, () => isAccepted || performance.now() > deadline);
}
