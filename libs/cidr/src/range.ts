import { ProblemError } from '@isthmus/problem';
import { type Address, compareAddresses, formatAddress, parseAddress, parseIpv4 } from './address';
import { type Cidr, cidrOf, formatCidr } from './cidr';
import { prefixLengthOf } from './netmask';
import { firstUsable, isUsable, lastUsable } from './usable';

/** Addresses of one network, first and last included. */
export interface AddressSpan {
  cidr: Cidr;
  start: Address;
  end: Address;
}

/** Argument names, for errors. */
export interface SpanFields {
  start: string;
  end: string;
}

/**
 * Checks a range of a network: both ends are usable addresses of it, and the start is not after the end.
 *
 * @throws ProblemError `invalid-argument` naming the argument to change
 */
export function parseSpan(
  cidr: Cidr,
  text: { start: string; end: string },
  fields: SpanFields = { start: 'range.start', end: 'range.end' },
): AddressSpan {
  const start = parseAddress(text.start, fields.start);
  const end = parseAddress(text.end, fields.end);
  requireUsable(cidr, start, fields.start);
  requireUsable(cidr, end, fields.end);
  if (compareAddresses(start, end) > 0) {
    const message = `The range starts at ${formatAddress(start)}, after its end ${formatAddress(end)}.`;
    throw ProblemError.invalid(fields.start, message);
  }
  return { cidr, start, end };
}

/**
 * A range and its network from the three IPv4 texts of a managed network.
 *
 * @throws ProblemError `invalid-argument` naming `startIp`, `endIp` or `netmask`
 */
export function parseNetmaskRange(range: { startIp: string; endIp: string; netmask: string }): AddressSpan {
  const start = parseIpv4(range.startIp, 'startIp');
  parseIpv4(range.endIp, 'endIp');
  const cidr = cidrOf(start, prefixLengthOf(range.netmask, 'netmask'));
  return parseSpan(cidr, { start: range.startIp, end: range.endIp }, { start: 'startIp', end: 'endIp' });
}

function requireUsable(cidr: Cidr, address: Address, field: string): void {
  if (isUsable(cidr, address)) return;
  const usable = `${formatAddress(firstUsable(cidr))} to ${formatAddress(lastUsable(cidr))}`;
  const message = `${formatAddress(address)} is not a usable address of ${formatCidr(cidr)}, which has ${usable}.`;
  throw ProblemError.invalid(field, message);
}
