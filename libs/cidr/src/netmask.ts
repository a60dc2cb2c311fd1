import { ProblemError } from '@isthmus/problem';
import { formatAddress, parseIpv4, quote } from './address';

const ALL_ONES = 0xffffffffn;

/** `24` -> `255.255.255.0`; for 0 to 32. */
export function netmaskOf(prefixLength: number): string {
  return formatAddress({ family: 4, value: (ALL_ONES << BigInt(32 - prefixLength)) & ALL_ONES });
}

/**
 * `255.255.255.0` -> `24`.
 *
 * @param field name of the argument, for the error
 * @throws ProblemError `invalid-argument` when it is no IPv4 text or its ones are not all in front
 */
export function prefixLengthOf(netmask: string, field = 'netmask'): number {
  const { value } = parseIpv4(netmask, field);
  const hostPart = ~value & ALL_ONES;
  // Zeros all behind the ones: the inverse is one less than a power of two.
  if ((hostPart & (hostPart + 1n)) !== 0n) {
    throw ProblemError.invalid(field, `${quote(netmask)} is not a netmask; one of 24 bits is 255.255.255.0.`);
  }
  return 32 - (hostPart === 0n ? 0 : hostPart.toString(2).length);
}
