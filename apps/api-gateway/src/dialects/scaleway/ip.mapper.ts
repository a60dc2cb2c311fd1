import type { BookAddress, CustomOwner, UpdateAddress } from '@isthmus/contracts';
import type { AddressView } from '@isthmus/model';
import { given } from '../../http/given';
import type { IpBody } from './ip.body';
import type { BookIpDto, CustomResourceDto, UpdateIpDto } from './ip.dto';
import { toTime } from './scaleway.times';

/** `zone` is the source's, as the topology names it. */
export function toBookAddress(body: BookIpDto, region: string, zone?: string, isDryRun = false): BookAddress {
  const { private_network_id: privateNetworkId, subnet_id: subnetId, vpc_id: vpcId } = body.source;
  return {
    region,
    ...given({ zone, privateNetworkId, subnetId, vpcId, address: body.address }),
    family: body.is_ipv6 ? 6 : 4,
    tags: body.tags ?? [],
    ...(body.resource ? { owner: toCustomOwner(body.resource) } : {}),
    ...(isDryRun ? { isDryRun } : {}),
  };
}

export function toCustomOwner({ mac_address: macAddress, name }: CustomResourceDto): CustomOwner {
  return { macAddress, name: name || null };
}

/** Undefined when the body changes nothing. */
export function toUpdateAddress(addressId: string, body: UpdateIpDto, region: string): UpdateAddress | undefined {
  const reverses = body.reverses?.map(({ hostname, address }) => ({ hostname, address: address ?? null }));
  const changes = given({ tags: body.tags, reverses });
  return Object.keys(changes).length > 0 ? { region, addressId, ...changes } : undefined;
}

export function toIpBody(address: AddressView): IpBody {
  const { source, owner } = address;
  return {
    id: address.id,
    address: `${address.address}/${address.prefixLength}`,
    project_id: address.projectId,
    is_ipv6: address.family === 6,
    created_at: toTime(address.createdAt),
    updated_at: toTime(address.updatedAt),
    source: source.kind === 'zone' ? { zonal: source.zone } : { subnet_id: source.subnetId },
    resource: owner && {
      type: owner.type,
      id: owner.id,
      mac_address: owner.macAddress?.toUpperCase() ?? null,
      name: owner.name,
    },
    tags: address.tags,
    reverses: address.reverses.map(({ hostname, address: target }) => ({ hostname, address: target })),
    region: address.region,
    zone: address.zone,
  };
}
