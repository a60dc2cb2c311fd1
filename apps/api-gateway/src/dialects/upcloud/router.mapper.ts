import type { CreateVpc, UpdateVpc } from '@isthmus/contracts';
import type { PrivateNetworkView, RouteWithNextHop, VpcView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { given } from '../../http/given';
import { fromTags, toTags } from './label.mapper';
import type { CreateRouterFields, RouterBody, StaticRouteBody, StaticRouteDto, UpdateRouterFields } from './router.dto';

/** A router is a VPC that routes. */
export function toCreateCommand(fields: CreateRouterFields, region: string): CreateVpc {
  refuseNewRoutes(fields.static_routes ?? [], []);
  return { region, name: fields.name, tags: toTags(fields.labels ?? []), isRoutingEnabled: true };
}

/** Undefined when the body changes nothing. */
export function toUpdateCommand(
  vpc: VpcView,
  fields: UpdateRouterFields,
  routes: StaticRouteBody[],
): UpdateVpc | undefined {
  if (fields.static_routes) refuseNewRoutes(fields.static_routes, routes);
  const changes = {
    ...given({ name: fields.name }),
    ...(fields.labels === undefined ? {} : { tags: toTags(fields.labels ?? []) }),
  };
  return Object.keys(changes).length > 0 ? { region: vpc.region, vpcId: vpc.id, ...changes } : undefined;
}

/** Clients send the routes back that they have read; others would need a next hop that is a machine here, not an address. */
function refuseNewRoutes(wanted: StaticRouteDto[], present: StaticRouteBody[]): void {
  const text = ({ route, nexthop }: { route: string; nexthop: string }): string => `${route} ${nexthop}`;
  const isSame = wanted.length === present.length && wanted.every((each) => present.map(text).includes(text(each)));
  if (isSame) return;
  const detail = 'Static routes cannot be changed here: their next hop is an address. Change routes as Scaleway does.';
  throw new ProblemError('unsupported', detail, { resource: 'route' });
}

/** `networks` may hold those of other VPCs too, `routes` as well. */
export function toRouterBody(vpc: VpcView, networks: PrivateNetworkView[], routes: RouteWithNextHop[]): RouterBody {
  const attached = networks.filter(({ vpcId, connectivity }) => vpcId === vpc.id && connectivity === 'joined');
  return {
    uuid: vpc.id,
    name: vpc.name,
    type: vpc.isDefault ? 'service' : 'normal',
    labels: fromTags(vpc.tags),
    static_routes: routes.flatMap((route) => toStaticRoutes(route, vpc.id)),
    attached_networks: { network: attached.map(({ id: uuid }) => ({ uuid })) },
    attached_network_gateways: [],
  };
}

/** A static route leads to an address, so routes into a network without one are not shown. */
function toStaticRoutes({ route, nextHopIp }: RouteWithNextHop, vpcId: string): StaticRouteBody[] {
  if (route.vpcId !== vpcId || route.type !== 'custom' || nextHopIp === null) return [];
  return [{ name: route.description || route.id, route: route.destination, nexthop: nextHopIp, type: 'user' }];
}
