import { flushAll } from '../redis.mjs';
import { formatMs } from '../../process/run.mjs';

const ABOUT = 'Redis is emptied and a service killed, both in the middle of work. PostgreSQL knows what there is to do.';
const NETWORKS = '/v2/private-network';
const BURST = ['burst-1', 'burst-2', 'burst-3', 'burst-4', 'burst-5'];
const KILL_TRIES = 5;

/** @param {import('../stage.mjs').Stage} stage */
export async function breakdowns(stage) {
  stage.screen.scene(6, 'Breakdowns', ABOUT);
  await emptyRedis(stage);
  await killService(stage);
  await stage.audit();
}

/** Five at once, so that some are on the bus, some in the queue and some at work when Redis forgets them. */
async function emptyRedis({ api, screen, operations, expect, stores }) {
  const create = (name) => api('exoscale', 'POST', NETWORKS, { body: { name }, isQuiet: true });
  screen.request({ method: 'POST', path: NETWORKS, auth: '-H "Authorization: EXO2-HMAC-SHA256 …"', body: '{"name":"burst-{1..5}"}' }, '# five at once');
  const answers = BURST.map(create);
  const first = await Promise.race(answers);
  const { state } = await operations.read(first.body.id);
  screen.command('redis-cli FLUSHALL');
  screen.answer(`OK: ${await flushAll(stores.redis.url)} keys are gone`);
  expect('an operation was at work at that moment', state, 'pending');
  screen.moving('waiting for all five');
  const accepted = await Promise.all(answers);
  expect.quietly('all five are accepted', accepted.map(({ status }) => status), BURST.map(() => 200));
  const ended = await Promise.all(accepted.map(({ body }) => operations.end(body.id)));
  const longestMs = Math.max(...ended.map(({ createdAt, finishedAt }) => Date.parse(finishedAt) - Date.parse(createdAt)));
  expect(
    `all five end in success, the last after ${formatMs(longestMs)}`,
    ended.map((operation) => operation.state),
    BURST.map(() => 'success'),
  );
}

async function killService({ screen, operations, expect, services, api }) {
  const service = services.get('network-svc');
  const { pid, restarts } = service;
  const operation = await killInTheMiddle({ api, screen, operations, service });
  const { steps, reference } = await operations.follow(operation.id);
  expect('the step that was cut short was done again', steps.at(-1).attempt > 1, true);
  expect(`network-svc is process ${service.pid} now, no longer ${pid}`, [service.restarts, service.pid === pid], [
    restarts + 1,
    false,
  ]);
  const { status } = await api('exoscale', 'GET', `${NETWORKS}/${reference.id}`, { isQuiet: true });
  expect('the network is there, and is served', status, 200);
}

/** Should the work have ended before the signal got there, it is done with other work. */
async function killInTheMiddle({ api, screen, operations, service }) {
  for (let number = 1; number <= KILL_TRIES; number++) {
    const { body } = await api('exoscale', 'POST', NETWORKS, { body: { name: `survivor-${number}` } });
    screen.answer(`200: operation ${body.id} is ${body.state}`);
    const isAtWork = ({ state, startedAt }) => state !== 'pending' || startedAt !== null;
    const operation = await operations.until(body.id, isAtWork);
    if (operation.state !== 'pending') continue;
    screen.command(`kill -9 ${service.pid}`);
    service.kill('SIGKILL');
    return operation;
  }
  throw new Error(`No operation lasted long enough to be cut short in ${KILL_TRIES} tries`);
}
