import type { PeeringIntent, PeeringState } from '@isthmus/model';

/** What the fabric has, or is about to have, of both sides; null: nothing. */
export const LINK_PHASES = ['installing', 'installed', 'removing', 'failed'] as const;
export type LinkPhase = (typeof LINK_PHASES)[number];

/** Everything that the state of one side depends on. */
export interface PeeringFacts {
  intent: PeeringIntent;
  hasPeerNetwork: boolean;
  /** The network is joined and its VPC routes. */
  isLocalRouted: boolean;
  /** What the owner of the reverse peering wants; null: there is none. */
  reverseIntent: PeeringIntent | null;
  isPeerRouted: boolean;
  /** A sentence that names what overlaps, and which fact that is; null: nothing does. */
  conflict: string | null;
  link: LinkPhase | null;
  /** Why the link failed. */
  failure: string | null;
}

/** Which fact decided. */
export type DecisiveFact =
  | 'link'
  | 'intent'
  | 'peer-network'
  | 'local-router'
  | 'reverse-peering'
  | 'reverse-intent'
  | 'peer-router'
  | 'subnets';

export interface PeeringVerdict {
  state: PeeringState;
  /** What a person can do about it; for `active`, why it is so. */
  reason: string;
  fact: DecisiveFact;
}

const verdict = (state: PeeringState, fact: DecisiveFact, reason: string): PeeringVerdict => ({ state, fact, reason });

/**
 * The state of one side of a peering: the first line that applies. While routes are being moved nothing else is said, so
 * that every other state but `active` means that the fabric has no routes of it.
 */
export function judge(facts: PeeringFacts): PeeringVerdict {
  if (facts.link === 'installing')
    return verdict('provisioning', 'link', 'The routes of both sides are being installed.');
  if (facts.link === 'removing')
    return verdict('provisioning', 'link', 'The routes of both sides are being taken out.');
  const obstacle = obstacleIn(facts);
  if (obstacle) return obstacle;
  switch (facts.link) {
    case null:
      return verdict('provisioning', 'link', 'Both sides are ready; their routes are about to be installed.');
    case 'installed':
      return verdict('active', 'link', 'Both sides are ready and their routes are installed.');
    case 'failed':
      return verdict('error', 'link', `The routes could not be installed and are tried again: ${facts.failure}`);
  }
}

/** What keeps the two networks from being linked, as this side sees it. */
export function obstacleIn(facts: Omit<PeeringFacts, 'link' | 'failure'>): PeeringVerdict | undefined {
  if (facts.intent === 'disabled') {
    return verdict('disabled', 'intent', 'This peering is disabled; set its configured status to active to use it.');
  }
  if (!facts.hasPeerNetwork) {
    return verdict('peer-network-deleted', 'peer-network', 'The peer network was deleted; delete this peering.');
  }
  if (!facts.isLocalRouted) {
    const reason = 'The local network has no router; attach one, or start the routing of its VPC.';
    return verdict('local-network-not-routed', 'local-router', reason);
  }
  if (facts.reverseIntent === null) {
    const reason = 'The owner of the peer network has not made a peering with this network yet; ask for it.';
    return verdict('waiting-for-peer', 'reverse-peering', reason);
  }
  if (facts.reverseIntent === 'disabled') {
    const reason = 'The owner of the peer network has disabled the other side; ask for it to be made active.';
    return verdict('peer-disabled', 'reverse-intent', reason);
  }
  if (!facts.isPeerRouted) {
    const reason = 'The peer network has no router; its owner must attach one, or start the routing of its VPC.';
    return verdict('peer-network-not-routed', 'peer-router', reason);
  }
  if (facts.conflict !== null) return verdict('subnets-overlap', 'subnets', facts.conflict);
  return undefined;
}

/** What must happen to the link. `isWanted`: neither side has an obstacle. */
export type LinkAction = 'keep' | 'install' | 'withdraw' | 'forget';

export interface LinkCircumstances {
  phase: LinkPhase | null;
  isWanted: boolean;
  /** The routes it was made with are the ones that it should have now. */
  isCurrent: boolean;
  isRetryDue: boolean;
}

/** While routes are being moved the link is left alone: when that has ended it is looked at again. */
export function nextForLink({ phase, isWanted, isCurrent, isRetryDue }: LinkCircumstances): LinkAction {
  switch (phase) {
    case null:
      return isWanted ? 'install' : 'keep';
    case 'installing':
    case 'removing':
      return 'keep';
    case 'installed':
      if (!isWanted) return 'withdraw';
      return isCurrent ? 'keep' : 'install';
    case 'failed':
      if (!isWanted) return 'forget';
      return isRetryDue || !isCurrent ? 'install' : 'keep';
  }
}
