import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { Topology, type TopologyDefinition } from '@isthmus/model';

/** The project and key that exist from the first start on. */
export interface BootstrapKey {
  projectId: string;
  accessKey: string;
  secretKey: string;
}

/** Everything the gateway is told from outside. */
export class GatewayConfig {
  host!: string;
  port!: number;
  databaseUrl!: string;
  redisUrl!: string;
  /** 32 bytes; the secrets of API keys are sealed under it. */
  masterKey!: Buffer;
  bootstrap!: BootstrapKey | null;
  /** How long an answer may wait for its operation to end. */
  settleWindowMs!: number;
  topology!: Topology;
}

type Environment = Record<string, string | undefined>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The strictest official client insists on this form. */
const ACCESS_KEY = /^SCW[A-Z0-9]{17}$/;

/** Reads and checks the environment; throws one error that names every setting that is wrong and what it should be. */
export function readConfig(env: Environment = process.env): GatewayConfig {
  const complaints: string[] = [];
  const config = Object.assign(new GatewayConfig(), {
    host: env.HOST || '127.0.0.1',
    port: wholeNumber(env, 'PORT', 8080, 65_535, complaints),
    databaseUrl: urlOf(env, 'DATABASE_URL', ['postgres:', 'postgresql:'], complaints),
    redisUrl: urlOf(env, 'REDIS_URL', ['redis:', 'rediss:'], complaints),
    masterKey: masterKey(env, complaints),
    bootstrap: bootstrapKey(env, complaints),
    settleWindowMs: wholeNumber(env, 'SETTLE_WINDOW_MS', 1_000, 60_000, complaints),
    topology: topology(env.REGIONS_FILE || 'config/regions.yaml', complaints),
  });
  if (complaints.length > 0) throw new Error(`The gateway cannot start:\n  ${complaints.join('\n  ')}`);
  return config;
}

/** The same without stores and secrets, for work that only looks at the code (the OpenAPI documents). */
export function offlineConfig(): GatewayConfig {
  return Object.assign(new GatewayConfig(), {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: '',
    redisUrl: '',
    masterKey: Buffer.alloc(32),
    bootstrap: null,
    settleWindowMs: 0,
    topology: new Topology({ defaultZone: 'a-1', regions: [{ name: 'a', zones: [{ name: 'a-1' }] }] }),
  });
}

/** Only what `migrate` needs. */
export function readDatabaseUrl(env: Environment = process.env): string {
  const complaints: string[] = [];
  const url = urlOf(env, 'DATABASE_URL', ['postgres:', 'postgresql:'], complaints);
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return url;
}

function wholeNumber(env: Environment, name: string, fallback: number, max: number, complaints: string[]): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  complaints.push(`${name} must be a whole number from 0 to ${max}`);
  return fallback;
}

function urlOf(env: Environment, name: string, protocols: string[], complaints: string[]): string {
  const text = env[name] ?? '';
  // Several failover hosts make a URL that the URL class refuses, so only the scheme is looked at.
  if (!protocols.some((protocol) => text.startsWith(`${protocol}//`))) {
    complaints.push(`${name} must be a URL that starts with ${protocols.map((each) => `${each}//`).join(' or ')}`);
  }
  return text;
}

function masterKey(env: Environment, complaints: string[]): Buffer {
  const key = Buffer.from(env.MASTER_KEY ?? '', 'base64');
  if (key.length !== 32) complaints.push('MASTER_KEY must be 32 bytes in base64 (openssl rand -base64 32)');
  return key;
}

function bootstrapKey(env: Environment, complaints: string[]): BootstrapKey | null {
  const { BOOTSTRAP_PROJECT_ID: projectId, BOOTSTRAP_ACCESS_KEY: accessKey, BOOTSTRAP_SECRET_KEY: secretKey } = env;
  if (!projectId && !accessKey && !secretKey) return null;
  if (!UUID.test(projectId ?? '')) complaints.push('BOOTSTRAP_PROJECT_ID must be a lower-case UUID');
  if (!ACCESS_KEY.test(accessKey ?? '')) complaints.push('BOOTSTRAP_ACCESS_KEY must be SCW and 17 of A-Z0-9');
  if (!UUID.test(secretKey ?? '')) complaints.push('BOOTSTRAP_SECRET_KEY must be a lower-case UUID');
  return { projectId: projectId ?? '', accessKey: accessKey ?? '', secretKey: secretKey ?? '' };
}

function topology(file: string, complaints: string[]): Topology | undefined {
  try {
    return new Topology(load(readFileSync(file, 'utf8')) as TopologyDefinition);
  } catch (error) {
    complaints.push(`REGIONS_FILE (${file}) cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
