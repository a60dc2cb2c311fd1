import type { PrivateNetworkView, SubnetView } from '@isthmus/model';
import type { FabricNetwork } from '../fabric/fabric.driver';
import type { PrivateNetwork, RoutedNetwork } from './private-network.entity';

export function toPrivateNetworkView(network: PrivateNetwork): PrivateNetworkView {
  return {
    id: network.id,
    projectId: network.projectId,
    vpcId: network.vpcId,
    region: network.region,
    zone: network.zone,
    name: network.name,
    description: network.description,
    labels: network.labels,
    tags: network.tags,
    state: network.state,
    stateReason: network.stateReason,
    vni: network.vni,
    connectivity: network.connectivity,
    isDhcpEnabled: network.isDhcpEnabled,
    dhcpOptions: network.dhcpOptions,
    isDefaultRoutePropagated: network.isDefaultRoutePropagated,
    createdAt: network.createdAt,
    updatedAt: network.updatedAt,
  };
}

/** What the fabric must hold for a network with these subnets. */
export function toFabricNetwork(network: RoutedNetwork, subnets: SubnetView[], revision: bigint): FabricNetwork {
  return {
    id: network.id,
    revision,
    name: network.name,
    zone: network.zone,
    vni: network.vni,
    routerId: network.isRouted ? network.vpcId : null,
    subnets: subnets.map(({ cidr, gateway }) => ({ cidr, gateway })),
    dhcp: network.isDhcpEnabled ? network.dhcpOptions : null,
  };
}
