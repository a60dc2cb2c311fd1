import { conflictOf, type LinkedNetwork } from './peering.conflict';
import type { NetworkPair, PeeringSide } from './peering.facts';
import type { PeeringRoute } from './peering-link.repository';
import { judge, type LinkAction, type LinkPhase, nextForLink, obstacleIn, type PeeringVerdict } from './peering.state';

/** CIDRs by network id. */
export type SubnetsByNetwork = Record<string, string[]>;

/** What must become of one or two sides. */
export interface PeeringPlan {
  action: LinkAction;
  /** What the link must carry; empty unless it is to be installed. */
  routes: Omit<PeeringRoute, 'linkId'>[];
  verdicts: { id: string; verdict: PeeringVerdict }[];
  /** Neither side has an obstacle. */
  isWanted: boolean;
}

export const pairOf = (side: Pick<PeeringSide, 'localNetworkId' | 'peerNetworkId'>): NetworkPair => [
  side.localNetworkId,
  side.peerNetworkId,
];

/**
 * From all facts to what must be. Pure. `routes` are the link's own and those of both VPCs that might be in the way.
 * Undefined when it depends on subnets that were not read.
 */
export function planPeering(
  sides: PeeringSide[],
  subnets: SubnetsByNetwork,
  routes: PeeringRoute[],
): PeeringPlan | undefined {
  const [low, high] = sides;
  if (!low) return undefined;
  if (!high) return keep(sides, null);
  const isReady = sides.every((side) => !obstacleIn({ ...side, conflict: null }));
  const needsSubnets = isReady && low.phase !== 'installing' && low.phase !== 'removing';
  if (!needsSubnets) return moveLink(sides, false, []);
  if (!(low.localNetworkId in subnets && high.localNetworkId in subnets)) return undefined;
  const conflicts = conflictsOf(low, high, subnets, routes);
  if (conflicts[0] !== null) return moveLink(sides, false, [], conflicts);
  const wanted = [...routesTo(low, high, subnets), ...routesTo(high, low, subnets)];
  return moveLink(
    sides,
    true,
    wanted,
    conflicts,
    isSame(
      wanted,
      routes.filter(({ linkId }) => linkId === low.linkId),
    ),
  );
}

function moveLink(
  sides: PeeringSide[],
  isWanted: boolean,
  routes: PeeringPlan['routes'],
  conflicts: (string | null)[] = [null, null],
  isCurrent = true,
): PeeringPlan {
  const [{ phase, isRetryDue }] = sides as [PeeringSide];
  const action = nextForLink({ phase, isWanted, isCurrent, isRetryDue });
  const plan = keep(sides, phaseAfter(action, phase), conflicts);
  return { ...plan, action, isWanted, routes: action === 'install' ? routes : [] };
}

function keep(sides: PeeringSide[], link: LinkPhase | null, conflicts: (string | null)[] = [null, null]): PeeringPlan {
  const verdicts = sides.map((side, index) => {
    const conflict = conflicts[index] ?? null;
    return { id: side.id, verdict: judge({ ...side, conflict, link }) };
  });
  return { action: 'keep', routes: [], verdicts, isWanted: false };
}

function phaseAfter(action: LinkAction, phase: LinkPhase | null): LinkPhase | null {
  switch (action) {
    case 'keep':
      return phase;
    case 'install':
      return 'installing';
    case 'withdraw':
      return 'removing';
    case 'forget':
      return null;
  }
}

/** As each side may know it; both have one or none has. */
function conflictsOf(
  low: PeeringSide,
  high: PeeringSide,
  subnets: SubnetsByNetwork,
  routes: PeeringRoute[],
): (string | null)[] {
  const [one, other] = [linked(low, subnets, routes), linked(high, subnets, routes)];
  return [conflictOf(one, other), conflictOf(other, one)];
}

function linked(side: PeeringSide, subnets: SubnetsByNetwork, routes: PeeringRoute[]): LinkedNetwork {
  return {
    networkId: side.localNetworkId,
    projectId: side.projectId,
    cidrs: subnets[side.localNetworkId] ?? [],
    reachable: routes.filter(({ vpcId, linkId }) => vpcId === side.localVpcId && linkId !== side.linkId),
  };
}

function routesTo(from: PeeringSide, to: PeeringSide, subnets: SubnetsByNetwork): PeeringPlan['routes'] {
  const destinations = subnets[to.localNetworkId] ?? [];
  return destinations.map((destination) => ({
    vpcId: from.localVpcId,
    peerNetworkId: to.localNetworkId,
    destination,
  }));
}

function isSame(wanted: PeeringPlan['routes'], present: PeeringRoute[]): boolean {
  const keys = new Set(present.map(keyOf));
  return wanted.length === present.length && wanted.every((route) => keys.has(keyOf(route)));
}

function keyOf({ vpcId, peerNetworkId, destination }: Omit<PeeringRoute, 'linkId'>): string {
  return `${vpcId} ${peerNetworkId} ${destination}`;
}
