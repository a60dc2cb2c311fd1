export const ROUTE_STATES = ['creating', 'active', 'updating', 'deleting', 'error'] as const;
export type RouteState = (typeof ROUTE_STATES)[number];

/** `subnet`: made with a subnet. `custom`: made by a user. `vpn`: made with a VPN connection. All but `custom` are read-only. */
export type RouteType = 'subnet' | 'custom' | 'vpn';

/** A route of a VPC. Of a subnet's own route the id is the subnet's. */
export interface RouteView {
  id: string;
  projectId: string;
  vpcId: string;
  region: string;
  type: RouteType;
  isReadOnly: boolean;
  description: string;
  tags: string[];
  /** CIDR without host bits. */
  destination: string;
  /** A NIC of a network of the VPC, or null. */
  nextHopAttachmentId: string | null;
  /** A network of the VPC, or null. At least one of the two is set. */
  nextHopPrivateNetworkId: string | null;
  state: RouteState;
  stateReason: string | null;
  createdAt: string;
  updatedAt: string;
}

/** A route and where it leads. */
export interface RouteWithNextHop {
  route: RouteView;
  /** IPv4 or IPv6 address of the NIC in the destination's family, or null. */
  nextHopIp: string | null;
  /** Name of the instance or of the network. */
  nextHopName: string | null;
  nextHopType: 'attachment' | 'private-network';
}
