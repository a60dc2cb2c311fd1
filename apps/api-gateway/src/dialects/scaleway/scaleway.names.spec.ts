import { argumentName, resourceOfPath } from './scaleway.names';

const REGION = 'regions/fr-par';
const at = (method: string, path: string) => ({ method, path });
const VPC = at('POST', `/vpc/v2/${REGION}/routes`);
const BOOK = at('POST', `/ipam/v1/${REGION}/ips`);
const LIST = at('GET', `/ipam/v1/${REGION}/ips`);
const MOVE = at('POST', `/ipam/v1/${REGION}/ips/id/move`);
const NIC = at('POST', '/instance/v1/zones/fr-par-1/servers/id/private_nics');

describe('names of arguments', () => {
  it.each([
    ['nextHopAttachmentId', VPC, 'nexthop_resource_id'],
    ['nextHopPrivateNetworkId', VPC, 'nexthop_private_network_id'],
    ['set', VPC, 'subnets'],
    ['isDhcpEnabled', VPC, 'dhcp_enabled'],
    ['vpcId', VPC, 'vpc_id'],
    ['address', BOOK, 'address'],
    ['family', BOOK, 'is_ipv6'],
    ['vpcId', BOOK, 'source.vpc_id'],
    ['zone', BOOK, 'source.zonal'],
    ['owner.macAddress', BOOK, 'resource.mac_address'],
    ['source.zonal', BOOK, 'source.zonal'],
    ['zone', LIST, 'zonal'],
    ['vpcId', LIST, 'vpc_id'],
    ['ownerIds', LIST, 'resource_ids'],
    ['pageSize', LIST, 'page_size'],
    ['from.macAddress', MOVE, 'from_resource.mac_address'],
    ['to.name', MOVE, 'to_resource.name'],
    ['address', NIC, 'ipam_ip_ids'],
    ['instanceId', NIC, 'server_id'],
  ])('%s of %j is %s', (field, request, name) => {
    expect(argumentName(field, request)).toBe(name);
  });
});

describe('resourceOfPath', () => {
  it.each([
    [`/vpc/v2/${REGION}/vpcs/id`, 'vpc'],
    [`/vpc/v2/${REGION}/routes`, 'route'],
    [`/vpc/v2/${REGION}/private-networks/id/subnets`, 'subnet'],
    [`/vpc/v2/${REGION}/private-networks`, 'private_network'],
    [BOOK.path, 'ip'],
    [`/ipam/v1/${REGION}/ip-sets/release`, 'ip'],
    [NIC.path, 'instance_private_nic'],
  ])('of %s is %s', (path, resource) => {
    expect(resourceOfPath(path)).toBe(resource);
  });
});
