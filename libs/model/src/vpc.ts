/** A routing domain. */
export interface VpcView {
  id: string;
  projectId: string;
  region: string;
  name: string;
  tags: string[];
  /** The one that networks without a VPC go to; one per project and region. */
  isDefault: boolean;
  isRoutingEnabled: boolean;
  isCustomRoutesPropagationEnabled: boolean;
  privateNetworkCount: number;
  createdAt: string;
  updatedAt: string;
}
