import { Inject, Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import { VPN_CONFIG, type VpnConfig } from '../config';
import { chooseZones, type ZonePair, type ZoneUsage } from './zone-choice';

const OPEN = 'INSERT INTO vpn.zone_usage (zone, used) SELECT unnest($1::text[]), 0 ON CONFLICT DO NOTHING';
/** In one order, so that nobody waits in a circle. */
const LOCK = 'SELECT zone, used FROM vpn.zone_usage WHERE zone = ANY ($1) ORDER BY zone FOR UPDATE';
const CHANGE = `
  UPDATE vpn.zone_usage u SET used = u.used + $2 * c.places
    FROM (SELECT zone, count(*)::int AS places FROM unnest($1::text[]) zone GROUP BY zone) c WHERE u.zone = c.zone`;

/** How many endpoints each zone hosts, counted in rows that racing gateways cannot pass. */
@Injectable()
export class ZoneUsageRepository {
  constructor(@Inject(VPN_CONFIG) private readonly config: VpnConfig) {}

  /** A place for each endpoint, until the commit or for good. Throws `exhausted`. */
  async take(tx: Tx, zones: readonly string[], isOrderGiven: boolean): Promise<ZonePair> {
    await tx.execute(OPEN, [zones]);
    const usage = new Map((await tx.query<ZoneUsage>(LOCK, [zones])).map((row) => [row.zone, row]));
    const candidates = zones.flatMap((zone) => usage.get(zone) ?? []);
    const pair = chooseZones(candidates, this.config.zoneCapacity, isOrderGiven);
    await tx.execute(CHANGE, [pair, 1]);
    return pair;
  }

  /** One place per entry. */
  async giveBack(tx: Tx, zones: string[]): Promise<void> {
    if (zones.length === 0) return;
    await tx.query(LOCK, [zones]);
    await tx.execute(CHANGE, [zones, -1]);
  }
}
