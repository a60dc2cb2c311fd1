import type { PeeringView } from '@isthmus/model';
import type { SeenPeering } from './peering.repository';
import type { SubnetsByNetwork } from './peering.plan';

export function toPeeringView(peering: SeenPeering, subnets: SubnetsByNetwork): PeeringView {
  return {
    id: peering.id,
    projectId: peering.projectId,
    name: peering.name,
    labels: peering.labels,
    intent: peering.intent,
    state: peering.state,
    stateReason: peering.stateReason,
    localNetworkId: peering.localNetworkId,
    localCidrs: subnets[peering.localNetworkId] ?? [],
    peerNetworkId: peering.peerNetworkId,
    peerCidrs: peering.peerProjectId === null ? null : (subnets[peering.peerNetworkId] ?? []),
    createdAt: peering.createdAt,
    updatedAt: peering.updatedAt,
  };
}
