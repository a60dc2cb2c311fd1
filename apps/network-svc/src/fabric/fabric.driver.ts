import type { DhcpOptions } from '@isthmus/model';

/** What a network must look like in the fabric: a logical switch. Level-triggered: the whole truth, never a change. */
export interface FabricNetwork {
  id: string;
  /** An ensure with a lower revision than the fabric has is ignored. */
  revision: bigint;
  name: string;
  vni: number;
  /** The logical router it hangs on, or null for an isolated network. */
  vpcId: string | null;
  /** DHCP options per subnet; null where DHCP is off. */
  dhcp: { subnets: FabricSubnet[]; options: DhcpOptions } | null;
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

/**
 * The seam to the network that carries the traffic, shaped after OVN's northbound tables (logical switch, switch port,
 * DHCP options, logical router; see ovn-nb(5)). Every call is idempotent by id. Errors: `unavailable` for a passing
 * failure, any other ProblemError for one that trying again does not mend.
 */
export abstract class FabricDriver {
  abstract ensureNetwork(network: FabricNetwork, signal: AbortSignal): Promise<void>;
  abstract removeNetwork(networkId: string, signal: AbortSignal): Promise<void>;
  abstract ensurePort(port: FabricPort, signal: AbortSignal): Promise<void>;
  abstract removePort(portId: string, signal: AbortSignal): Promise<void>;
}

export type FabricCall = 'ensureNetwork' | 'removeNetwork' | 'ensurePort' | 'removePort';
