import type { VpcView } from '@isthmus/model';
import type { FabricRouter } from '../fabric/fabric.driver';
import type { Vpc } from './vpc.entity';

/** A VPC and the number of its networks. */
export type CountedVpc = Vpc & { privateNetworkCount: number };

export function toVpcView(vpc: CountedVpc): VpcView {
  return {
    id: vpc.id,
    projectId: vpc.projectId,
    region: vpc.region,
    name: vpc.name,
    tags: vpc.tags,
    isDefault: vpc.isDefault,
    isRoutingEnabled: vpc.isRoutingEnabled,
    isCustomRoutesPropagationEnabled: vpc.isCustomRoutesPropagationEnabled,
    privateNetworkCount: vpc.privateNetworkCount,
    createdAt: vpc.createdAt,
    updatedAt: vpc.updatedAt,
  };
}

export function toFabricRouter(vpc: Vpc, revision: bigint): FabricRouter {
  return { id: vpc.id, revision };
}
