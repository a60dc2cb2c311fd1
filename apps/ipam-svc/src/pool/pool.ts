import {
  canonicalCidr,
  firstUsable,
  formatAddress,
  isAssignable,
  parseCidr,
  addToAddress,
  lastUsable,
} from '@isthmus/cidr';

/** Public addresses that the projects of a deployment share, handed out zone by zone. */
export interface ZonalPool {
  region: string;
  zone: string;
  /** Canonical, e.g. `203.0.113.0/27`. */
  cidr: string;
  rangeStart: string;
  rangeEnd: string;
  gateway: string;
}

/** What the configuration file says. */
export interface PoolFile {
  pools: { region: string; zone: string; cidrs: string[] }[];
}

/** Throws for what is no pool. The first usable address is the gateway's, all others are handed out. */
export function poolsIn({ pools }: PoolFile): ZonalPool[] {
  return pools.flatMap(({ region, zone, cidrs }) => {
    if (!region || !zone) throw new Error('each pool has a region and a zone');
    return cidrs.map((text) => {
      const cidr = parseCidr(text);
      if (!isAssignable(cidr)) throw new Error(`${text} has addresses that no machine may have`);
      const { min, max } = cidr.family === 4 ? { min: 8, max: 30 } : { min: 64, max: 126 };
      if (cidr.prefixLength < min || cidr.prefixLength > max) throw new Error(`${text} is not a /${min} to /${max}`);
      const gateway = firstUsable(cidr);
      return {
        ...{ region, zone, cidr: canonicalCidr(text), gateway: formatAddress(gateway) },
        ...{ rangeStart: formatAddress(addToAddress(gateway, 1n)), rangeEnd: formatAddress(lastUsable(cidr)) },
      };
    });
  });
}
