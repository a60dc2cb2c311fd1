import type { RefusedRequest } from '../../http/dialect';

type Names = Record<string, string>;

/** What the model calls otherwise than the VPC API does, beyond spelling. */
const VPC: Names = {
  cidr: 'subnets',
  cidrs: 'subnets',
  addressing: 'subnets',
  add: 'subnets',
  remove: 'subnets',
  set: 'subnets',
  nextHopAttachmentId: 'nexthop_resource_id',
  nextHopPrivateNetworkId: 'nexthop_private_network_id',
  nextHopType: 'nexthop_resource_type',
  isDefaultRoutePropagated: 'default_route_propagation_enabled',
  isDhcpEnabled: 'dhcp_enabled',
  isRoutingEnabled: 'enable_routing',
};

const INSTANCE: Names = {
  address: 'ipam_ip_ids',
  addressIds: 'ipam_ip_ids',
  instanceId: 'server_id',
  attachmentId: 'private_nic_id',
};

const IPAM: Names = {
  family: 'is_ipv6',
  owner: 'resource',
  macAddress: 'resource.mac_address',
  from: 'from_resource',
  to: 'to_resource',
  addressId: 'ip_id',
  addressIds: 'ip_ids',
};

/** A booking has its source in a member of its own; a list has it among the filters. */
const BOOKING: Names = {
  ...IPAM,
  zone: 'source.zonal',
  privateNetworkId: 'source.private_network_id',
  subnetId: 'source.subnet_id',
  vpcId: 'source.vpc_id',
  source: 'source',
};

const LISTING: Names = {
  ...IPAM,
  zone: 'zonal',
  macAddress: 'mac_address',
  isAttached: 'attached',
  ownerIds: 'resource_ids',
  ownerTypes: 'resource_types',
};

function namesOf({ method, path }: Pick<RefusedRequest, 'method' | 'path'>): Names {
  if (path.startsWith('/instance/')) return INSTANCE;
  if (!path.startsWith('/ipam/')) return VPC;
  if (method === 'GET') return LISTING;
  return path.endsWith('/ips') ? BOOKING : IPAM;
}

/** A header keeps its name. */
const HEADER = /^[A-Z]/;

const snake = (text: string): string => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** An argument as the API of that request calls it; what has a name of that API already keeps it. */
export function argumentName(field: string, request: Pick<RefusedRequest, 'method' | 'path'>): string {
  if (HEADER.test(field)) return field;
  const [first = '', ...rest] = field.split('.');
  return [namesOf(request)[first] ?? snake(first), ...rest.map(snake)].join('.');
}

/** A resource of the model as the errors name it. */
export function resourceName(resource: string | undefined): string {
  switch (resource) {
    case undefined:
      return 'unknown';
    case 'attachment':
      return 'instance_private_nic';
    case 'instance':
      return 'instance_server';
    case 'address':
      return 'ip';
    default:
      return resource.replaceAll('-', '_');
  }
}

const COLLECTIONS: [segment: RegExp, resource: string][] = [
  [/\/private_nics/, 'instance_private_nic'],
  [/\/ips|\/ip-sets/, 'ip'],
  [/\/subnets/, 'subnet'],
  [/\/routes/, 'route'],
  [/\/vpcs/, 'vpc'],
];

/** What a path is about, for those who may not go there. */
export function resourceOfPath(path: string): string {
  return COLLECTIONS.find(([segment]) => segment.test(path))?.[1] ?? 'private_network';
}
