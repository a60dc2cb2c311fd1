import type { AddressOwner, AddressView, AttachmentView } from '@isthmus/model';
import type { FabricPort } from '../fabric/fabric.driver';
import type { Attachment } from './attachment.entity';

export function toAttachmentView(attachment: Attachment): AttachmentView {
  return {
    id: attachment.id,
    projectId: attachment.projectId,
    privateNetworkId: attachment.privateNetworkId,
    instanceId: attachment.instanceId,
    region: attachment.region,
    zone: attachment.zone,
    macAddress: attachment.macAddress,
    state: attachment.state,
    stateReason: attachment.stateReason,
    tags: attachment.tags,
    createdAt: attachment.createdAt,
    updatedAt: attachment.updatedAt,
  };
}

/** Who holds the addresses of a NIC, as ipam-svc keeps it. */
export function toAddressOwner(attachment: Attachment, instanceName: string): AddressOwner {
  return {
    type: 'instance_private_nic',
    id: attachment.id,
    parentId: attachment.instanceId,
    name: instanceName,
    macAddress: attachment.macAddress,
  };
}

export function toFabricPort(attachment: Attachment, addresses: AddressView[], revision: bigint): FabricPort {
  return {
    id: attachment.id,
    revision,
    networkId: attachment.privateNetworkId,
    macAddress: attachment.macAddress,
    addresses: addresses.map(({ address }) => address),
  };
}
