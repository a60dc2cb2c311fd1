import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.mjs';

const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 10_000;

/**
 * Keeps one store running on one port: a store that dies is started again with the same address, so that clients reconnect.
 *
 * @param {{name: string, log: object, start: (port: number) => Promise<{pid: number, exited: Promise<void>, stop: () => Promise<void>}>}} options
 * @returns {Promise<{port: number, pid: number, stop: () => Promise<void>, start: () => Promise<void>, restart: () => Promise<void>}>}
 *   `stop` is final unless `start` is called; `pid` is always the present process
 */
export async function keepStore({ name, log, start }) {
  const { port, running } = await startOnFreePort(start);
  const state = { running, isWanted: true };

  const begin = async () => {
    state.isWanted = true;
    watch(await start(port));
  };
  const end = async () => {
    state.isWanted = false;
    state.pause?.abort();
    await state.recovery;
    await state.running.stop();
  };
  const recover = async () => {
    for (let backoffMs = FIRST_BACKOFF_MS; state.isWanted; backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS)) {
      log.warn(`${name} ended; starting it again in ${backoffMs} ms`);
      state.pause = new AbortController();
      await delay(backoffMs, undefined, { signal: state.pause.signal }).catch(() => undefined);
      if (!state.isWanted) return;
      const isBack = await start(port).then(watch, (error) => log.warn(error.message));
      if (isBack) return;
    }
  };
  const watch = (next) => {
    state.running = next;
    void next.exited.then(() => {
      if (state.isWanted && state.running === next) state.recovery = recover();
    });
    return true;
  };
  watch(running);

  return {
    port,
    get pid() {
      return state.running.pid;
    },
    stop: end,
    start: begin,
    restart: async () => {
      await end();
      await begin();
    },
  };
}

async function startOnFreePort(start, triesLeft = 5) {
  const port = await freePort();
  try {
    return { port, running: await start(port) };
  } catch (error) {
    if (triesLeft === 0 || !/address already in use|could not bind|creating listening socket/i.test(error.message))
      throw error;
    return startOnFreePort(start, triesLeft - 1);
  }
}
