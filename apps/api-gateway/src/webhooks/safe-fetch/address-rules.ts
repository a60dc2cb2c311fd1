import { type Address, type Cidr, containsAddress, parseCidr, tryParseAddress } from '@isthmus/cidr';

type Rule = [kind: string, block: Cidr];
const rule = ([kind, block]: [string, string]): Rule => [kind, parseCidr(block)];

/** IPv4 that is no single machine of the public internet (RFC 6890 and its successors), or answers for the cloud itself. */
const REFUSED_IPV4 = (
  [
    ['unspecified', '0.0.0.0/8'],
    ['private', '10.0.0.0/8'],
    ['shared (carrier-grade NAT)', '100.64.0.0/10'],
    ['loopback', '127.0.0.0/8'],
    ['cloud metadata', '168.63.129.16/32'],
    ['link-local', '169.254.0.0/16'],
    ['private', '172.16.0.0/12'],
    ['reserved', '192.0.0.0/24'],
    ['documentation', '192.0.2.0/24'],
    ['6to4 relay', '192.88.99.0/24'],
    ['private', '192.168.0.0/16'],
    ['benchmarking', '198.18.0.0/15'],
    ['documentation', '198.51.100.0/24'],
    ['documentation', '203.0.113.0/24'],
    ['multicast', '224.0.0.0/4'],
    ['reserved or broadcast', '240.0.0.0/4'],
  ] satisfies [string, string][]
).map(rule);

/** Named for the message only: outside of this block nothing is reached anyway. */
const OUTSIDE_IPV6 = (
  [
    ['unspecified, loopback or IPv4-compatible', '::/96'],
    ['local NAT64', '64:ff9b:1::/48'],
    ['unique local', 'fc00::/7'],
    ['link-local', 'fe80::/10'],
    ['site-local', 'fec0::/10'],
    ['multicast', 'ff00::/8'],
  ] satisfies [string, string][]
).map(rule);

const GLOBAL_UNICAST = parseCidr('2000::/3');
const REFUSED_GLOBAL = (
  [
    ['Teredo', '2001::/32'],
    ['reserved', '2001::/23'],
    ['documentation', '2001:db8::/32'],
    ['6to4', '2002::/16'],
    ['documentation', '3fff::/20'],
  ] satisfies [string, string][]
).map(rule);

/** An IPv4 address in its last 32 bits, which a translator at the edge of the network sends to (RFC 6052). */
const NAT64 = parseCidr('64:ff9b::/96');
const IPV4_MASK = 0xffff_ffffn;

/**
 * Why nothing is sent to this address, as the kind of address it is; undefined when it is public or lies in `allowed`.
 * An address in any but its usual spelling is refused too, IPv4 inside IPv6 among them.
 */
export function refusalOf(text: string, allowed: readonly Cidr[]): string | undefined {
  const address = tryParseAddress(text);
  if (!address) return 'not in its usual spelling';
  return kindOf(address, allowed);
}

function kindOf(address: Address, allowed: readonly Cidr[]): string | undefined {
  if (allowed.some((block) => containsAddress(block, address))) return undefined;
  if (address.family === 4) return find(REFUSED_IPV4, address);
  if (containsAddress(NAT64, address)) return kindOf({ family: 4, value: address.value & IPV4_MASK }, allowed);
  if (!containsAddress(GLOBAL_UNICAST, address)) return find(OUTSIDE_IPV6, address) ?? 'reserved';
  return find(REFUSED_GLOBAL, address);
}

function find(rules: readonly Rule[], address: Address): string | undefined {
  return rules.find(([, block]) => containsAddress(block, address))?.[0];
}
