import type { Accepted, PeeringChange, PeeringIntent, PeeringView, PrivateNetworkView } from '@isthmus/model';
import type { Call } from './call';

export interface PeeringLabel {
  key: string;
  value: string;
}

/** Networks of any two zones, regions and projects. */
export interface CreatePeering {
  name: string;
  intent: PeeringIntent;
  localNetworkId: string;
  peerNetworkId: string;
  labels: PeeringLabel[];
}

/** Absent = unchanged; the networks never change. */
export interface UpdatePeering {
  peeringId: string;
  name?: string;
  intent?: PeeringIntent;
  labels?: PeeringLabel[];
}

export interface ListPeerings {
  peeringId?: string;
  localNetworkId?: string;
  peerNetworkId?: string;
  /** All must match: a key, or a key with a value. */
  labels?: { key: string; value?: string }[];
}

/** Puts an isolated network into a VPC and routes it, or takes it out again (null: isolated, in the default VPC). */
export interface SetRouter {
  privateNetworkId: string;
  vpcId: string | null;
}

export interface PeeringCalls {
  'peering.list': Call<ListPeerings, PeeringView[]>;
  'peering.get': Call<{ peeringId: string }, PeeringView>;
  'peering.history': Call<{ peeringId: string }, PeeringChange[]>;
  /**
   * Errors: `not-found` (resource `private-network` for the local one, `peer-network` for the other), `already-exists`,
   * `precondition-failed` (`local_network_is_routed`), `invalid-argument` (peered with itself).
   */
  'peering.create': Call<CreatePeering, Accepted<PeeringView>>;
  'peering.update': Call<UpdatePeering, Accepted<PeeringView>>;
  /** `precondition-failed` (`peering_is_disabled`) unless disabled, or the peer is gone. */
  'peering.delete': Call<{ peeringId: string }, Accepted<PeeringView>>;
  /** Errors: `not-found` (network or VPC), `busy`, `conflict` (its subnets overlap in the VPC), `precondition-failed`. */
  'private-network.set-router': Call<SetRouter, Accepted<PrivateNetworkView>>;
}
