import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepStore } from './kept-store.mjs';
import { startLeased } from './leased.mjs';
import { findRedis } from './redis-binary.mjs';
import { keepSecret, writeSecret } from './secret-file.mjs';

const READY_TIMEOUT_MS = 60_000;
const LOCK_WAIT_MS = 40_000;
const PING_TIMEOUT_MS = 1000;

/**
 * Starts Redis on a free loopback port with a password of its own.
 *
 * @param {object} options
 * @param {string} options.dataDir holds the data, the configuration and the password
 * @param {string} [options.runDir] logs; `dataDir` unless told
 * @param {boolean} [options.durable] false for tests: nothing is written, and `dataDir` is removed if we are killed
 * @param {string} [options.binary] the server to run; found or fetched unless told
 * @param {{info: Function, warn: Function}} options.log
 * @returns {Promise<{url: string, binary: string, pid: number, stop: Function, start: Function, restart: Function}>}
 *   the server is started again if it dies, until `stop`
 */
export async function startRedis({ dataDir, runDir = dataDir, durable = true, binary: named, log }) {
  const folder = join(dataDir, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(runDir, { recursive: true });
  const realDir = realpathSync(dataDir);
  const binary = named ?? (await findRedis({ log }));
  const password = keepSecret(join(realDir, 'redis.password'), () => randomBytes(24).toString('hex'));
  const start = (port) => startServer({ port, realDir, binary, password, runDir, durable, log });
  const kept = await keepStore({ name: 'Redis', log, start });
  const url = `redis://:${password}@127.0.0.1:${kept.port}`;
  return Object.defineProperties(kept, { url: { value: url }, binary: { value: binary } });
}

function startServer({ port, realDir, binary, password, runDir, durable, log }) {
  const folder = join(realDir, 'redis');
  // A file, because a password among the arguments could be read by every account.
  const configFile = join(realDir, 'redis.conf');
  writeSecret(configFile, settings({ port, folder, password, durable }));
  const spec = {
    name: 'Redis',
    command: binary,
    args: [configFile],
    cwd: folder,
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH ?? '', TMPDIR: tmpdir() },
    logFile: join(runDir, 'redis.log'),
    lockFile: join(realDir, 'redis.lock'),
    lockWaitMs: LOCK_WAIT_MS,
    stopSignals: [{ signal: 'SIGTERM', graceMs: 10_000 }],
    removeIfAbandoned: durable ? [] : [realDir],
  };
  const isReady = () => answersPing(port, password);
  return startLeased(spec, { isReady, readyTimeoutMs: READY_TIMEOUT_MS, log });
}

function settings({ port, folder, password, durable }) {
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    // Queues are not a cache: what does not fit must be refused, never dropped.
    'maxmemory-policy noeviction',
    `appendonly ${durable ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'save ""',
    'daemonize no',
    'databases 16',
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether it lets us in and has loaded its data: while loading it answers -LOADING. */
function answersPing(port, password) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    const end = (isServing) => {
      socket.destroy();
      resolve(isServing);
    };
    socket.setTimeout(PING_TIMEOUT_MS, () => end(false));
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (chunk) => {
      answer += chunk;
      if (answer.includes('+PONG')) end(true);
      else if (answer.includes('-')) end(false);
    });
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}
