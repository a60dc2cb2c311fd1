import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../bootstrap.mjs';
import { acquireLock } from '../process/lock.mjs';
import { terminal, timedStep } from '../process/run.mjs';
import { startPostgres } from '../stores/postgres.mjs';
import { startRedis } from '../stores/redis.mjs';
import { writeSecret } from '../stores/secret-file.mjs';
import { keepCredentials, keepMasterKey, recordUrl } from './credentials.mjs';
import { openServiceLog } from './service-log.mjs';
import { runService } from './services.mjs';
import { GATEWAY, readSettings, SECRET_NAMES, SERVICES } from './settings.mjs';

const EARLIER_LAUNCHER_WAIT_MS = 45_000;

/**
 * Starts all of Isthmus: stores (embedded unless DATABASE_URL or REDIS_URL is set), the four services, and waits until they serve.
 *
 * @param {object} [options]
 * @param {Record<string, string | undefined>} [options.env] as documented for `npm start`; process.env unless told
 * @param {string} [options.dataDir] overrides DATA_DIR
 * @param {number} [options.port] overrides PORT; 0 takes a free one
 * @param {number} [options.replicas] overrides REPLICAS: how many of network-svc, ipam-svc and vpn-svc each
 * @param {string} [options.distDir] overrides ISTHMUS_DIST, the folder of the built apps
 * @param {boolean} [options.durable] false for throw-away data: no fsync
 * @param {string} [options.redisBinary] the Redis to run; found or fetched unless told
 * @param {number} [options.serviceGraceMs] how long a service may take to stop
 * @param {AbortSignal} [options.signal] gives up starting: what runs is stopped, and the promise rejects
 * @param {{info: Function, warn: Function}} [options.log]
 * @returns {Promise<{url: string, credentials: {projectId: string, accessKey: string, secretKey: string, isNew: boolean},
 *   dataDir: string, services: Map<string, {pid: number, restarts: number, kill: (signal: string) => boolean}>,
 *   stores: {postgres: object, redis: object}, stop: () => Promise<void>}>}
 *   stores are `{url, pid?, stop?, start?, restart?}`, a given URL has only `url`; replicas are named network-svc, network-svc-2, …
 */
export async function startIsthmus({
  env = process.env,
  durable = true,
  redisBinary,
  log = terminal,
  signal,
  ...overrides
} = {}) {
  const settings = readSettings(env, overrides);
  makeDataDir(settings.dataDir);
  settings.dataDir = realpathSync(settings.dataDir);
  const undo = [];
  const stop = once(async () => {
    while (undo.length > 0) await undo.pop()();
  });
  try {
    const lock = await lockDataDir(settings.dataDir, log);
    undo.push(lock.release);
    const credentials = keepCredentials(settings.dataDir, env);
    const masterKey = keepMasterKey(settings.dataDir, env);
    const stores = await timedStep(log, 'stores up', () =>
      startStores(settings, { env, durable, redisBinary, log, undo }),
    );
    const serviceEnv = makeServiceEnv(env, settings, { stores, credentials, masterKey });
    signal?.throwIfAborted();
    const { services, url } = await timedStep(log, 'services up', () =>
      startServices(settings, { serviceEnv, log, undo, signal }),
    );
    recordUrl(settings.dataDir, credentials, url);
    recordRun(settings.dataDir, { url, databaseUrl: stores.postgres.url, redisUrl: stores.redis.url });
    return { url, credentials, dataDir: settings.dataDir, services, stores, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where everything is while it runs, for `npm run doctor` and people who look; the stores' passwords are in it (0600). */
function recordRun(dataDir, run) {
  writeSecret(join(dataDir, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
}

async function startStores({ dataDir }, { env, durable, redisBinary, log, undo }) {
  const runDir = join(dataDir, 'logs');
  const common = { dataDir, runDir, durable, log };
  const started = await Promise.allSettled([
    env.DATABASE_URL ? { url: env.DATABASE_URL } : startPostgres(common),
    env.REDIS_URL ? { url: env.REDIS_URL } : startRedis({ ...common, binary: redisBinary }),
  ]);
  const running = started.flatMap(({ value }) => (value?.stop ? [value] : []));
  undo.push(() => Promise.all(running.map((store) => store.stop())));
  for (const { status, reason } of started) if (status === 'rejected') throw reason;
  const [postgres, redis] = started.map(({ value }) => value);
  return { postgres, redis };
}

async function startServices(settings, { serviceEnv, log, undo, signal }) {
  const services = new Map();
  const keeper = startKeeper(settings.serviceGraceMs);
  undo.push(() => keeper.end());
  undo.push(() => stopServices(services, settings.serviceGraceMs));
  for (const { service, instance } of instances(settings.replicas)) {
    const { isLoud } = settings;
    const output = openServiceLog({
      folder: join(settings.dataDir, 'logs'),
      service: service.name,
      instance,
      isLoud,
      log,
    });
    const main = join(settings.distDir, service.name, 'main.js');
    services.set(instance, runService({ instance, main, env: serviceEnv(service), output, onSpawn: keeper.keep, log }));
  }
  const ready = Promise.all([...services.values()].map((service) => service.ready()));
  const messages = await Promise.race([ready, ...(signal ? [rejectOn(signal)] : [])]);
  const index = [...services.keys()].indexOf(GATEWAY);
  const url = messages[index].url ?? `http://${settings.host}:${settings.port}`;
  keepMetricsPorts(services, messages, log);
  // Asked for any free port, a gateway that is started again must come back where its clients are.
  services.get(GATEWAY).env.PORT = new URL(url).port || String(settings.port);
  return { services, url };
}

/** Prometheus finds a service that was started again where it was. */
function keepMetricsPorts(services, messages, log) {
  for (const [index, service] of [...services.values()].entries()) {
    const { metricsUrl } = messages[index];
    if (!metricsUrl) continue;
    service.env.METRICS_PORT = new URL(metricsUrl).port;
    log.info(`  metrics of ${service.name}: ${metricsUrl}/metrics`);
  }
}

/** The gateway first, so that no request comes in while the services it needs are leaving. */
async function stopServices(services, graceMs) {
  const deadline = Date.now() + graceMs;
  await services.get(GATEWAY)?.stop(graceMs);
  const leftMs = Math.max(deadline - Date.now(), 1000);
  await Promise.all([...services.values()].map((service) => service.stop(leftMs)));
}

function instances(replicas) {
  return SERVICES.flatMap((service) =>
    Array.from({ length: service.scales ? replicas : 1 }, (_, index) => ({
      service,
      instance: index === 0 ? service.name : `${service.name}-${index + 1}`,
    })),
  );
}

function makeServiceEnv(env, { host, port, hasMetrics }, { stores, credentials, masterKey }) {
  const secrets = {
    MASTER_KEY: masterKey,
    BOOTSTRAP_PROJECT_ID: credentials.projectId,
    BOOTSTRAP_ACCESS_KEY: credentials.accessKey,
    BOOTSTRAP_SECRET_KEY: credentials.secretKey,
  };
  const base = {
    // Services are started from wherever the launcher is.
    REGIONS_FILE: join(ROOT, 'config', 'regions.yaml'),
    POOLS_FILE: join(ROOT, 'config', 'pools.yaml'),
    VPN_FILE: join(ROOT, 'config', 'vpn.yaml'),
    CALLERS_FILE: join(ROOT, 'config', 'callers.yaml'),
    ...env,
    HOST: host,
    PORT: String(port),
    DATABASE_URL: stores.postgres.url,
    REDIS_URL: stores.redis.url,
    // One port cannot be for all: each takes a free one.
    METRICS_PORT: hasMetrics ? '0' : '',
  };
  for (const name of SECRET_NAMES) delete base[name];
  return (service) => ({ ...base, ...Object.fromEntries(service.secrets.map((name) => [name, secrets[name]])) });
}

function startKeeper(graceMs) {
  const program = fileURLToPath(new URL('keeper.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, String(graceMs)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  const gone = new Promise((resolve) => child.once('close', resolve));
  return {
    keep: (identity) => void child.stdin.write(`${JSON.stringify(identity)}\n`),
    end: async () => {
      child.stdin.end();
      await gone;
    },
  };
}

/** Closed to others; as root it lets the account that runs Postgres pass through, but not look. */
function makeDataDir(dataDir) {
  if (existsSync(dataDir)) return;
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
}

function lockDataDir(dataDir, log) {
  return acquireLock(join(dataDir, 'launcher.lock'), {
    waitMs: EARLIER_LAUNCHER_WAIT_MS,
    what: dataDir,
    onWait: (holder) => log.info(`  waiting for the Isthmus of process ${holder.pid} to leave ${dataDir}`),
  });
}

function rejectOn(signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}

function once(work) {
  let running;
  return () => (running ??= work());
}
