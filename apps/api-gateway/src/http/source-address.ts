import type { FastifyRequest } from 'fastify';
import {
  type Address,
  type Cidr,
  cidrOf,
  containsAddress,
  formatAddress,
  parseAddress,
  parseCidr,
  tryParseAddress,
} from '@isthmus/cidr';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whose `X-Forwarded-For` is believed. */
    trustedProxies: readonly Cidr[];
  }
}

/** The IP address that a request came from; null when the connection is gone. IPv4 in its own form, IPv6 without a zone. */
export function sourceAddressOf({ socket, headers, server }: FastifyRequest): string | null {
  return sourceAddress(socket.remoteAddress, headers['x-forwarded-for'], server.trustedProxies);
}

/**
 * The peer, unless it is a trusted proxy: then whoever the nearest proxy that is not trusted says it is, which is the last
 * address of `X-Forwarded-For` that is not itself trusted. What stands before that one, anybody may have written.
 *
 * @param forwardedFor the addresses that the proxies have added, each behind the others
 */
export function sourceAddress(
  peer: string | undefined,
  forwardedFor: string | string[] | undefined,
  trusted: readonly Cidr[],
): string | null {
  if (peer === undefined) return null;
  const own = withoutMapping(peer).replace(/%.*$/, '');
  if (trusted.length === 0 || forwardedFor === undefined || !isTrusted(tryParseAddress(own), trusted)) return own;
  const hops = String(forwardedFor).split(',').reverse();
  for (const hop of hops) {
    const address = tryParseAddress(withoutMapping(hop.trim()));
    // Behind what no proxy writes there is nothing to be believed.
    if (!address) return own;
    if (!isTrusted(address, trusted)) return formatAddress(address);
  }
  return own;
}

/** Reads TRUSTED_PROXIES: addresses and blocks, with commas. Throws ProblemError `invalid-argument`. */
export function parseTrustedProxies(text: string): Cidr[] {
  return text.split(',').map((item) => {
    const block = item.trim();
    if (block.includes('/')) return parseCidr(block);
    const address = parseAddress(block);
    return cidrOf(address, address.family === 4 ? 32 : 128);
  });
}

/** A socket that listens on IPv6 tells IPv4 as `::ffff:192.0.2.1`. */
function withoutMapping(text: string): string {
  return text.replace(/^::ffff:(?=\d+\.)/i, '');
}

function isTrusted(address: Address | undefined, trusted: readonly Cidr[]): boolean {
  return address !== undefined && trusted.some((block) => containsAddress(block, address));
}
