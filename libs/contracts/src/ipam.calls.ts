import type { AddressFamily, AddressOwner, AddressView, SubnetCapacity, SubnetView } from '@isthmus/model';
import type { Call, HealthCalls } from './call';

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

/** Books an address for a user: it stays until it is released. */
export interface BookAddress {
  /** Exactly one of the two. */
  subnetId?: string;
  privateNetworkId?: string;
  family: AddressFamily;
  address?: string;
  tags: string[];
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
  /** Deletes all subnets of a network. `precondition-failed` while any address in them is booked or attached. */
  'subnet.release': Call<{ privateNetworkId: string }, null>;
  'subnet.list': Call<{ privateNetworkIds: string[] }, SubnetView[]>;
  'subnet.capacity': Call<{ subnetId: string }, SubnetCapacity>;
  'address.check': Call<CheckAddress, null>;
  'address.assign': Call<AssignAddresses, AddressView[]>;
  'address.release-owner': Call<ReleaseOwner, null>;
  'address.book': Call<BookAddress, AddressView>;
  'address.release': Call<{ addressId: string }, null>;
  'address.list': Call<ListAddresses, AddressView[]>;
  /**
   * Undoes the command that was sent under that request id, whether or not it arrived or was answered, and leaves a
   * tombstone: the command, should it arrive later, does nothing and fails with `interrupted`. Idempotent.
   */
  'request.undo': Call<{ undoRequestId: string }, null>;
}
