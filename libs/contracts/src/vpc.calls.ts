import type { Accepted, VpcView } from '@isthmus/model';
import type { Call, Page, PageRequest } from './call';
import type { Planned } from './dry-run';

export interface ListVpcs {
  region: string;
  paging: PageRequest;
  orderBy?: 'created_at_asc' | 'created_at_desc' | 'name_asc' | 'name_desc';
  /** Substring of the name. */
  name?: string;
  /** VPCs that carry all of these. */
  tags?: string[];
  isDefault?: boolean;
  isRoutingEnabled?: boolean;
}

export interface CreateVpc {
  region: string;
  name: string;
  tags: string[];
  isRoutingEnabled: boolean;
  /** Answers what would be made and writes nothing. */
  isDryRun?: boolean;
}

export interface GetVpc {
  region: string;
  vpcId: string;
}

/** Absent = unchanged. */
export interface UpdateVpc extends GetVpc {
  name?: string;
  tags?: string[];
}

/** For APIs whose routers have no region of their own: it follows its first network. */
export interface MoveVpc extends GetVpc {
  toRegion: string;
}

export interface VpcCalls {
  'vpc.list': Call<ListVpcs, Page<VpcView>>;
  /** Touches no fabric: no operation. `quota-exceeded`. */
  'vpc.create': Call<CreateVpc, VpcView & Planned>;
  'vpc.get': Call<GetVpc, VpcView>;
  'vpc.update': Call<UpdateVpc, VpcView>;
  /** `precondition-failed` unless it is empty and not a default VPC. */
  'vpc.move': Call<MoveVpc, VpcView>;
  /**
   * `precondition-failed` while it has networks or routes, naming them; `busy`. It is gone with the answer; an operation
   * `vpc.delete`, for which nobody need wait, takes its router out of the fabric.
   */
  'vpc.delete': Call<GetVpc, null>;
  /** Wires every joined network to the router. Cannot be taken back. `busy`, also by a joined network. */
  'vpc.enable-routing': Call<GetVpc, Accepted<VpcView>>;
  /** Cannot be taken back. Bookkeeping: custom routes are announced to all networks. */
  'vpc.enable-custom-routes-propagation': Call<GetVpc, VpcView>;
}
