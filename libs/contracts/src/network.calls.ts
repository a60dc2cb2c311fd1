import type {
  Accepted,
  AddressView,
  AttachmentView,
  Connectivity,
  DhcpOptions,
  InstanceView,
  PrivateNetworkView,
  SubnetView,
} from '@isthmus/model';
import type { Call, HealthCalls, Page, PageRequest } from './call';
import type { Planned } from './dry-run';
import type { GatewayCalls } from './gateway.calls';
import type { PeeringCalls } from './peering.calls';
import type { RouteCalls } from './route.calls';
import type { VpcCalls } from './vpc.calls';

/** How a new network gets its subnets. */
export type Addressing =
  /** An IPv4 /22 out of 172.16.0.0/12 and an IPv6 ULA /64, both chosen for it. */
  | { kind: 'automatic' }
  /** These; where none is IPv6 a ULA /64 is added. */
  | { kind: 'subnets'; cidrs: string[] }
  /** One IPv4 subnet with a DHCP range: a managed network. */
  | { kind: 'range'; range: AddressRange }
  /** None: an unmanaged network. */
  | { kind: 'none' };

/** A DHCP range; three IPv4 texts, start and end inclusive. */
export interface AddressRange {
  startIp: string;
  endIp: string;
  netmask: string;
}

export interface CreatePrivateNetwork {
  region: string;
  zone: string | null;
  /** The project's default VPC of the region when null. */
  vpcId: string | null;
  name: string;
  description: string;
  labels: Record<string, string>;
  tags: string[];
  connectivity: Connectivity;
  addressing: Addressing;
  isDhcpEnabled: boolean;
  dhcpOptions: DhcpOptions;
  isDefaultRoutePropagated: boolean;
  /**
   * Answers what would be made (with `operation.id` all zeros) and writes nothing. Ids and VNI are those of this rehearsal;
   * the blocks of automatic subnets are not known before ipam-svc books them.
   */
  isDryRun?: boolean;
}

/** A dry run also tells the subnets that the network would get. */
export interface PlannedNetwork extends Accepted<PrivateNetworkView>, Planned {
  plannedSubnets?: SubnetView[];
}

/** A dry run also tells the addresses that the NIC would get. */
export interface PlannedAttachment extends Accepted<AttachmentView>, Planned {
  plannedAddresses?: AddressView[];
}

/** Where a request may see networks: a region, and in it a zone (which also sees the regional ones). */
export interface NetworkScope {
  region: string;
  zone?: string;
}

export interface GetPrivateNetwork extends NetworkScope {
  privateNetworkId: string;
}

export interface ListPrivateNetworks extends NetworkScope {
  /** All of them, up to 10,000, when absent. */
  paging?: PageRequest;
  orderBy?: 'created_at_asc' | 'created_at_desc' | 'name_asc' | 'name_desc';
  /** Substring of the name. */
  name?: string;
  /** Networks that carry all of these tags. */
  tags?: string[];
  privateNetworkIds?: string[];
  vpcId?: string;
  isDhcpEnabled?: boolean;
}

/** Absent = unchanged. A change of `range` needs all leases to stay inside the new subnet. */
export interface UpdatePrivateNetwork extends GetPrivateNetwork {
  name?: string;
  description?: string;
  labels?: Record<string, string>;
  tags?: string[];
  range?: Partial<AddressRange>;
  dhcpOptions?: DhcpOptions;
  isDefaultRoutePropagated?: boolean;
}

export interface CreateAttachment extends GetPrivateNetwork {
  /** Answers what would be made and writes nothing. */
  isDryRun?: boolean;
  instanceId: string;
  /** Zone of the instance. */
  instanceZone: string;
  /** A static address inside the subnet; automatic when absent. */
  address?: string;
  /** Addresses booked before, one per family at most. */
  addressIds?: string[];
  tags: string[];
}

/** A NIC by its id, or by the network and the instance it joins. */
export type AttachmentSelector =
  { attachmentId: string; instanceId?: string; zone?: string } | { privateNetworkId: string; instanceId: string };

export interface UpdateAttachmentIp extends NetworkScope {
  privateNetworkId: string;
  instanceId: string;
  /** The next free address of the range when absent. */
  address?: string;
}

export interface ListAttachments {
  paging?: PageRequest;
  zone?: string;
  instanceId?: string;
  instanceIds?: string[];
  privateNetworkId?: string;
  /** NICs that carry all of these tags. */
  tags?: string[];
}

export interface ListInstances {
  region?: string;
  zone?: string;
  instanceIds?: string[];
}

export interface RegisterInstance {
  /** A new one when absent. */
  instanceId?: string;
  region: string;
  zone: string;
  name: string;
  /** Answers what would be registered and writes nothing. */
  isDryRun?: boolean;
}

/** Where a page of instances ended: they go by the moment of their registration, and then by id. */
export interface DeleteInstance {
  instanceId: string;
  /** The name that the caller has seen. When it has another by now: `precondition-failed`. */
  formerName?: string;
}

export interface RenameInstance extends DeleteInstance {
  name: string;
}

export interface InstancePosition {
  createdAt: string;
  id: string;
}

export interface PageInstances {
  /** From the first one when absent. */
  after?: InstancePosition;
  limit: number;
}

export const NETWORK_QUOTA_RESOURCES = ['vpc', 'private-network', 'route'] as const;
export type NetworkQuotaResource = (typeof NETWORK_QUOTA_RESOURCES)[number];

export interface NetworkQuota {
  resource: NetworkQuotaResource;
  limit: number;
  used: number;
}

/** All zonal networks of the project in the region (1,000 at most in one call), or only these. */
export interface MigrateZonal {
  region: string;
  privateNetworkIds?: string[];
}

/** Adds and removes subnets of a network in one step. */
export interface ChangeSubnets extends GetPrivateNetwork {
  /** CIDRs to add. */
  add?: string[];
  /** CIDRs to remove: `precondition-failed` while an address in them is booked or attached. */
  remove?: string[];
  /** Exactly these, in place of all there are; instead of the other two. */
  set?: string[];
  isDryRun?: boolean;
}

export interface NetworkCalls extends HealthCalls, VpcCalls, RouteCalls, PeeringCalls, GatewayCalls {
  'private-network.create': Call<CreatePrivateNetwork, PlannedNetwork>;
  'private-network.get': Call<GetPrivateNetwork, PrivateNetworkView>;
  'private-network.list': Call<ListPrivateNetworks, Page<PrivateNetworkView>>;
  'private-network.update': Call<UpdatePrivateNetwork, Accepted<PrivateNetworkView>>;
  'private-network.enable-dhcp': Call<GetPrivateNetwork, Accepted<PrivateNetworkView>>;
  'private-network.change-subnets': Call<ChangeSubnets, Accepted<PrivateNetworkView> & Planned>;
  /** Makes zonal networks regional. Each is an operation. */
  'private-network.migrate-zonal': Call<MigrateZonal, Accepted<PrivateNetworkView>[]>;
  'private-network.delete': Call<GetPrivateNetwork, Accepted<PrivateNetworkView>>;
  'attachment.create': Call<CreateAttachment, PlannedAttachment>;
  'attachment.get': Call<AttachmentSelector, AttachmentView>;
  'attachment.list': Call<ListAttachments, Page<AttachmentView>>;
  'attachment.update-tags': Call<AttachmentSelector & { tags: string[] }, AttachmentView>;
  'attachment.update-ip': Call<UpdateAttachmentIp, Accepted<AttachmentView>>;
  'attachment.delete': Call<AttachmentSelector, Accepted<AttachmentView>>;
  'instance.get': Call<{ instanceId: string }, InstanceView>;
  'instance.list': Call<ListInstances, InstanceView[]>;
  'instance.page': Call<PageInstances, InstanceView[]>;
  /** The same one again is answered as it is. `already-exists` when the id is another one's. */
  'instance.register': Call<RegisterInstance, InstanceView & Planned>;
  'instance.rename': Call<RenameInstance, InstanceView>;
  /** `conflict` while it is attached to a network. */
  'instance.delete': Call<DeleteInstance, null>;
  'network-quota.list': Call<Record<string, never>, NetworkQuota[]>;
}
