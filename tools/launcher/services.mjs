import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identify } from '../process/identity.mjs';

const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 10_000;
const HEALTHY_AFTER_MS = 30_000;
const START_TRIES = 4;
const READY_TIMEOUT_MS = 60_000;

/**
 * Runs one service and starts it again whenever it dies, until `stop`.
 *
 * @param {object} options
 * @param {string} options.instance the name in logs and in SERVICE_INSTANCE
 * @param {string} options.main the program
 * @param {Record<string, string>} options.env changed after the first start only through the returned `env`
 * @param {ReturnType<import('./service-log.mjs').openServiceLog>} options.output
 * @param {(identity: object) => void} options.onSpawn told of every process
 * @param {{warn: (line: string) => void}} options.log
 */
export function runService({ instance, main, env, output, onSpawn, log }) {
  if (!existsSync(main)) throw new Error(`${instance}: there is no ${main}; run node tools/bootstrap.mjs`);
  const state = { child: null, isWanted: true, failures: 0, restarts: 0, backoffMs: FIRST_BACKOFF_MS, pause: null };
  const ready = readySignal();
  ready.promise.catch(() => undefined);

  const begin = () => {
    const startedMs = Date.now();
    const child = spawnService(main, { ...env, SERVICE_INSTANCE: instance, LAUNCHER_LEASE: 'stdin' });
    state.child = child;
    if (child.pid) onSpawn(identify(child.pid));
    output.follow(child);
    child.on('message', (message) => message?.type === 'ready' && ready.resolve(message));
    child.on('error', (error) => log.warn(`${instance}: ${error.message}`));
    child.once('close', (code, signal) => void again({ code, signal, livedMs: Date.now() - startedMs }));
  };

  const again = async ({ code, signal, livedMs }) => {
    if (!state.isWanted) return;
    const reason = signal ?? `exit code ${code}`;
    state.failures += 1;
    if (!ready.isDone() && state.failures >= START_TRIES) {
      state.isWanted = false;
      ready.reject(new Error(`${instance} does not start (${reason}):\n  ${output.lastLines().join('\n  ')}`));
      return;
    }
    if (livedMs >= HEALTHY_AFTER_MS) state.backoffMs = FIRST_BACKOFF_MS;
    log.warn(`${instance} ended (${reason}); starting it again in ${state.backoffMs / 1000} s`);
    state.pause = new AbortController();
    await delay(state.backoffMs, undefined, { signal: state.pause.signal }).catch(() => undefined);
    state.backoffMs = Math.min(state.backoffMs * 2, LONGEST_BACKOFF_MS);
    if (!state.isWanted) return;
    state.restarts += 1;
    begin();
  };

  begin();
  return serviceHandle({ instance, env, state, ready, output });
}

function serviceHandle({ instance, env, state, ready, output }) {
  return {
    name: instance,
    env,
    get pid() {
      return state.child?.pid;
    },
    get restarts() {
      return state.restarts;
    },
    kill: (signal) => state.child?.kill(signal) ?? false,
    ready: () => withTimeout(ready.promise, () => `${instance} is not ready:\n  ${output.lastLines().join('\n  ')}`),
    /** Asks it to end, and makes it end after `graceMs`. */
    stop: async (graceMs) => {
      state.isWanted = false;
      state.pause?.abort();
      const { child } = state;
      if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(timer);
    },
  };
}

function spawnService(main, env) {
  return spawn(process.execPath, ['--enable-source-maps', main], {
    env,
    // The pipe on stdin is the lease: it ends when we do, however we end. Its own group, so that a Ctrl-C reaches only us.
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
}

function readySignal() {
  const made = {};
  let isDone = false;
  made.promise = new Promise((resolve, reject) => {
    made.resolve = (value) => {
      isDone = true;
      resolve(value);
    };
    made.reject = reject;
  });
  made.isDone = () => isDone;
  return made;
}

async function withTimeout(promise, message) {
  const timeout = new AbortController();
  const late = delay(READY_TIMEOUT_MS, undefined, { signal: timeout.signal, ref: false }).then(() => {
    throw new Error(message());
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    timeout.abort();
  }
}
