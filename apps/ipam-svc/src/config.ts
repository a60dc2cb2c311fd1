import { type Environment, Settings } from '@isthmus/settings';
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
export function readConfig(env: Environment = process.env): IpamConfig {
  const settings = new Settings(env);
  const config = {
    databaseUrl: settings.databaseUrl(),
    redisUrl: settings.redisUrl(),
    pools: settings.file('POOLS_FILE', 'config/pools.yaml', (content) => poolsIn(content as PoolFile)) ?? [],
    ownerTypes: settings.file('CALLERS_FILE', 'config/callers.yaml', ownerTypesIn) ?? {},
  };
  settings.check('ipam-svc');
  return config;
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
