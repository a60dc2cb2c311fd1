import type { CreateAttachment, ListAttachments, PageRequest } from '@isthmus/contracts';
import type { AddressView, AttachmentState, AttachmentView, Zone } from '@isthmus/model';
import type { CreatePrivateNicDto, ListPrivateNicsQuery, OnePrivateNicBody, PrivateNicBody } from './private-nic.dto';
import { toPaging } from './scaleway.paging';
import { toOldTime } from './scaleway.times';

export function toCreateCommand(
  instanceId: string,
  body: CreatePrivateNicDto,
  zone: Zone,
  isDryRun = false,
): CreateAttachment {
  const addressIds = body.ipam_ip_ids ?? body.ip_ids ?? [];
  return {
    // A server reaches the networks of its region, whatever their zone.
    region: zone.region,
    privateNetworkId: body.private_network_id,
    instanceId,
    instanceZone: zone.name,
    ...(addressIds.length > 0 ? { addressIds } : {}),
    tags: body.tags ?? [],
    ...(isDryRun ? { isDryRun } : {}),
  };
}

/** A NIC that is not made, with the addresses it would get, which are not held for it. */
export function toPlannedBody(attachment: AttachmentView, addresses: AddressView[]): OnePrivateNicBody {
  return {
    private_nic: { ...toPrivateNicBody(attachment, []), ipam_ip_ids: [] },
    planned_addresses: addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
  };
}

export function toListQuery(instanceId: string, query: ListPrivateNicsQuery, zone: Zone): ListAttachments {
  const tags = query.tags?.filter((tag) => tag !== '');
  return {
    paging: toPaging(query.page, query.per_page),
    zone: zone.name,
    instanceId,
    ...(tags && tags.length > 0 ? { tags } : {}),
  };
}

export function toPrivateNicBody(attachment: AttachmentView, addresses: AddressView[]): PrivateNicBody {
  return {
    id: attachment.id,
    private_network_id: attachment.privateNetworkId,
    server_id: attachment.instanceId,
    mac_address: attachment.macAddress,
    state: toNicState(attachment.state),
    creation_date: toOldTime(attachment.createdAt),
    modification_date: toOldTime(attachment.updatedAt),
    zone: attachment.zone,
    tags: attachment.tags,
    ipam_ip_ids: addresses
      .filter(({ owner }) => owner?.id === attachment.id)
      .sort((left, right) => left.family - right.family)
      .map(({ id }) => id),
  };
}

export function toNicState(state: AttachmentState): PrivateNicBody['state'] {
  switch (state) {
    case 'active':
      return 'available';
    case 'attaching':
    case 'updating':
    case 'detaching':
      return 'syncing';
    case 'error':
      return 'syncing_error';
  }
}

/** The Link header of a list, which names the last page only; without zone and host, as the real service writes it. */
export function toLastPageLink(instanceId: string, { pageSize }: PageRequest, totalCount: number): string {
  const last = Math.ceil(totalCount / pageSize);
  return `</servers/${instanceId}/private_nics?page=${last}&per_page=${pageSize}&>; rel="last"`;
}
