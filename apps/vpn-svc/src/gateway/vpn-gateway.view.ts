import type { VpnEip, VpnEndpointView, VpnGatewayView } from '@isthmus/model';
import type { TunnelAnnouncement, TunnelEndpoint } from '../tunnel/tunnel.driver';
import type { VpnEndpoint } from './vpn-endpoint.entity';
import type { VpnGateway } from './vpn-gateway.entity';

/** `connectionGroupCount` is the number of customer gateways that have a connection. */
export function toVpnGatewayView(
  gateway: VpnGateway,
  endpoints: VpnEndpoint[],
  connectionGroupCount: number,
): VpnGatewayView {
  const { id, projectId, region, name, networkType, attachmentType, ipVersion, erId, vpcId } = gateway;
  const { accessVpcId, accessSubnetId, connectSubnetId, localSubnets, flavor, haMode } = gateway;
  const { enterpriseProjectId, policyTemplate, tags, connectionLimit, connectionCount } = gateway;
  const { state, stateReason, createdAt, appliedAt, updatedAt } = gateway;
  return {
    ...{ id, projectId, region, name, networkType, attachmentType, ipVersion, erId, vpcId },
    ...{ accessVpcId, accessSubnetId, connectSubnetId, localSubnets, flavor, haMode },
    ...{ enterpriseProjectId, policyTemplate, tags, connectionLimit, connectionCount, connectionGroupCount },
    ...{ state, stateReason, createdAt, appliedAt, updatedAt },
    givenZones: gateway.areZonesGiven ? gateway.zones : null,
    bgpAsn: Number(gateway.bgpAsn),
    endpoints: [...endpoints].sort((left, right) => left.slot - right.slot).map(toEndpointView),
  };
}

function toEndpointView(endpoint: VpnEndpoint): VpnEndpointView {
  const { id, slot, zone, role, health, accessAddress, connectAddress } = endpoint;
  return { id, slot, zone, role, health, accessAddress, connectAddress, eip: toEip(endpoint) };
}

function toEip(endpoint: VpnEndpoint): VpnEip | null {
  const { isEipMade, eipType, eipChargeMode, eipBandwidthId } = endpoint;
  if (isEipMade === null || eipType === null || eipChargeMode === null || eipBandwidthId === null) return null;
  return {
    addressId: endpoint.eipId,
    address: endpoint.eipAddress,
    isMadeForGateway: isEipMade,
    type: eipType,
    chargeMode: eipChargeMode,
    bandwidthId: eipBandwidthId,
    bandwidthMbps: endpoint.eipBandwidthMbps,
    bandwidthName: endpoint.eipBandwidthName,
    isBandwidthShared: endpoint.eipBandwidthMbps === null,
  };
}

/** What the driver is told of an endpoint that has its place and addresses, at the row's revision. */
export function toTunnelEndpoint({ id: gatewayId }: VpnGateway, endpoint: VpnEndpoint): TunnelEndpoint {
  const { id, role, zone, accessAddress, connectAddress, eipAddress: publicAddress } = endpoint;
  if (zone === null || accessAddress === null) throw new Error(`endpoint ${id} has no place yet`);
  return {
    id,
    revision: BigInt(endpoint.revision),
    gatewayId,
    zone,
    role,
    publicAddress,
    accessAddress,
    connectAddress,
  };
}

/** What the driver is told of the subnets on this side, at the row's revision. */
export function toAnnouncement({ id, revision, bgpAsn, localSubnets }: VpnGateway): TunnelAnnouncement {
  return { gatewayId: id, revision: BigInt(revision), bgpAsn: Number(bgpAsn), subnets: localSubnets };
}
