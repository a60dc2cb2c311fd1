import { ProblemError } from '@isthmus/problem';

/** A zone that could host endpoints, and how many it hosts. */
export interface ZoneUsage {
  zone: string;
  used: number;
}

/** Where the endpoint of slot 1 and that of slot 2 go. */
export type ZonePair = [string, string];

/**
 * Zones for both endpoints of a gateway: the least used first, those with equally many in the given order; two different
 * ones wherever two are given, so that the gateway survives the loss of a zone. `isOrderGiven`: the first endpoint in the
 * first zone. Throws `exhausted` when there is no room for both.
 */
export function chooseZones(candidates: ZoneUsage[], capacity: number, isOrderGiven: boolean): ZonePair {
  const [only] = candidates;
  if (!only) throw new Error('a gateway without a zone to choose from');
  if (candidates.length === 1) {
    if (only.used + 2 > capacity) throw noRoom(candidates);
    return [only.zone, only.zone];
  }
  const free = candidates.filter(({ used }) => used < capacity);
  const ordered = isOrderGiven ? free : free.sort((left, right) => left.used - right.used);
  const [first, second] = ordered;
  if (!first || !second) throw noRoom(candidates);
  return [first.zone, second.zone];
}

function noRoom(candidates: ZoneUsage[]): ProblemError {
  const zones = candidates.map(({ zone }) => zone).join(', ');
  const detail = `There is no room for a VPN gateway in ${zones}; delete one there, or choose another region.`;
  return new ProblemError('exhausted', detail, { resource: 'zone' });
}
