import {
  type Address,
  addToAddress,
  type Cidr,
  cidrOf,
  containsAddress,
  firstAddress,
  formatAddress,
  formatCidr,
  isUsable,
  overlaps,
  parseCidr,
  quote,
  sizeOf,
  tryParseAddress,
} from '@isthmus/cidr';
import { ProblemError } from '@isthmus/problem';

/** The network inside a tunnel and the addresses of its two ends, without prefix. */
export interface TunnelAddresses {
  /** A /30. */
  network: string;
  local: string;
  peer: string;
}

const PREFIX_LENGTH = 30;
const BLOCK_SIZE = 4n;
const LINK_LOCAL = parseCidr('169.254.0.0/16');
/** The gateways' own. */
const RESERVED = parseCidr('169.254.195.0/24');
/**
 * Never chosen, though a caller may name them: the first and last 256 of the space are set aside (RFC 3927, 2.1), and the
 * metadata service of instances has its address in the other.
 */
const AVOIDED = ['169.254.0.0/24', '169.254.255.0/24', '169.254.169.252/30'].map((text) => parseCidr(text));

/**
 * The two ends as a caller gives them: both in `169.254.x.x/30`, the two hosts of one network.
 *
 * @throws ProblemError `invalid-argument` for `tunnelLocalAddress` or `tunnelPeerAddress`
 */
export function parseTunnelAddresses(localText: string, peerText: string): TunnelAddresses {
  const local = parseEnd('tunnelLocalAddress', localText);
  const peer = parseEnd('tunnelPeerAddress', peerText);
  const network = networkOf(local);
  if (!containsAddress(network, peer) || local.value === peer.value) {
    const message = `${localText} and ${peerText} must be the two different hosts of one /${PREFIX_LENGTH}.`;
    throw ProblemError.invalid('tunnelPeerAddress', message);
  }
  return { network: formatCidr(network), local: formatAddress(local), peer: formatAddress(peer) };
}

/** Every network that may be chosen, in order. */
const CHOICES = Array.from({ length: Number(sizeOf(LINK_LOCAL) / BLOCK_SIZE) }, (_, index): Cidr => {
  return { family: 4, first: LINK_LOCAL.first + BLOCK_SIZE * BigInt(index), prefixLength: PREFIX_LENGTH };
})
  .filter((network) => ![RESERVED, ...AVOIDED].some((block) => overlaps(block, network)))
  .map((network) => ({ network: formatCidr(network), local: hostOf(network, 1n), peer: hostOf(network, 2n) }));

/** The first network that is not in `taken`, with its first host for this end; undefined when none is left. */
export function nextTunnelAddresses(taken: ReadonlySet<string>): TunnelAddresses | undefined {
  return CHOICES.find(({ network }) => !taken.has(network));
}

/** As a caller gives and reads one end. */
export function withPrefix(address: string): string {
  return `${address}/${PREFIX_LENGTH}`;
}

function parseEnd(field: string, text: string): Address {
  const [addressText = '', prefix, ...rest] = text.split('/');
  const address = tryParseAddress(addressText);
  if (!address || prefix !== String(PREFIX_LENGTH) || rest.length > 0 || !containsAddress(LINK_LOCAL, address)) {
    throw ProblemError.invalid(field, `${quote(text)} is not an address like 169.254.70.1/30.`, 'format');
  }
  if (containsAddress(RESERVED, address)) {
    throw ProblemError.invalid(field, `${text} lies in ${formatCidr(RESERVED)}, which the gateways use themselves.`);
  }
  if (!isUsable(networkOf(address), address)) {
    throw ProblemError.invalid(field, `${text} is the network or broadcast address of its /${PREFIX_LENGTH}.`);
  }
  return address;
}

function networkOf(address: Address): Cidr {
  return cidrOf(address, PREFIX_LENGTH);
}

function hostOf(network: Cidr, number: bigint): string {
  return formatAddress(addToAddress(firstAddress(network), number));
}
