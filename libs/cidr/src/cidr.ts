import type { AddressFamily } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { type Address, bitsOf, formatAddress, quote, tryParseAddress } from './address';

/** A block of addresses. `first` is its lowest address (no host bits), `prefixLength` is 0 to 32 or 0 to 128. */
export interface Cidr {
  family: AddressFamily;
  first: bigint;
  prefixLength: number;
}

/**
 * Reads a block in CIDR notation, strictly: address and prefix as in `parseAddress`, no leading zeros, no host bits.
 *
 * @param field name of the argument, for the error
 * @throws ProblemError `invalid-argument`; for host bits it names the network that was probably meant
 */
export function parseCidr(text: string, field = 'cidr'): Cidr {
  const [addressText = '', prefixText, ...rest] = String(text).split('/');
  const address = rest.length === 0 ? tryParseAddress(addressText) : undefined;
  if (!address) throw ProblemError.invalid(field, `${quote(text)} is not a network in CIDR notation.`, 'format');
  if (prefixText === undefined || !/^(0|[1-9][0-9]{0,2})$/.test(prefixText)) {
    throw ProblemError.invalid(field, `${quote(text)} needs a prefix length, like ${addressText}/24.`, 'format');
  }
  const prefixLength = Number(prefixText);
  if (prefixLength > bitsOf(address.family)) {
    const longest = `${bitsOf(address.family)} is the longest of IPv${address.family}`;
    throw ProblemError.invalid(field, `${quote(text)} has a prefix length of ${prefixLength}; ${longest}.`, 'format');
  }
  const cidr = cidrOf(address, prefixLength);
  if (cidr.first !== address.value) {
    const message = `${formatAddress(address)}/${prefixLength} has host bits set; the network is ${formatCidr(cidr)}.`;
    throw ProblemError.invalid(field, message, 'constraint');
  }
  return cidr;
}

/** The block of that size around an address. */
export function cidrOf({ family, value }: Address, prefixLength: number): Cidr {
  const hostBits = BigInt(bitsOf(family) - prefixLength);
  return { family, first: (value >> hostBits) << hostBits, prefixLength };
}

/** Canonical text, e.g. `172.16.4.0/22` or `fd00:1::/64`. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(firstAddress(cidr))}/${cidr.prefixLength}`;
}

/** Canonical text of a block given as text. */
export function canonicalCidr(text: string, field?: string): string {
  return formatCidr(parseCidr(text, field));
}

/** Number of addresses in the block, with those nobody can use: up to 2^128. */
export function sizeOf({ family, prefixLength }: Cidr): bigint {
  return 1n << BigInt(bitsOf(family) - prefixLength);
}

/** The network address. */
export function firstAddress({ family, first }: Cidr): Address {
  return { family, value: first };
}

/** The last address: IPv4's broadcast. */
export function lastAddress(cidr: Cidr): Address {
  return { family: cidr.family, value: cidr.first + sizeOf(cidr) - 1n };
}

/** Is the address in the block? */
export function containsAddress(block: Cidr, address: Address): boolean {
  return block.family === address.family && cidrOf(address, block.prefixLength).first === block.first;
}

/** Is `inner` a part of `outer`, or the same? */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.prefixLength <= inner.prefixLength && containsAddress(outer, firstAddress(inner));
}

/** Have the two blocks any address in common? Blocks of two families have none. */
export function overlaps(left: Cidr, right: Cidr): boolean {
  return containsCidr(left, right) || containsCidr(right, left);
}
