import type { CreateRoute, ListRoutes, UpdateRoute } from '@isthmus/contracts';
import type { RouteType, RouteView, RouteWithNextHop } from '@isthmus/model';
import { given } from '../../http/given';
import type { CreateRouteDto, ListRoutesQuery, RouteBody, RouteWithNexthopBody, UpdateRouteDto } from './route.dto';
import { toPaging } from './scaleway.paging';
import { toTime } from './scaleway.times';

const DEFAULT_DESCRIPTION = 'Custom route';
/** There is no word for a VPN's; that it cannot be changed is told by `is_read_only`. */
const TYPES: Record<RouteType, RouteBody['type']> = { subnet: 'subnet', custom: 'custom', vpn: 'custom' };
/** How the real service shows the routes that come with subnets. */
const OF_SUBNET = { id: '', description: 'Local Private Network route', tags: ['MANAGED'] };

export function toCreateRoute(body: CreateRouteDto, region: string, isDryRun = false): CreateRoute {
  return {
    region,
    vpcId: body.vpc_id,
    description: body.description || DEFAULT_DESCRIPTION,
    tags: body.tags ?? [],
    destination: body.destination,
    nextHopAttachmentId: body.nexthop_resource_id || null,
    nextHopPrivateNetworkId: body.nexthop_private_network_id || null,
    ...(isDryRun ? { isDryRun } : {}),
  };
}

/** Undefined when the body changes nothing. Null is "unchanged" here, and an empty text takes a next hop away. */
export function toUpdateRoute(routeId: string, body: UpdateRouteDto, region: string): UpdateRoute | undefined {
  const { nexthop_resource_id: attachmentId, nexthop_private_network_id: privateNetworkId } = body;
  const changes = {
    ...given({
      description: body.description === '' ? DEFAULT_DESCRIPTION : body.description,
      tags: body.tags,
      destination: body.destination,
      nextHopAttachmentId: attachmentId,
      nextHopPrivateNetworkId: privateNetworkId,
    }),
    ...(attachmentId === '' ? { nextHopAttachmentId: null } : {}),
    ...(privateNetworkId === '' ? { nextHopPrivateNetworkId: null } : {}),
  };
  return Object.keys(changes).length > 0 ? { region, routeId, ...changes } : undefined;
}

/** Undefined when no route can match: nothing but the NIC of an instance is a next hop here. */
export function toRouteQuery(query: ListRoutesQuery, region: string): ListRoutes | undefined {
  const { nexthop_resource_type: type = 'unknown_type' } = query;
  if (type !== 'unknown_type' && type !== 'instance_private_nic') return undefined;
  return {
    region,
    paging: toPaging(query.page, query.page_size),
    orderBy: query.order_by ?? 'created_at_asc',
    ...given({
      vpcId: query.vpc_id,
      nextHopAttachmentId: query.nexthop_resource_id,
      nextHopPrivateNetworkId: query.nexthop_private_network_id,
      contains: query.contains,
      tags: query.tags,
      isIpv6: query.is_ipv6,
    }),
    ...(type === 'instance_private_nic' ? { nextHopType: 'attachment' as const } : {}),
  };
}

export function toRouteBody(route: RouteView): RouteBody {
  return {
    id: route.id,
    description: route.description,
    tags: route.tags,
    vpc_id: route.vpcId,
    destination: route.destination,
    nexthop_resource_id: route.nextHopAttachmentId,
    nexthop_private_network_id: route.nextHopPrivateNetworkId,
    nexthop_vpc_connector_id: null,
    created_at: toTime(route.createdAt),
    updated_at: toTime(route.updatedAt),
    is_read_only: route.isReadOnly,
    type: TYPES[route.type],
    region: route.region,
    ...(route.type === 'subnet' ? OF_SUBNET : {}),
  };
}

/** A network as next hop has neither type nor name nor address. */
export function toRouteWithNexthopBody({ route, ...nextHop }: RouteWithNextHop): RouteWithNexthopBody {
  const isNic = nextHop.nextHopType === 'attachment';
  return {
    route: toRouteBody(route),
    nexthop_ip: isNic ? nextHop.nextHopIp : null,
    nexthop_name: isNic ? nextHop.nextHopName : null,
    nexthop_resource_type: isNic ? 'instance_private_nic' : 'unknown_type',
  };
}
