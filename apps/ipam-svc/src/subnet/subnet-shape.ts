import {
  addToAddress,
  type Cidr,
  firstUsable,
  formatAddress,
  formatCidr,
  isAssignable,
  isRfc1918,
  isUla,
  lastUsable,
  parseCidr,
  parseSpan,
} from '@isthmus/cidr';
import { ProblemError } from '@isthmus/problem';

/** Block, automatic range and gateway of a subnet, as canonical text. */
export interface SubnetShape {
  cidr: string;
  rangeStart: string;
  rangeEnd: string;
  gateway: string | null;
}

export interface ShapeRequest {
  cidr: string;
  range?: { start: string; end: string };
  hasGateway: boolean;
  isJoined: boolean;
}

/** Shortest and longest prefix of a subnet. Longer ones have no room for a gateway, a machine and a broadcast address. */
const PREFIX_LIMITS = { 4: { min: 8, max: 30 }, 6: { min: 64, max: 126 } };

/** Automatic IPv4 blocks come out of 172.16.0.0/12. */
export const AUTOMATIC_PREFIX_LIMITS = { min: 13, max: 30 };

/**
 * The shape of a subnet with a given block. The first usable address is the gateway's where there is one; without a range
 * all others are handed out automatically.
 */
export function shapeOf({ cidr: text, range, hasGateway, isJoined }: ShapeRequest): SubnetShape {
  const cidr = parseSubnetCidr(text, isJoined);
  const first = firstUsable(cidr);
  const gateway = hasGateway ? formatAddress(first) : null;
  const span = range && parseSpan(cidr, range);
  if (span && gateway !== null && span.start.value === first.value && span.end.value === first.value) {
    throw ProblemError.invalid('range.end', `The range holds nothing but the gateway ${gateway}; widen it.`);
  }
  return {
    cidr: formatCidr(cidr),
    rangeStart: formatAddress(span?.start ?? (hasGateway ? addToAddress(first, 1n) : first)),
    rangeEnd: formatAddress(span?.end ?? lastUsable(cidr)),
    gateway,
  };
}

/** Reads the block of a subnet and checks that a private network may have it. */
export function parseSubnetCidr(text: string, isJoined: boolean, field = 'cidr'): Cidr {
  const cidr = parseCidr(text, field);
  const { min, max } = PREFIX_LIMITS[cidr.family];
  if (cidr.prefixLength < min || cidr.prefixLength > max) {
    const message = `An IPv${cidr.family} subnet is a /${min} to /${max}, not a /${cidr.prefixLength}.`;
    throw ProblemError.invalid(field, message);
  }
  if (isJoined && !isRfc1918(cidr) && !isUla(cidr)) {
    const wanted = cidr.family === 4 ? '10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16' : 'fc00::/7';
    throw ProblemError.invalid(field, `${formatCidr(cidr)} is not private; choose one inside ${wanted}.`);
  }
  if (!isAssignable(cidr)) {
    throw ProblemError.invalid(field, `${formatCidr(cidr)} has addresses that no machine may have; choose another.`);
  }
  return cidr;
}

/** Why an address is never handed out, or undefined. */
export function heldFor(shape: SubnetShape, address: string): 'gateway' | 'network' | 'broadcast' | undefined {
  if (address === shape.gateway) return 'gateway';
  const cidr = parseCidr(shape.cidr);
  if (address === formatAddress({ family: cidr.family, value: cidr.first })) return 'network';
  if (cidr.family === 4 && address === formatAddress(addToAddress(lastUsable(cidr), 1n))) return 'broadcast';
  return undefined;
}
