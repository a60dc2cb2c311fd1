import type { Accepted, RouteView, RouteWithNextHop } from '@isthmus/model';
import type { Call, Page, PageRequest } from './call';
import type { Planned } from './dry-run';

/** Longest prefix wins; a second route of a VPC to the same destination is `already-exists`. */
export interface CreateRoute {
  region: string;
  vpcId: string;
  description: string;
  tags: string[];
  /** CIDR. */
  destination: string;
  /** At least one of the two, both of the same VPC; a NIC given with a network must be on it. */
  nextHopAttachmentId: string | null;
  nextHopPrivateNetworkId: string | null;
  /** Answers what would be made and writes nothing. */
  isDryRun?: boolean;
}

export interface GetRoute {
  region: string;
  routeId: string;
}

/** Absent = unchanged; null takes a next hop away. */
export interface UpdateRoute extends GetRoute {
  description?: string;
  tags?: string[];
  destination?: string;
  nextHopAttachmentId?: string | null;
  nextHopPrivateNetworkId?: string | null;
}

export interface ListRoutes {
  region: string;
  paging: PageRequest;
  orderBy?: `${'created_at' | 'destination' | 'prefix_len'}_${'asc' | 'desc'}`;
  vpcId?: string;
  nextHopAttachmentId?: string;
  nextHopPrivateNetworkId?: string;
  nextHopType?: 'attachment' | 'private-network';
  /** Routes whose destination contains this address or CIDR. */
  contains?: string;
  /** Routes that carry all of these. */
  tags?: string[];
  isIpv6?: boolean;
}

export interface RouteCalls {
  'route.create': Call<CreateRoute, Accepted<RouteView> & Planned>;
  'route.get': Call<GetRoute, RouteView>;
  /** Custom routes and the read-only routes of subnets. */
  'route.list': Call<ListRoutes, Page<RouteWithNextHop>>;
  'route.update': Call<UpdateRoute, Accepted<RouteView>>;
  'route.delete': Call<GetRoute, Accepted<RouteView>>;
}
