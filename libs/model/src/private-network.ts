export const PRIVATE_NETWORK_STATES = ['creating', 'active', 'updating', 'deleting', 'error'] as const;
export type PrivateNetworkState = (typeof PRIVATE_NETWORK_STATES)[number];

/** `joined`: routed by its VPC. `isolated`: pure layer 2. */
export const CONNECTIVITIES = ['joined', 'isolated'] as const;
export type Connectivity = (typeof CONNECTIVITIES)[number];

/** DHCP options handed to attached machines; addresses are IPv4 text, `domainSearch` entries are domain names. */
export interface DhcpOptions {
  routers: string[];
  dnsServers: string[];
  ntpServers: string[];
  domainSearch: string[];
}

/** A layer-2 network without its subnets and leases, which ipam-svc knows. */
export interface PrivateNetworkView {
  id: string;
  projectId: string;
  vpcId: string;
  region: string;
  /** Home zone, or null for a regional network. */
  zone: string | null;
  name: string;
  description: string;
  labels: Record<string, string>;
  tags: string[];
  state: PrivateNetworkState;
  stateReason: string | null;
  /** VXLAN network identifier, 1 to 2^24-1, unique among living networks. */
  vni: number;
  connectivity: Connectivity;
  isDhcpEnabled: boolean;
  dhcpOptions: DhcpOptions;
  isDefaultRoutePropagated: boolean;
  createdAt: string;
  updatedAt: string;
}

/** At most this many resources on one private network. */
export const MAX_ATTACHMENTS_PER_NETWORK = 250;
/** At most this many private networks on one resource. */
export const MAX_ATTACHMENTS_PER_INSTANCE = 8;
