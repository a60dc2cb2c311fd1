import type { AddressOwner, AddressView } from '@isthmus/model';
import type { IpAddress } from './address.entity';
import type { AddressRow } from './address.repository';

/** An address as other services read it; the function ipam.view_of makes the same of a booking. */
export function viewOfAddress(row: AddressRow): AddressView {
  return {
    id: row.id,
    projectId: row.projectId,
    region: row.region,
    source: row.zone === null ? { kind: 'subnet', subnetId: row.subnetId } : { kind: 'zone', zone: row.zone },
    zone: row.zone,
    subnetId: row.zone === null ? row.subnetId : null,
    privateNetworkId: row.privateNetworkId,
    vpcId: row.vpcId,
    family: row.address.includes(':') ? 6 : 4,
    address: row.address,
    prefixLength: row.prefixLength,
    owner: ownerOf(row),
    isReserved: row.isReserved,
    tags: row.tags,
    reverses: row.reverses,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function ownerOf(row: IpAddress): AddressOwner | null {
  if (row.ownerType === null || row.ownerId === null) return null;
  return {
    type: row.ownerType,
    id: row.ownerId,
    parentId: row.ownerParentId,
    name: row.ownerName,
    macAddress: row.ownerMacAddress,
  };
}
