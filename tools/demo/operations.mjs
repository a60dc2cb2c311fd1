import { setTimeout as delay } from 'node:timers/promises';
import { formatMs } from '../process/run.mjs';

const POLL_MS = 30;
const LONGEST_MS = 30_000;

/**
 * Watches operations by asking for them again and again, as any client may.
 *
 * @param {{api: Function, screen: object, expect: Function, signal: AbortSignal}} stage
 */
export function operationWatch({ api, screen, expect, signal }) {
  const read = async (id) => {
    for (;;) {
      const { status, headers, body } = await api('native', 'GET', `/v1/operations/${id}`, { isQuiet: true });
      if (status === 200) return body;
      if (status !== 429) expect.quietly(`an accepted operation can be read (${id})`, status, 200);
      await delay(Number(headers.get('retry-after') ?? 1) * 1000, undefined, { signal });
    }
  };

  /** Asks until `isEnough` says so of what was answered. */
  const until = async (id, isEnough, onAnswer = () => undefined) => {
    const deadline = Date.now() + LONGEST_MS;
    for (;;) {
      const operation = await read(id);
      onAnswer(operation);
      if (isEnough(operation)) return operation;
      if (Date.now() > deadline) expect.quietly(`operation ${id} gets there`, operation, `within ${LONGEST_MS} ms`);
      await delay(POLL_MS, undefined, { signal });
    }
  };

  /** Waits for its end and shows nothing. */
  const end = async (id, state = 'success') => {
    const operation = await until(id, hasEnded);
    expectEnd(expect, operation, state);
    return operation;
  };

  /** Waits for its end and shows every step on the way. */
  const follow = async (id, state = 'success') => {
    const path = `/v1/operations/${id}`;
    screen.request({ method: 'GET', path, auth: '-u $KEY:$SECRET' }, 'polled until it has ended');
    const shown = new Set();
    const operation = await until(id, hasEnded, (answer) => showProgress(screen, answer, shown));
    screen.clear();
    screen.outcome(operation.state, tookMs(operation.createdAt, operation.finishedAt));
    expectEnd(expect, operation, state);
    return operation;
  };

  return { read, until, end, follow };
}

function hasEnded({ state }) {
  return state !== 'pending';
}

function expectEnd(expect, operation, state) {
  const { kind, id, message } = operation;
  expect.quietly(`${kind} ${id} ends in ${state}${message ? ` (${message})` : ''}`, operation.state, state);
  expect.quietly(`${kind} ${id} has done all it could`, operation.progressPercent, 100);
}

/** Each step once, when it has ended; the one at work on the moving line. */
function showProgress(screen, { kind, state, steps, progressPercent }, shown) {
  if (!shown.has(kind)) screen.detail(`pending: ${kind}`);
  shown.add(kind);
  for (const step of steps) {
    if (step.error && !shown.has(`${step.name} failed`)) screen.cross(`${step.name}: ${step.error}`);
    if (step.error) shown.add(`${step.name} failed`);
    if (!['done', 'undone'].includes(step.state) || shown.has(`${step.name} ${step.state}`)) continue;
    shown.add(`${step.name} ${step.state}`);
    const again = step.attempt > 1 ? `, attempt ${step.attempt}` : '';
    const took = `${formatMs(tookMs(step.startedAt, step.endedAt))}${again}`;
    if (step.state === 'done') screen.tick(step.name, took);
    else screen.undone(`${step.name} undone`, took);
  }
  const running = steps.find((step) => step.state === 'running');
  if (state === 'pending') screen.moving(`${running?.name ?? 'waiting'}  ${progressPercent} %`);
}

function tookMs(from, to) {
  return Date.parse(to) - Date.parse(from);
}
