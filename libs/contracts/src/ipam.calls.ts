import type {
  AddressFamily,
  AddressOwner,
  AddressReverse,
  AddressView,
  SubnetCapacity,
  SubnetView,
} from '@isthmus/model';
import type { Call, HealthCalls, Page, PageRequest } from './call';

/** One subnet to reserve; its id is chosen by the caller, so that it is known before the work is done. */
export type SubnetPlan =
  | { id: string; kind: 'cidr'; cidr: string; range?: { start: string; end: string }; hasGateway: boolean }
  /** The next free block: IPv4 out of 172.16.0.0/12, IPv6 a random ULA. */
  | { id: string; kind: 'automatic'; family: AddressFamily; prefixLength: number };

/** Where the subnets of a network lie; joined ones never overlap inside one VPC. */
export interface SubnetPlacement {
  privateNetworkId: string;
  vpcId: string;
  region: string;
  isJoined: boolean;
}

/** Idempotent by request id; all or nothing. `conflict` on overlap, `exhausted` when no block is left. */
export interface ReserveSubnets extends SubnetPlacement {
  /** Answers what would be reserved and writes nothing. */
  isDryRun?: boolean;
  subnets: SubnetPlan[];
}

/** Would these CIDRs be free? Answers nothing, or throws `conflict` naming both CIDRs. A hint: the constraint decides. */
export interface CheckSubnets extends SubnetPlacement {
  cidrs: string[];
}

/** Gives the network this one IPv4 subnet and range, in place of the one it has (if any). Leases must fit: `conflict`. */
export interface ReshapeSubnet extends SubnetPlacement {
  /** Id for the subnet if the network has none yet. */
  subnetId: string;
  cidr: string;
  range: { start: string; end: string };
}

/**
 * Takes these subnets from a network and gives it those: removed first, so that a new block may lie where an old one was.
 * All or nothing. `remove` holds CIDRs: `not-found` when the network has none such, `precondition-failed` naming the CIDR
 * while an address in it is booked or attached. `conflict` and `exhausted` as for reserving.
 */
export interface ChangeNetworkSubnets extends SubnetPlacement {
  add: SubnetPlan[];
  remove: string[];
}

/** Puts all subnets of a network elsewhere: into another VPC, joined or not. Their blocks and addresses stay. */
export interface RehomeSubnets {
  privateNetworkId: string;
  vpcId: string;
  isJoined: boolean;
}

/** Assigns addresses of a network to an owner: one per family the network has (none on an unmanaged network). */
export interface AssignAddresses {
  privateNetworkId: string;
  owner: AddressOwner;
  /** A given address (then only its family is given and the other is automatic). `conflict` when taken or outside. */
  address?: string;
  /** Addresses booked before by the same project and still free; only these are attached. */
  addressIds?: string[];
  /** Only these families. */
  families?: AddressFamily[];
  /** The owner already holds addresses and moves to the new ones: it holds both until it releases the former. */
  isMove?: boolean;
  /** Answers what would be assigned and writes nothing. */
  isDryRun?: boolean;
}

/** Where one address of a set comes from. */
export type AddressPlace =
  /** The next free one of a subnet of the project, or this one. */
  | { subnetId: string; address?: string }
  /** The next free public one of a zone. */
  | { zone: string; family: AddressFamily }
  /** One that the project has booked and that nobody is attached to; it stays booked. */
  | { addressId: string };

/**
 * Assigns one address per place to an owner, in the order of the places: all or none. What was not booked before is given
 * back with the owner. Errors: `not-found` (subnet, zone, address), `invalid-argument` (outside the subnet), `conflict`
 * (taken, held, attached), `exhausted` with the capacity, `forbidden` for an owner type of others.
 */
export interface AssignAddressSet {
  owner: AddressOwner;
  /** 1 to 16. */
  places: AddressPlace[];
}

/** Would `address` be free for an attachment? Throws `invalid-argument` outside the subnets, `conflict` when taken. */
export interface CheckAddress {
  privateNetworkId: string;
  address: string;
}

/** Gives back what an owner holds: automatic addresses become free, booked ones stay reserved and detached. */
export interface ReleaseOwner {
  ownerId: string;
  /** Keep these. */
  exceptAddressIds?: string[];
  /** Only these families; all when absent. */
  families?: AddressFamily[];
}

/** A machine of the user's own. The id of such an owner is the address's own id, its type `custom`. */
export interface CustomOwner {
  /** Any notation of six bytes in hexadecimal; kept in lower case with colons. */
  macAddress: string;
  name?: string | null;
}

/** A resource of a product. Only the callers that own the type attach and detach it: `forbidden`. */
export interface ProductOwner {
  /** e.g. `rdb_instance`. */
  type: string;
  id: string;
  /** The machine behind it. */
  parentId?: string | null;
  name?: string | null;
  macAddress?: string | null;
}

/** Books an address for a user: it stays until it is released. */
export interface BookAddress {
  /** Exactly one of the four. A VPC and a network hand out of their oldest subnet of the family that has room. */
  zone?: string;
  privateNetworkId?: string;
  subnetId?: string;
  vpcId?: string;
  /** When given, the source must lie in it: `not-found`. */
  region?: string;
  family: AddressFamily;
  /** Without prefix; not for a zone. `invalid-argument` outside the source, `conflict` when taken. */
  address?: string;
  tags: string[];
  /** Attached at once. */
  owner?: CustomOwner | ProductOwner;
  /** Answers the address that would be booked now, and books nothing. */
  isDryRun?: boolean;
}

/** An address of the project; `not-found` also when `region` is given and it lies in another one. */
export interface AddressReference {
  addressId: string;
  region?: string;
}

/** Absent = unchanged. Allowed while attached: the address itself never changes. */
export interface UpdateAddress extends AddressReference {
  tags?: string[];
  reverses?: AddressReverse[];
}

/** Releases all or, when one is missing or attached, none. At most 1,000. */
export interface ReleaseAddresses {
  addressIds: string[];
  region?: string;
}

/** `conflict` while it is attached. */
export interface AttachAddress extends AddressReference {
  owner: CustomOwner | ProductOwner;
}

/** `owner` must be the present one: `precondition-failed`. A custom one is named by its MAC address. */
export interface DetachAddress extends AddressReference {
  owner: { macAddress: string } | { type: string; id: string };
}

/** From one custom machine to another; without `to` it is detached. */
export interface MoveAddress extends AddressReference {
  from: { macAddress: string };
  to?: CustomOwner;
}

export type AddressOrder =
  `${'created_at' | 'updated_at' | 'attached_at' | 'ip_address' | 'mac_address'}_${'asc' | 'desc'}`;

/** The project's addresses of one region that match all that is given. */
export interface QueryAddresses {
  region: string;
  paging: PageRequest;
  /** Default `created_at_desc`. What is not attached, or has no MAC address, comes last. */
  orderBy?: AddressOrder;
  /** At most one of these three: `invalid-argument`. */
  zone?: string;
  privateNetworkId?: string;
  subnetId?: string;
  /** Not together with a zone. */
  vpcId?: string;
  isAttached?: boolean;
  /** Substring of the owner's name. */
  resourceName?: string;
  ownerIds?: string[];
  ownerTypes?: string[];
  /** In any case. */
  macAddress?: string;
  /** Those that carry any of these. */
  tags?: string[];
  family?: AddressFamily;
  addressIds?: string[];
}

/** The project's subnets of one region. */
export interface QuerySubnets {
  region: string;
  paging: PageRequest;
  /** Default `created_at_desc`. */
  orderBy?: `created_at_${'asc' | 'desc'}`;
  subnetIds?: string[];
  vpcId?: string;
}

export interface ListAddresses {
  privateNetworkIds?: string[];
  ownerIds?: string[];
  addressIds?: string[];
}

export interface IpamCalls extends HealthCalls {
  'subnet.check': Call<CheckSubnets, null>;
  'subnet.reserve': Call<ReserveSubnets, SubnetView[]>;
  'subnet.reshape': Call<ReshapeSubnet, SubnetView>;
  /** Answers all subnets that the network has then. */
  'subnet.change': Call<ChangeNetworkSubnets, SubnetView[]>;
  /** `conflict` when one would overlap another of the VPC, `invalid-argument` when one may not be joined. */
  'subnet.rehome': Call<RehomeSubnets, null>;
  /** Deletes all subnets of a network. `precondition-failed` while any address in them is booked or attached. */
  'subnet.release': Call<{ privateNetworkId: string }, null>;
  'subnet.list': Call<{ privateNetworkIds: string[] }, SubnetView[]>;
  'subnet.capacity': Call<{ subnetId: string }, SubnetCapacity>;
  'address.check': Call<CheckAddress, null>;
  'address.assign': Call<AssignAddresses, AddressView[]>;
  'address.assign-set': Call<AssignAddressSet, AddressView[]>;
  'address.release-owner': Call<ReleaseOwner, null>;
  'subnet.query': Call<QuerySubnets, Page<SubnetView>>;
  /** `conflict` when taken or held, `exhausted` with the capacity, `forbidden` for an owner type of others. */
  'address.book': Call<BookAddress, AddressView>;
  'address.get': Call<AddressReference, AddressView>;
  'address.query': Call<QueryAddresses, Page<AddressView>>;
  'address.update': Call<UpdateAddress, AddressView>;
  /** `precondition-failed` (`address_is_detached`) while it is attached. */
  'address.release': Call<AddressReference, null>;
  'address.release-set': Call<ReleaseAddresses, null>;
  'address.attach': Call<AttachAddress, AddressView>;
  'address.detach': Call<DetachAddress, AddressView>;
  'address.move': Call<MoveAddress, AddressView>;
  'address.list': Call<ListAddresses, AddressView[]>;
  /**
   * Undoes the command that was sent under that request id, whether or not it arrived or was answered, and leaves a
   * tombstone: the command, should it arrive later, does nothing and fails with `interrupted`. Idempotent.
   */
  'request.undo': Call<{ undoRequestId: string }, null>;
}
