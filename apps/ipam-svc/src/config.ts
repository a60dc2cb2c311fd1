import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { OwnerTypeTable } from './address/owner-types';
import { type PoolFile, poolsIn, type ZonalPool } from './pool/pool';

/** What the service is told from outside. */
export interface IpamConfig {
  databaseUrl: string;
  redisUrl: string;
  /** Public addresses by zone. */
  pools: ZonalPool[];
  /** Which callers attach and detach for which types of owner. */
  ownerTypes: OwnerTypeTable;
}

/** Reads and checks the environment; throws one error that names every setting that is wrong. */
export function readConfig(env: Record<string, string | undefined> = process.env): IpamConfig {
  const complaints: string[] = [];
  const config = {
    databaseUrl: urlOf(env, 'DATABASE_URL', ['postgres:', 'postgresql:'], complaints),
    redisUrl: urlOf(env, 'REDIS_URL', ['redis:', 'rediss:'], complaints),
    pools: fileOf(env, 'POOLS_FILE', 'config/pools.yaml', (content) => poolsIn(content as PoolFile), complaints) ?? [],
    ownerTypes: fileOf(env, 'CALLERS_FILE', 'config/callers.yaml', ownerTypesIn, complaints) ?? {},
  };
  if (complaints.length > 0) throw new Error(`ipam-svc cannot start:\n  ${complaints.join('\n  ')}`);
  return config;
}

/** Only what `migrate` needs. */
export function readDatabaseUrl(env: Record<string, string | undefined> = process.env): string {
  const complaints: string[] = [];
  const url = urlOf(env, 'DATABASE_URL', ['postgres:', 'postgresql:'], complaints);
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return url;
}

function urlOf(env: Record<string, string | undefined>, name: string, schemes: string[], complaints: string[]): string {
  const text = env[name] ?? '';
  // Several failover hosts make a URL that the URL class refuses, so only the scheme is looked at.
  if (!schemes.some((scheme) => text.startsWith(`${scheme}//`))) {
    complaints.push(`${name} must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
  }
  return text;
}

/** What `read` makes of the YAML file that `name` points to. */
function fileOf<T>(
  env: Record<string, string | undefined>,
  name: string,
  fallback: string,
  read: (content: unknown) => T,
  complaints: string[],
): T | undefined {
  const file = env[name] || fallback;
  try {
    return read(load(readFileSync(file, 'utf8')));
  } catch (error) {
    complaints.push(`${name} (${file}) cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function ownerTypesIn(content: unknown): OwnerTypeTable {
  const table = (content as { callers?: Record<string, unknown> } | null)?.callers ?? {};
  for (const [caller, types] of Object.entries(table)) {
    if (!Array.isArray(types) || types.some((type) => typeof type !== 'string')) {
      throw new Error(`${caller} needs a list of owner types`);
    }
  }
  return table as OwnerTypeTable;
}
