import type { AddressOwner, AddressView } from '@isthmus/model';
import type { IpAddress } from './address.entity';
import type { AddressRow } from './address.repository';

/** An address as other services read it. */
export function viewOfAddress(row: AddressRow): AddressView {
  return {
    id: row.id,
    projectId: row.projectId,
    region: row.region,
    subnetId: row.subnetId,
    privateNetworkId: row.privateNetworkId,
    family: row.address.includes(':') ? 6 : 4,
    address: row.address,
    prefixLength: row.prefixLength,
    owner: ownerOf(row),
    isReserved: row.isReserved,
    tags: row.tags,
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
