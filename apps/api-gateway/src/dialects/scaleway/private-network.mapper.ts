import type { CreatePrivateNetwork, ListPrivateNetworks, MigrateZonal, UpdatePrivateNetwork } from '@isthmus/contracts';
import type { PrivateNetworkView, SubnetView } from '@isthmus/model';
import { given } from '../../http/given';
import type {
  CreatePrivateNetworkDto,
  ListPrivateNetworksQuery,
  MigrateZonalDto,
  PrivateNetworkBody,
  UpdatePrivateNetworkDto,
} from './private-network.dto';
import { toPaging } from './scaleway.paging';
import { toTime } from './scaleway.times';
import { ipv4First, toSubnetBody } from './subnet.mapper';

/** The id of what will not be. */

/** Scaleway networks are regional and routed by their VPC. `generatedName` is for callers that gave none. */
export function toCreateCommand(
  body: CreatePrivateNetworkDto,
  region: string,
  generatedName: string,
  isDryRun = false,
): CreatePrivateNetwork {
  const cidrs = body.subnets ?? [];
  return {
    region,
    zone: null,
    vpcId: body.vpc_id ?? null,
    name: body.name || generatedName,
    description: '',
    labels: {},
    tags: body.tags ?? [],
    connectivity: 'joined',
    addressing: cidrs.length > 0 ? { kind: 'subnets', cidrs } : { kind: 'automatic' },
    isDhcpEnabled: true,
    dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
    isDefaultRoutePropagated: body.default_route_propagation_enabled ?? false,
    ...(isDryRun ? { isDryRun } : {}),
  };
}

/** Undefined when the body changes nothing. */
export function toUpdateCommand(
  privateNetworkId: string,
  body: UpdatePrivateNetworkDto,
  region: string,
): UpdatePrivateNetwork | undefined {
  const changes = given({
    name: body.name,
    tags: body.tags,
    isDefaultRoutePropagated: body.default_route_propagation_enabled,
  });
  return Object.keys(changes).length > 0 ? { region, privateNetworkId, ...changes } : undefined;
}

/** Without ids: every zonal network of the project. */
export function toMigrateCommand(body: MigrateZonalDto, region: string): MigrateZonal {
  const privateNetworkIds = body.private_network_ids ?? [];
  return { region, ...(privateNetworkIds.length > 0 ? { privateNetworkIds } : {}) };
}

export function toListQuery(query: ListPrivateNetworksQuery, region: string): ListPrivateNetworks {
  return {
    region,
    paging: toPaging(query.page, query.page_size),
    orderBy: query.order_by ?? 'created_at_asc',
    ...given({
      name: query.name,
      tags: query.tags,
      privateNetworkIds: query.private_network_ids,
      vpcId: query.vpc_id,
      isDhcpEnabled: query.dhcp_enabled,
    }),
  };
}

export function toPrivateNetworkBody(
  network: PrivateNetworkView,
  subnets: SubnetView[],
  organizationId: string,
): PrivateNetworkBody {
  return {
    id: network.id,
    name: network.name,
    organization_id: organizationId,
    project_id: network.projectId,
    region: network.region,
    tags: network.tags,
    created_at: toTime(network.createdAt),
    updated_at: toTime(network.updatedAt),
    subnets: ipv4First(subnets).map(toSubnetBody),
    vpc_id: network.vpcId,
    dhcp_enabled: network.isDhcpEnabled,
    default_route_propagation_enabled: network.isDefaultRoutePropagated,
  };
}
