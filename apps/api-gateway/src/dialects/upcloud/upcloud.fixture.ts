import type { PeeringView, RouteWithNextHop, VpcView } from '@isthmus/model';
import { NETWORK_ID } from '../../views.fixture';

export const VPC_ID = '3a436539-0369-429e-95b4-c38683bcac76';
export const PEERING_ID = '0f1f6a2e-7f2c-4a5e-8d58-f5c84e1f1a01';
export const PEER_NETWORK_ID = '03d9a1f4-1111-4a5e-8d58-f5c84e1f1a02';
const PROJECT_ID = '4d333544-41be-4b0b-8907-0b9036859747';
const CREATED_AT = '2026-08-05T12:59:37.782632Z';

export function vpcView(changes: Partial<VpcView> = {}): VpcView {
  return {
    id: VPC_ID,
    projectId: PROJECT_ID,
    region: 'fr-par',
    name: 'edge',
    tags: [],
    isDefault: false,
    isRoutingEnabled: true,
    isCustomRoutesPropagationEnabled: true,
    privateNetworkCount: 1,
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...changes,
  };
}

export function peeringView(changes: Partial<PeeringView> = {}): PeeringView {
  return {
    id: PEERING_ID,
    projectId: PROJECT_ID,
    name: 'to the other side',
    labels: [],
    intent: 'active',
    state: 'waiting-for-peer',
    stateReason: 'The peer has not made its side yet.',
    localNetworkId: NETWORK_ID,
    localCidrs: ['10.0.0.0/24'],
    peerNetworkId: PEER_NETWORK_ID,
    peerCidrs: null,
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...changes,
  };
}

export function routeView(changes: Partial<RouteWithNextHop['route']> = {}, nextHopIp: string | null = '10.0.0.7') {
  const found: RouteWithNextHop = {
    route: {
      id: '5f0a8c4e-2222-4a5e-8d58-f5c84e1f1a03',
      projectId: PROJECT_ID,
      vpcId: VPC_ID,
      region: 'fr-par',
      type: 'custom',
      isReadOnly: false,
      description: 'lab',
      tags: [],
      destination: '192.168.0.0/24',
      nextHopAttachmentId: '2674619a-56bd-4d78-aae4-86ec07abbaa8',
      nextHopPrivateNetworkId: null,
      state: 'active',
      stateReason: null,
      createdAt: CREATED_AT,
      updatedAt: CREATED_AT,
      ...changes,
    },
    nextHopIp,
    nextHopName: 'gw',
    nextHopType: 'attachment',
  };
  return found;
}
