export const PEERING_STATES = [
  'active',
  'provisioning',
  'disabled',
  'waiting-for-peer',
  'peer-disabled',
  'local-network-not-routed',
  'peer-network-not-routed',
  'peer-network-deleted',
  'subnets-overlap',
  'error',
] as const;
export type PeeringState = (typeof PEERING_STATES)[number];

/** What its owner wants. */
export type PeeringIntent = 'active' | 'disabled';

/** One fact that changed, and what followed. */
export interface PeeringChange {
  at: string;
  from: PeeringState | null;
  to: PeeringState;
  /** One sentence a person can act on. */
  reason: string;
}

/** One side of a link between two networks; the link works when both sides exist and want it. */
export interface PeeringView {
  id: string;
  projectId: string;
  name: string;
  labels: { key: string; value: string }[];
  intent: PeeringIntent;
  state: PeeringState;
  /** Why it is not active; null when it is. */
  stateReason: string | null;
  localNetworkId: string;
  localCidrs: string[];
  peerNetworkId: string;
  /** Null until the peer has made its own side: before that nothing of it is told. */
  peerCidrs: string[] | null;
  createdAt: string;
  updatedAt: string;
}
