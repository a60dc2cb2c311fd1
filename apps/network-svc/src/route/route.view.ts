import type { RouteView, RouteWithNextHop, SubnetView } from '@isthmus/model';
import type { Route } from './route.entity';

export function toRouteView(route: Route): RouteView {
  return {
    id: route.id,
    projectId: route.projectId,
    vpcId: route.vpcId,
    region: route.region,
    type: 'custom',
    isReadOnly: false,
    description: route.description,
    tags: route.tags,
    destination: route.destination,
    nextHopAttachmentId: route.nextHopAttachmentId,
    nextHopPrivateNetworkId: route.nextHopPrivateNetworkId,
    state: route.state,
    stateReason: route.stateReason,
    createdAt: route.createdAt,
    updatedAt: route.updatedAt,
  };
}

/** The route that a VPC has to each subnet of its networks. */
export function toSubnetRouteView(subnet: SubnetView): RouteView {
  return {
    id: subnet.id,
    projectId: subnet.projectId,
    vpcId: subnet.vpcId,
    region: subnet.region,
    type: 'subnet',
    isReadOnly: true,
    description: '',
    tags: [],
    destination: subnet.cidr,
    nextHopAttachmentId: null,
    nextHopPrivateNetworkId: subnet.privateNetworkId,
    state: 'active',
    stateReason: null,
    createdAt: subnet.createdAt,
    updatedAt: subnet.updatedAt,
  };
}

export function toRouteWithNextHop(
  route: RouteView,
  nextHop: { ip: string | null; name: string | null },
): RouteWithNextHop {
  const nextHopType = route.nextHopAttachmentId === null ? 'private-network' : 'attachment';
  return { route, nextHopIp: nextHop.ip, nextHopName: nextHop.name, nextHopType };
}
