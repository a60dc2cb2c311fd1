import type { Address } from './address';
import { type Cidr, firstAddress, lastAddress } from './cidr';

/**
 * The lowest address a machine may have: not the network address, which IPv6 gives to the routers of the link
 * (RFC 4291, 2.6.1). Blocks of one or two addresses use them all (RFC 3021, RFC 6164).
 */
export function firstUsable(cidr: Cidr): Address {
  const first = firstAddress(cidr);
  return isPointToPoint(cidr) ? first : { ...first, value: first.value + 1n };
}

/** The highest address a machine may have: not IPv4's broadcast. */
export function lastUsable(cidr: Cidr): Address {
  const last = lastAddress(cidr);
  return cidr.family === 6 || isPointToPoint(cidr) ? last : { ...last, value: last.value - 1n };
}

/** May a machine of this network have the address? */
export function isUsable(cidr: Cidr, address: Address): boolean {
  if (cidr.family !== address.family) return false;
  return firstUsable(cidr).value <= address.value && address.value <= lastUsable(cidr).value;
}

function isPointToPoint({ family, prefixLength }: Cidr): boolean {
  return prefixLength >= (family === 4 ? 31 : 127);
}
