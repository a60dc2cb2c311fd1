import type { Call } from './call';

/** A port by which a gateway of another product hangs on a network. */
export interface GatewayPort {
  /** Chosen by the caller. */
  id: string;
  privateNetworkId: string;
  name: string;
  /** Its addresses on that network, which ipam-svc has assigned to the gateway; without prefix. */
  addresses: string[];
}

/** The ports of one gateway. */
export interface PlugPorts {
  gatewayId: string;
  ports: GatewayPort[];
}

export interface UnplugPorts {
  gatewayId: string;
  /** The request id of a `plug` that must not be carried out any more, should it still be on its way. */
  buries?: string;
}

/** A plugged port; `macAddress` in lower case with colons. */
export interface PluggedPort extends GatewayPort {
  macAddress: string;
}

/**
 * All routes of one VPN connection, in place of those it has: to each destination through the gateway's port. They lie in the
 * gateway's VPC, and in each VPC of the same project that is reached from it by an active peering with a network whose
 * subnet is one of `localSubnets`.
 */
export interface SetVpnRoutes {
  connectionId: string;
  gatewayId: string;
  vpcId: string;
  localSubnets: string[];
  /** The port that takes the traffic: an address on a routed network, which may lie in another VPC of the project. */
  nextHop: { privateNetworkId: string; address: string };
  /** CIDRs; none takes all routes of the connection away. */
  destinations: string[];
  /** The request id of a `set` that must not be carried out any more, should it still be on its way. */
  buries?: string;
  /** Checks, and writes nothing. */
  isDryRun?: boolean;
}

/** What network-svc does for gateways of other products. Each is done when it is answered: no operation. */
export interface GatewayCalls {
  /** Idempotent by gateway and port. Errors: `not-found` and `busy` (network), `conflict` (an id that is another's), `invalid-argument`. */
  'gateway-port.plug': Call<PlugPorts, PluggedPort[]>;
  'gateway-port.unplug': Call<UnplugPorts, null>;
  /**
   * Errors: `not-found` and `busy` (VPC, network), `already-exists` when another route of a VPC leads to a destination,
   * `precondition-failed` (the VPC does not route, the next hop's network is not routed), `invalid-argument`. Without
   * destinations it is never refused.
   */
  'vpn-route.set': Call<SetVpnRoutes, null>;
}
