import type { PeeringChange, PeeringView } from '@isthmus/model';
import type { PeeringDetailsBody, PeeringOperationBody } from './peering.dto';

/** Member by member: what a service adds to its view is not told by accident. */
export function toPeeringDetails(
  peering: PeeringView,
  history: PeeringChange[],
  operations: PeeringOperationBody[],
): PeeringDetailsBody {
  return {
    id: peering.id,
    projectId: peering.projectId,
    name: peering.name,
    labels: peering.labels,
    intent: peering.intent,
    state: peering.state,
    stateReason: peering.stateReason,
    localNetworkId: peering.localNetworkId,
    localCidrs: peering.localCidrs,
    peerNetworkId: peering.peerNetworkId,
    peerCidrs: peering.peerCidrs,
    history: history.map(({ at, from, to, reason }) => ({ at, from, to, reason })),
    operations: operations.map(({ id, kind, state }) => ({ id, kind, state })),
    createdAt: peering.createdAt,
    updatedAt: peering.updatedAt,
  };
}
