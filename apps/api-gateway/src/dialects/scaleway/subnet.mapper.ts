import { canonicalCidr, compareAddresses, firstAddress, parseCidr } from '@isthmus/cidr';
import type { ChangeSubnets, QuerySubnets } from '@isthmus/contracts';
import type { SubnetView } from '@isthmus/model';
import { given } from '../../http/given';
import { toPaging } from './scaleway.paging';
import { toTime } from './scaleway.times';
import type { ListSubnetsQuery, SubnetBody } from './subnet.dto';

type SubnetChange = Pick<ChangeSubnets, 'add' | 'remove' | 'set'>;

export function toSubnetQuery(query: ListSubnetsQuery, region: string): QuerySubnets {
  return {
    region,
    paging: toPaging(query.page, query.page_size),
    orderBy: query.order_by ?? 'created_at_asc',
    ...given({ subnetIds: query.subnet_ids, vpcId: query.vpc_id }),
  };
}

/** In the order in which the real service lists the subnets of a network, those of one request by address. */
export function ipv4First(subnets: SubnetView[]): SubnetView[] {
  return [...subnets].sort(
    (left, right) =>
      left.family - right.family || left.createdAt.localeCompare(right.createdAt) || byAddress(left, right),
  );
}

function byAddress(left: SubnetView, right: SubnetView): number {
  return compareAddresses(firstAddress(parseCidr(left.cidr)), firstAddress(parseCidr(right.cidr)));
}

export function toSubnetBody(subnet: SubnetView): SubnetBody {
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

/** What a network would have after a change that is not made. `present` is as ipam-svc writes CIDRs. */
export function plannedCidrs(present: string[], { add = [], remove = [], set }: SubnetChange): string[] {
  if (set) return set.map((cidr) => canonicalCidr(cidr));
  const removed = new Set(remove.map((cidr) => canonicalCidr(cidr)));
  return [...present.filter((cidr) => !removed.has(cidr)), ...add.map((cidr) => canonicalCidr(cidr))];
}
