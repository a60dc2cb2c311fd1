import type { Removal } from '@isthmus/drivers';
import type { DhcpOptions } from '@isthmus/model';

/** The logical router of a VPC with routing. Level-triggered as everything here: the whole truth, never a change. */
export interface FabricRouter {
  /** The VPC's. */
  id: string;
  /** An ensure with a lower revision than the fabric has is ignored. */
  revision: bigint;
}

/** What a network must look like in the fabric: a logical switch. */
export interface FabricNetwork {
  id: string;
  revision: bigint;
  name: string;
  /** The only zone it reaches, or null for a whole region. */
  zone: string | null;
  vni: number;
  /** The router it hangs on, by a port with the gateway of each subnet; null unless the network is joined and its VPC routes. */
  routerId: string | null;
  subnets: FabricSubnet[];
  /** What every subnet is told by DHCP; null where DHCP is off. */
  dhcp: DhcpOptions | null;
}

export interface FabricSubnet {
  cidr: string;
  gateway: string | null;
}

/** What a NIC must look like: a switch port with its address and, by that, its port security. */
export interface FabricPort {
  id: string;
  revision: bigint;
  networkId: string;
  macAddress: string;
  addresses: string[];
}

/** A static route of a router; of several that match, the fabric takes the one with the longest prefix. */
export interface FabricRoute {
  id: string;
  revision: bigint;
  routerId: string;
  /** CIDR. */
  destination: string;
  /** The network it leaves by. */
  networkId: string;
  /** Address of the machine that takes it there; null for every machine of the network itself. */
  nextHop: string | null;
}

/**
 * One side of a peering: a port of the router of its network that names the port on the peer's router, and routes through it
 * to what lies behind. Traffic passes when both sides are there.
 */
export interface FabricPeering {
  /** The peering's. */
  id: string;
  revision: bigint;
  networkId: string;
  routerId: string;
  /** The other side. */
  peerId: string;
  /** CIDRs of the peer's network. */
  destinations: string[];
}

/**
 * The seam to the network that carries the traffic, shaped after OVN's northbound tables (logical switch, switch port,
 * DHCP options, logical router, static route; see ovn-nb(5)). Every call is idempotent by id. Errors: `unavailable` for a
 * passing failure, any other ProblemError for one that trying again does not mend.
 */
export abstract class FabricDriver {
  abstract ensureRouter(router: FabricRouter, signal: AbortSignal): Promise<void>;
  abstract removeRouter(routerId: string, signal: AbortSignal): Promise<void>;
  abstract ensureNetwork(network: FabricNetwork, signal: AbortSignal): Promise<void>;
  abstract removeNetwork(networkId: string, signal: AbortSignal): Promise<void>;
  abstract ensurePort(port: FabricPort, signal: AbortSignal): Promise<void>;
  abstract removePort(port: Removal, signal: AbortSignal): Promise<void>;
  abstract ensureRoute(route: FabricRoute, signal: AbortSignal): Promise<void>;
  abstract removeRoute(route: Removal, signal: AbortSignal): Promise<void>;
  abstract ensurePeering(peering: FabricPeering, signal: AbortSignal): Promise<void>;
  abstract removePeering(peering: Removal, signal: AbortSignal): Promise<void>;
}

export const FABRIC_CALLS = [
  'ensureRouter',
  'removeRouter',
  'ensureNetwork',
  'removeNetwork',
  'ensurePort',
  'removePort',
  'ensureRoute',
  'removeRoute',
  'ensurePeering',
  'removePeering',
] as const;
export type FabricCall = (typeof FABRIC_CALLS)[number];
