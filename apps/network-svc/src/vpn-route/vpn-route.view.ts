import type { RouteView } from '@isthmus/model';
import type { FabricRoute } from '../fabric/fabric.driver';
import type { VpnRoute } from './vpn-route.entity';

/** A route and the region of its VPC. */
export type PlacedVpnRoute = VpnRoute & { region: string };

export function toVpnRouteView(route: PlacedVpnRoute): RouteView {
  return {
    id: route.id,
    projectId: route.projectId,
    vpcId: route.vpcId,
    region: route.region,
    type: 'vpn',
    isReadOnly: true,
    description: `VPN connection ${route.connectionId}`,
    tags: [],
    destination: route.destination,
    nextHopAttachmentId: null,
    nextHopPrivateNetworkId: route.nextHopPrivateNetworkId,
    state: 'active',
    stateReason: null,
    createdAt: route.createdAt,
    updatedAt: route.updatedAt,
  };
}

export function toFabricVpnRoute(route: VpnRoute): FabricRoute {
  return {
    id: route.id,
    revision: BigInt(route.revision),
    routerId: route.vpcId,
    destination: route.destination,
    networkId: route.nextHopPrivateNetworkId,
    nextHop: route.nextHopAddress,
  };
}
