import type { CreateVpc, ListVpcs, UpdateVpc } from '@isthmus/contracts';
import type { VpcView } from '@isthmus/model';
import { given } from '../../http/given';
import { toPaging } from './scaleway.paging';
import { toTime } from './scaleway.times';
import type { CreateVpcDto, ListVpcsQuery, UpdateVpcDto, VpcBody } from './vpc.dto';

/** `generatedName` is for callers that gave none. */
export function toCreateVpc(body: CreateVpcDto, region: string, generatedName: string, isDryRun = false): CreateVpc {
  return {
    region,
    name: body.name || generatedName,
    tags: body.tags ?? [],
    isRoutingEnabled: body.enable_routing ?? true,
    ...(isDryRun ? { isDryRun } : {}),
  };
}

/** Undefined when the body changes nothing. */
export function toUpdateVpc(vpcId: string, body: UpdateVpcDto, region: string): UpdateVpc | undefined {
  const changes = given({ name: body.name, tags: body.tags });
  return Object.keys(changes).length > 0 ? { region, vpcId, ...changes } : undefined;
}

export function toVpcQuery(query: ListVpcsQuery, region: string): ListVpcs {
  return {
    region,
    paging: toPaging(query.page, query.page_size),
    orderBy: query.order_by ?? 'created_at_asc',
    ...given({
      name: query.name,
      tags: query.tags,
      isDefault: query.is_default,
      isRoutingEnabled: query.routing_enabled,
    }),
  };
}

export function toVpcBody(vpc: VpcView, organizationId: string): VpcBody {
  return {
    id: vpc.id,
    name: vpc.name,
    organization_id: organizationId,
    project_id: vpc.projectId,
    region: vpc.region,
    tags: vpc.tags,
    is_default: vpc.isDefault,
    created_at: toTime(vpc.createdAt),
    updated_at: toTime(vpc.updatedAt),
    private_network_count: vpc.privateNetworkCount,
    routing_enabled: vpc.isRoutingEnabled,
    custom_routes_propagation_enabled: vpc.isCustomRoutesPropagationEnabled,
  };
}
