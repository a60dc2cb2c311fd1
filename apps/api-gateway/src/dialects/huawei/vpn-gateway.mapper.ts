import type { CreateVpnGateway, EipRequest, ListVpnGateways, UpdateVpnGateway } from '@isthmus/contracts';
import type { AddressFamily, VpnEip, VpnEndpointView, VpnGatewayView } from '@isthmus/model';
import { given } from '../../http/given';
import { toPolicyTemplate, toPolicyTemplateBody } from './policy-template.mapper';
import type { CreatedGatewayBody, EipBody, GatewayBody, GatewayStatus } from './vpn-gateway.body';
import type { CreateGatewayFields, EipDto, IpVersion, ListGatewaysQuery, UpdateGatewayFields } from './vpn-gateway.dto';

const FAMILIES: Record<IpVersion, AddressFamily> = { ipv4: 4, ipv6: 6 };
const VERSIONS: Record<AddressFamily, IpVersion> = { 4: 'ipv4', 6: 'ipv6' };
/** All zones are in the region itself, none at an edge site. */
export const BORDER_GROUP = 'center';

export function toIpVersion(family: AddressFamily): IpVersion {
  return VERSIONS[family];
}

/** What is absent is left to the service, which has the defaults. */
export function toCreateCommand(body: CreateGatewayFields, region: string): CreateVpnGateway {
  return {
    region,
    ...given({
      name: body.name,
      networkType: body.network_type,
      attachmentType: body.attachment_type,
      ipVersion: body.ip_version && FAMILIES[body.ip_version],
      erId: body.er_id?.toLowerCase(),
      vpcId: body.vpc_id?.toLowerCase(),
      localSubnets: body.local_subnets,
      localSubnetsV6: body.local_subnets_v6,
      connectSubnetId: body.connect_subnet?.toLowerCase(),
      bgpAsn: body.bgp_asn,
      flavor: body.flavor,
      zones: body.availability_zone_ids,
      enterpriseProjectId: body.enterprise_project_id?.toLowerCase(),
      eip1: body.eip1 && toEipRequest(body.eip1),
      eip2: body.eip2 && toEipRequest(body.eip2),
      accessVpcId: body.access_vpc_id?.toLowerCase(),
      accessSubnetId: body.access_subnet_id?.toLowerCase(),
      haMode: body.ha_mode,
      accessPrivateIp1: body.access_private_ip_1,
      accessPrivateIp2: body.access_private_ip_2,
      tags: body.tags,
    }),
  };
}

function toEipRequest(eip: EipDto): EipRequest {
  return given({
    id: eip.id?.toLowerCase(),
    type: eip.type,
    chargeMode: eip.charge_mode,
    bandwidthMbps: eip.bandwidth_size,
    bandwidthName: eip.bandwidth_name,
    bandwidthId: eip.bandwidth_id?.toLowerCase(),
  });
}

/** Undefined when the body changes nothing. */
export function toUpdateCommand(gatewayId: string, body: UpdateGatewayFields): UpdateVpnGateway | undefined {
  const changes = given({
    name: body.name,
    localSubnets: body.local_subnets,
    localSubnetsV6: body.local_subnets_v6,
    eipId1: body.eip_id_1?.toLowerCase(),
    eipId2: body.eip_id_2?.toLowerCase(),
    policyTemplate: body.policy_template && toPolicyTemplate(body.policy_template),
  });
  return Object.keys(changes).length > 0 ? { gatewayId, ...changes } : undefined;
}

export function toListQuery(query: ListGatewaysQuery): ListVpnGateways {
  return given({
    enterpriseProjectIds: query.enterprise_project_id?.map((id) => id.toLowerCase()),
    gatewayId: query.vgw_id?.toLowerCase(),
  });
}

/** The answer to a create has neither status nor what is known only when the gateway is there. */
export function toCreatedGatewayBody(gateway: VpnGatewayView): CreatedGatewayBody {
  const isOfVpc = gateway.attachmentType === 'vpc';
  return {
    id: gateway.id,
    name: gateway.name,
    network_type: gateway.networkType,
    attachment_type: gateway.attachmentType,
    ip_version: toIpVersion(gateway.ipVersion),
    ...given({
      er_id: gateway.erId,
      vpc_id: gateway.vpcId,
      local_subnets: isOfVpc && gateway.ipVersion === 4 ? gateway.localSubnets : undefined,
      local_subnets_v6: isOfVpc && gateway.ipVersion === 6 ? gateway.localSubnets : undefined,
      connect_subnet: gateway.connectSubnetId,
    }),
    bgp_asn: gateway.bgpAsn,
    flavor: gateway.flavor,
    connection_number: gateway.connectionLimit,
    used_connection_number: gateway.connectionCount,
    used_connection_group: gateway.connectionGroupCount,
    enterprise_project_id: gateway.enterpriseProjectId,
    access_vpc_id: gateway.accessVpcId,
    access_subnet_id: gateway.accessSubnetId,
    ha_mode: gateway.haMode,
    ...given({
      policy_template: gateway.policyTemplate && toPolicyTemplateBody(gateway.policyTemplate),
      tags: gateway.tags.length > 0 ? gateway.tags : undefined,
    }),
  };
}

export function toGatewayBody(gateway: VpnGatewayView): GatewayBody {
  const status = toStatus(gateway);
  const isActive = status === 'ACTIVE';
  const [first, second] = gateway.endpoints;
  const isPrivate = gateway.networkType === 'private';
  const zones = zonesOf(gateway.endpoints);
  return {
    ...toCreatedGatewayBody(gateway),
    status,
    public_border_group: BORDER_GROUP,
    ...given({
      availability_zone_ids: gateway.givenZones ?? (isActive ? zones : undefined),
      eip1: first && toEipBody(first.eip),
      eip2: second && toEipBody(second.eip),
      access_private_ip_1: isPrivate ? first?.accessAddress : undefined,
      access_private_ip_2: isPrivate ? second?.accessAddress : undefined,
      created_at: isActive ? gateway.createdAt : undefined,
      applied_at: isActive ? gateway.appliedAt : undefined,
      updated_at: isActive ? gateway.updatedAt : undefined,
    }),
    supported_flavors: [],
    supported_features: [],
  };
}

/** The zones of both endpoints, each once: a specification may be offered in a single zone. */
function zonesOf(endpoints: VpnEndpointView[]): string[] {
  return [...new Set(endpoints.flatMap(({ zone }) => (zone === null ? [] : [zone])))];
}

/** Nothing until it is bound. */
function toEipBody(eip: VpnEip | null): EipBody | undefined {
  if (eip === null || eip.addressId === null) return undefined;
  return {
    id: eip.addressId,
    ip_version: 4,
    type: eip.type,
    ...given({ ip_address: eip.address }),
    charge_mode: eip.chargeMode,
    bandwidth_id: eip.bandwidthId,
    ...given({ bandwidth_size: eip.bandwidthMbps, bandwidth_name: eip.bandwidthName }),
    share_type: eip.isBandwidthShared ? 'WHOLE' : 'PER',
  };
}

/** A gateway none of whose endpoints answers is as good as none, whatever its state. */
export function toStatus({ state, endpoints }: Pick<VpnGatewayView, 'state' | 'endpoints'>): GatewayStatus {
  switch (state) {
    case 'creating':
      return 'PENDING_CREATE';
    case 'updating':
      return 'PENDING_UPDATE';
    case 'deleting':
      return 'PENDING_DELETE';
    case 'fault':
      return 'FAULT';
    case 'active':
      return endpoints.every(({ health }) => health === 'down') ? 'FAULT' : 'ACTIVE';
  }
}
