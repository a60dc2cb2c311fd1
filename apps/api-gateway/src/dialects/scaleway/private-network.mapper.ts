import type { CreatePrivateNetwork, ListPrivateNetworks, UpdatePrivateNetwork } from '@isthmus/contracts';
import type { PrivateNetworkView, SubnetView } from '@isthmus/model';
import { given } from '../../http/given';
import type {
  CreatePrivateNetworkDto,
  ListPrivateNetworksQuery,
  PrivateNetworkBody,
  SubnetBody,
  UpdatePrivateNetworkDto,
} from './private-network.dto';
import { toPaging } from './scaleway.paging';
import { toTime } from './scaleway.times';

/** Scaleway networks are regional and routed by their VPC. `generatedName` is for callers that gave none. */
export function toCreateCommand(
  body: CreatePrivateNetworkDto,
  region: string,
  generatedName: string,
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

export function toListQuery(query: ListPrivateNetworksQuery, region: string): ListPrivateNetworks {
  return {
    region,
    paging: toPaging(query.page, query.page_size),
    orderBy: query.order_by ?? 'created_at_asc',
    ...given({
      name: query.name,
      tags: query.tags,
      privateNetworkIds: query.private_network_ids?.map((id) => id.toLowerCase()),
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
    subnets: [...subnets].sort(byFamilyAndAge).map(toSubnetBody),
    vpc_id: network.vpcId,
    dhcp_enabled: network.isDhcpEnabled,
    default_route_propagation_enabled: network.isDefaultRoutePropagated,
  };
}

/** IPv4 comes first, as the real service lists it. */
function byFamilyAndAge(left: SubnetView, right: SubnetView): number {
  return left.family - right.family || left.createdAt.localeCompare(right.createdAt) || left.id.localeCompare(right.id);
}

function toSubnetBody(subnet: SubnetView): SubnetBody {
  return {
    id: subnet.id,
    created_at: toTime(subnet.createdAt),
    updated_at: toTime(subnet.updatedAt),
    subnet: subnet.cidr,
    project_id: subnet.projectId,
    private_network_id: subnet.privateNetworkId,
    vpc_id: subnet.vpcId,
    region: subnet.region,
  };
}
