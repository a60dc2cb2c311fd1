import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { timedStep } from '../process/run.mjs';
import { keepStore } from './kept-store.mjs';
import { startLeased } from './leased.mjs';
import { postgresBinaries } from './postgres-binaries.mjs';
import { DATABASE, initCluster, postgresEnv, SUPERUSER } from './postgres-init.mjs';
import { choosePlace } from './postgres-place.mjs';
import { keepSecret } from './secret-file.mjs';

const READY_TIMEOUT_MS = 60_000;
const LOCK_WAIT_MS = 40_000;

/**
 * Starts Postgres 18 on a free loopback port, on data that is made when there is none.
 *
 * @param {object} options
 * @param {string} options.dataDir holds the data and its password
 * @param {string} [options.runDir] logs and the lock; `dataDir` unless told
 * @param {boolean} [options.durable] false for tests: no fsync, and `dataDir` is removed if we are killed
 * @param {{info: Function, warn: Function}} options.log
 * @returns {Promise<{url: string, folder: string, pid: number, stop: Function, start: Function, restart: Function}>}
 *   `url` is the superuser's; `folder` holds the data; the server is started again if it dies, until `stop`
 */
export async function startPostgres({ dataDir, runDir = dataDir, durable = true, log }) {
  mkdirSync(dataDir, { recursive: true });
  mkdirSync(runDir, { recursive: true });
  const realDir = realpathSync(dataDir);
  const place = choosePlace(realDir, log);
  const binaries = postgresBinaries(place.user, log);
  const password = keepSecret(join(realDir, 'postgres.password'), () => randomBytes(24).toString('hex'));
  if (!existsSync(place.cluster)) {
    await timedStep(log, 'Postgres data directory made', () => initCluster(place, { binaries, password, durable }));
  }
  const start = (port) => startServer({ port, realDir, place, binaries, runDir, durable, log });
  const kept = await keepStore({ name: 'Postgres', log, start });
  const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${kept.port}/${DATABASE}`;
  return Object.defineProperties(kept, { url: { value: url }, folder: { value: place.folder } });
}

async function startServer({ port, realDir, place, binaries, runDir, durable, log }) {
  const spec = {
    name: 'Postgres',
    command: join(binaries, 'bin', 'postgres'),
    args: ['-D', place.cluster, ...settings(port, durable)],
    cwd: place.folder,
    env: postgresEnv(place.folder),
    uid: place.user.uid,
    gid: place.user.gid,
    logFile: join(runDir, 'postgres.log'),
    lockFile: join(realDir, 'postgres.lock'),
    lockWaitMs: LOCK_WAIT_MS,
    // Fast shutdown, then immediate: both leave data that the next start recovers.
    stopSignals: [
      { signal: 'SIGINT', graceMs: 10_000 },
      { signal: 'SIGQUIT', graceMs: 3000 },
    ],
    removeIfAbandoned: durable ? [] : [place.folder, realDir],
  };
  const isReady = () => isServing(place.cluster, port);
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      return await startLeased(spec, { isReady, readyTimeoutMs: READY_TIMEOUT_MS, log });
    } catch (error) {
      // Back ends of a killed server may still be leaving, and a pid in an old postmaster.pid may have gone to somebody else.
      const isLeftover = /shared memory block .* is still in use|lock file "postmaster.pid" already exists/.test(
        error.message,
      );
      if (!isLeftover || Date.now() > deadline) throw error;
      removeStalePid(place.cluster);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function settings(port, durable) {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Reads what `pg_ctl -w` reads: the server writes its port in line 4 and its state in line 8. */
function isServing(cluster, port) {
  const lines = pidFile(cluster);
  return lines[3]?.trim() === String(port) && lines[7]?.trim() === 'ready';
}

/** We hold the lease's lock, so a postmaster.pid whose process is no Postgres is a leftover. */
function removeStalePid(cluster) {
  const pid = Number(pidFile(cluster)[0]);
  if (process.platform !== 'linux' || !Number.isInteger(pid) || pid <= 0) return;
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')) return;
  } catch {
    return;
  }
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
}

function pidFile(cluster) {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}
