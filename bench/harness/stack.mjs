import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ROOT } from '../../tools/bootstrap.mjs';
import { startIsthmus } from '../../tools/launcher/isthmus.mjs';

/** Nothing of the caller's environment decides what is measured. */
const SETTINGS = {
  DATABASE_URL: undefined,
  REDIS_URL: undefined,
  LOG_LEVEL: 'info',
  FABRIC_LATENCY_MS: '0',
  FABRIC_FAULTS: undefined,
  TUNNEL_LATENCY_MS: '0',
  TUNNEL_FAULTS: undefined,
  POOLS_FILE: join(ROOT, 'bench', 'harness', 'pools.yaml'),
  BUS_KEYS: undefined,
  QUOTA_PRIVATE_NETWORKS: '10000000',
  // Operations are polled every few milliseconds, and 2,000 wait for one.
  POLL_RATE_PER_OPERATION: '0',
  SETTLE_WINDOW_MS: undefined,
  WEBHOOK_ALLOW_HTTP: 'true',
  WEBHOOK_ALLOWED_CIDRS: '127.0.0.1/32',
  WEBHOOK_CONCURRENCY: undefined,
  WEBHOOK_ENDPOINT_CONCURRENCY: undefined,
  WEBHOOK_RETRY_SCHEDULE: undefined,
};

/** A folder for one run; as root it must let the account of Postgres pass. */
export function makeDataDir() {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-'));
  chmodSync(folder, 0o711);
  return { dataDir: join(folder, 'data'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Starts all of Isthmus as `npm start` does: embedded, durable stores, each service a process, no fabric latency.
 *
 * @returns {Promise<{stack: Awaited<ReturnType<typeof startIsthmus>>, steps: Map<string, number>}>}
 *   steps: milliseconds by the name under which the launcher tells them
 */
export async function startStack(dataDir) {
  const told = [];
  const log = { info: (line) => told.push(line), warn: (line) => console.error(line) };
  const stack = await startIsthmus({ env: { ...process.env, ...SETTINGS }, dataDir, port: 0, log });
  return { stack, steps: new Map(told.map(readStep).filter(Boolean)) };
}

function readStep(line) {
  const [, name, amount, unit] = /^\s*(.+) \(([\d.]+) (ms|s)\)$/.exec(line) ?? [];
  return name === undefined ? undefined : [name, Number(amount) * (unit === 's' ? 1000 : 1)];
}

/** A pool of `max` plain connections, with the rights of the owner. */
export function openPool(url, max) {
  const pool = new pg.Pool({ connectionString: url, max, idleTimeoutMillis: 0 });
  // At the end PostgreSQL closes what is idle.
  pool.on('error', () => undefined);
  return pool;
}
