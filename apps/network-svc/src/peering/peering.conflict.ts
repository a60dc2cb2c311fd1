import { overlaps, parseCidr } from '@isthmus/cidr';

/** A network with all that is needed to tell whether another may be linked with it. */
export interface LinkedNetwork {
  networkId: string;
  projectId: string;
  cidrs: string[];
  /** What its router reaches through other peerings. */
  reachable: Reachable[];
}

/** A destination behind another peering of the same router. */
export interface Reachable {
  peerNetworkId: string;
  destination: string;
}

/** The first two blocks that overlap. */
export function firstOverlap(left: string[], right: string[]): [string, string] | undefined {
  for (const one of left) {
    const other = right.find((candidate) => overlaps(parseCidr(one), parseCidr(candidate)));
    if (other !== undefined) return [one, other];
  }
  return undefined;
}

/**
 * Why two networks cannot be linked, as the owner of `local` may know it: their own subnets first, then what the router of
 * either reaches already. What another project's router reaches is that project's affair and is not named.
 */
export function conflictOf(local: LinkedNetwork, peer: LinkedNetwork): string | null {
  const own = firstOverlap(local.cidrs, peer.cidrs);
  if (own) return `${own[0]} of the local network overlaps ${own[1]} of the peer network; change one of them.`;
  const here = firstReached(peer, local);
  if (here) {
    return `${here[0]} of the peer network overlaps ${here[1]}, which the local router reaches through another peering; \
change one of them, or delete that peering.`;
  }
  const there = firstReached(local, peer);
  if (!there) return null;
  const known = local.projectId === peer.projectId ? there[1] : 'a subnet';
  return `${there[0]} of the local network overlaps ${known} that the peer's router reaches through another peering; \
change one of them, or have that peering deleted.`;
}

/** Two networks of one router may both be linked with the same network: that is one destination. */
function firstReached(network: LinkedNetwork, from: LinkedNetwork): [string, string] | undefined {
  const others = from.reachable.filter(({ peerNetworkId }) => peerNetworkId !== network.networkId);
  return firstOverlap(
    network.cidrs,
    others.map(({ destination }) => destination),
  );
}
