import { Injectable } from '@nestjs/common';
import { canonicalCidr, parseAddress } from '@isthmus/cidr';
import type { GetRoute, ListRoutes, Page } from '@isthmus/contracts';
import type { RouteView, RouteWithNextHop, SubnetView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from '@isthmus/rpc';
import { IpamClient } from '../clients/ipam.client';
import { VpnRouteRepository } from '../vpn-route/vpn-route.repository';
import { toVpnRouteView } from '../vpn-route/vpn-route.view';
import { addressFor } from './next-hops';
import { RouteRepository } from './route.repository';
import { toRouteView, toRouteWithNextHop, toSubnetRouteView } from './route.view';

/** Custom routes, those of VPN connections and those of subnets, side by side. */
@Injectable()
export class RouteReader {
  constructor(
    private readonly routes: RouteRepository,
    private readonly vpnRoutes: VpnRouteRepository,
    private readonly ipam: IpamClient,
  ) {}

  /** Errors: `not-found`. */
  async get(query: GetRoute, context: RpcContext): Promise<RouteView> {
    const route = await this.routes.find(query, context.projectId);
    if (route) return toRouteView(route);
    const vpnRoute = await this.vpnRoutes.find(query, context.projectId);
    if (vpnRoute) return toVpnRouteView(vpnRoute);
    const subnets = await this.listRoutedSubnets({ region: query.region }, context);
    const subnet = subnets.find(({ id }) => id === query.routeId);
    if (!subnet) throw ProblemError.notFound('route', query.routeId);
    return toSubnetRouteView(subnet);
  }

  /** Errors: `invalid-argument` (`contains`). */
  async list(query: ListRoutes, context: RpcContext): Promise<Page<RouteWithNextHop>> {
    const { contains } = query;
    if (contains?.includes('/')) canonicalCidr(contains, 'contains');
    else if (contains !== undefined) parseAddress(contains, 'contains');
    const subnets = isWithoutSubnets(query) ? [] : await this.listRoutedSubnets(query, context);
    const { ids, totalCount } = await this.routes.page(context.projectId, subnets, query);
    const custom = (await this.routes.listByIds(ids)).map(toRouteView);
    const vpn = (await this.vpnRoutes.listByIds(ids)).map(toVpnRouteView);
    const views = [...custom, ...vpn, ...subnets.filter(({ id }) => ids.includes(id)).map(toSubnetRouteView)];
    const byId = new Map(views.map((view) => [view.id, view]));
    // One that was deleted between the two reads is left out.
    const routes = ids.flatMap((id) => byId.get(id) ?? []);
    return { items: await this.withNextHops(routes, context), totalCount };
  }

  /** The subnets that have a route of their own: those of joined networks whose VPC routes. */
  async listRoutedSubnets(
    query: { region: string; vpcId?: string; nextHopPrivateNetworkId?: string },
    context: RpcContext,
  ): Promise<SubnetView[]> {
    const ids = await this.routes.listRoutedNetworks(context.projectId, query);
    return ids.length === 0 ? [] : this.ipam.listSubnetsOf(context, ids);
  }

  private async withNextHops(routes: RouteView[], context: RpcContext): Promise<RouteWithNextHop[]> {
    const nics = routes.flatMap(({ nextHopAttachmentId }) => nextHopAttachmentId ?? []);
    const names = await this.routes.nextHopNames(routes.flatMap((route) => nextHopOf(route) ?? []));
    const addresses = nics.length === 0 ? [] : await this.ipam.listAddresses(context, { ownerIds: nics });
    return routes.map((route) => {
      const own = addresses.filter(({ owner }) => owner?.id === route.nextHopAttachmentId);
      const name = names.get(nextHopOf(route) ?? '') ?? null;
      return toRouteWithNextHop(route, { ip: addressFor(route.destination, own) ?? null, name });
    });
  }
}

function nextHopOf(route: RouteView): string | null {
  return route.nextHopAttachmentId ?? route.nextHopPrivateNetworkId;
}

/** Subnets' routes lead to networks and carry no tags. */
function isWithoutSubnets({ nextHopAttachmentId, nextHopType, tags }: ListRoutes): boolean {
  return nextHopAttachmentId !== undefined || nextHopType === 'attachment' || (tags !== undefined && tags.length > 0);
}
