import { join, resolve } from 'node:path';
import { ROOT } from '../bootstrap.mjs';

/**
 * What each service is and which of the secrets it is given. Services not listed as `scales` run once whatever REPLICAS says.
 */
export const SERVICES = [
  {
    name: 'api-gateway',
    scales: false,
    secrets: ['MASTER_KEY', 'BOOTSTRAP_PROJECT_ID', 'BOOTSTRAP_ACCESS_KEY', 'BOOTSTRAP_SECRET_KEY'],
  },
  { name: 'network-svc', scales: true, secrets: [] },
  { name: 'ipam-svc', scales: true, secrets: [] },
  // Pre-shared keys are kept encrypted.
  { name: 'vpn-svc', scales: true, secrets: ['MASTER_KEY'] },
];
const SERVICE_GRACE_MS = 15_000;
export const GATEWAY = 'api-gateway';

/** Everything that is secret to somebody: no service inherits these from the launcher's environment. */
export const SECRET_NAMES = [...new Set(SERVICES.flatMap((service) => service.secrets))];

/**
 * The launcher's settings from its environment; anything wrong is one clear error.
 *
 * @param {Record<string, string | undefined>} env HOST, PORT, DATA_DIR, REPLICAS, LOG, METRICS, ISTHMUS_DIST
 * @param {{dataDir?: string, port?: number, replicas?: number, distDir?: string, serviceGraceMs?: number}} [overrides]
 */
export function readSettings(env, overrides = {}) {
  return {
    host: env.HOST || '127.0.0.1',
    port: overrides.port ?? integer(env, 'PORT', { fallback: 8080, least: 0, most: 65_535 }),
    replicas: overrides.replicas ?? integer(env, 'REPLICAS', { fallback: 1, least: 1, most: 16 }),
    dataDir: resolve(overrides.dataDir ?? (env.DATA_DIR || join(ROOT, '.data'))),
    distDir: resolve(overrides.distDir ?? (env.ISTHMUS_DIST || join(ROOT, 'dist', 'apps'))),
    serviceGraceMs: overrides.serviceGraceMs ?? SERVICE_GRACE_MS,
    isLoud: env.LOG === '1',
    hasMetrics: env.METRICS === '1',
  };
}

function integer(env, name, { fallback, least, most }) {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${name} is "${text}"; it must be a whole number from ${least} to ${most}`);
}
