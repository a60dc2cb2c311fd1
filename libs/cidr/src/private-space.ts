import { type Cidr, containsCidr, parseCidr } from './cidr';

const RFC_1918 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map((text) => parseCidr(text));
const ULA = parseCidr('fc00::/7');
/** Blocks no machine can have as its own unicast address (RFC 6890). */
const UNASSIGNABLE = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/8', 'fe80::/10', 'ff00::/8'].map(
  (text) => parseCidr(text),
);

/** Bytes of randomness in a ULA /64: 40 bits of global id, 16 of subnet id (RFC 4193). */
export const ULA_RANDOM_BYTES = 7;

/** Is the whole block private IPv4 space (RFC 1918)? */
export function isRfc1918(cidr: Cidr): boolean {
  return RFC_1918.some((block) => containsCidr(block, cidr));
}

/** Is the whole block unique local IPv6 space (RFC 4193)? */
export function isUla(cidr: Cidr): boolean {
  return containsCidr(ULA, cidr);
}

/** Could machines have addresses of this block at all: neither loopback, link-local, multicast nor reserved? */
export function isAssignable(cidr: Cidr): boolean {
  return !UNASSIGNABLE.some((block) => containsCidr(block, cidr) || containsCidr(cidr, block));
}

/**
 * A unique local /64 (`fdxx:…::/64`) out of randomness that the caller draws, so that the choice stays his.
 *
 * @param random exactly `ULA_RANDOM_BYTES` bytes
 */
export function ulaBlock(random: Uint8Array): Cidr {
  if (random.length !== ULA_RANDOM_BYTES) throw new RangeError(`a ULA needs ${ULA_RANDOM_BYTES} random bytes`);
  const bits = random.reduce((value, byte) => (value << 8n) | BigInt(byte), 0xfdn);
  return { family: 6, first: bits << 64n, prefixLength: 64 };
}
