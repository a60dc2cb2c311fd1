import type { AddressFamily, SubnetView } from '@isthmus/model';
import type { SubnetRow } from './subnet.repository';

export function familyOf(text: string): AddressFamily {
  return text.includes(':') ? 6 : 4;
}

/** A subnet as other services read it. */
export function viewOfSubnet(row: SubnetRow): SubnetView {
  return {
    id: row.id,
    projectId: row.projectId,
    privateNetworkId: row.privateNetworkId,
    vpcId: row.vpcId,
    region: row.region,
    family: familyOf(row.cidr),
    cidr: row.cidr,
    rangeStart: row.rangeStart,
    rangeEnd: row.rangeEnd,
    gateway: row.gateway,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
