export type AddressFamily = 4 | 6;

/** An address range of a private network. */
export interface SubnetView {
  id: string;
  projectId: string;
  privateNetworkId: string;
  vpcId: string;
  region: string;
  family: AddressFamily;
  /** Network in CIDR notation without host bits, e.g. `172.16.4.0/22`. */
  cidr: string;
  /** First and last address that automatic assignment hands out. */
  rangeStart: string;
  rangeEnd: string;
  /** Held for the router, or null where nobody routes. */
  gateway: string | null;
  createdAt: string;
  updatedAt: string;
}

/** Who holds an address. Only the product named here can detach it. */
export interface AddressOwner {
  /** e.g. `instance_private_nic`, `vpn_gateway`, `custom`. */
  type: string;
  id: string;
  /** The machine behind a NIC, or null. */
  parentId: string | null;
  name: string | null;
  macAddress: string | null;
}

/** The pool an address was booked from: a subnet of a private network, or the public addresses of a zone. */
export type AddressSource = { kind: 'subnet'; subnetId: string } | { kind: 'zone'; zone: string };

/** A name that resolves back from the address, and the address in it when that is another one of the same machine. */
export interface AddressReverse {
  hostname: string;
  address: string | null;
}

/** One address of a subnet or of a zone, reserved or attached. */
export interface AddressView {
  id: string;
  projectId: string;
  region: string;
  source: AddressSource;
  /** The zone of a zonal address; null otherwise. */
  zone: string | null;
  /** These three are null for a zonal address. */
  subnetId: string | null;
  privateNetworkId: string | null;
  vpcId: string | null;
  family: AddressFamily;
  /** Without prefix, e.g. `172.16.4.2`. */
  address: string;
  prefixLength: number;
  owner: AddressOwner | null;
  /** Booked by a user: it survives the detaching of its owner. */
  isReserved: boolean;
  tags: string[];
  reverses: AddressReverse[];
  createdAt: string;
  updatedAt: string;
}

/** How full a subnet is; decimal text, because an IPv6 /64 has more addresses than a double can count. */
export interface SubnetCapacity {
  subnetId: string;
  total: string;
  used: string;
  held: string;
  free: string;
}
