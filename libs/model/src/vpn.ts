import type { AddressFamily } from './address';

/** Specifications of a VPN gateway, by the names that the field's clients send. */
export const VPN_FLAVORS = [
  'Basic',
  'Professional1',
  'Professional2',
  'Professional1-NonFixedIP',
  'Professional2-NonFixedIP',
  'GM',
] as const;
export type VpnFlavor = (typeof VPN_FLAVORS)[number];

/** `public` gateways are reached at public addresses, `private` ones at addresses of their access subnet. */
export const VPN_NETWORK_TYPES = ['public', 'private'] as const;
export type VpnNetworkType = (typeof VPN_NETWORK_TYPES)[number];

/** `vpc`: serves one VPC. `er`: serves a VPC that other networks are attached to as a router. */
export const VPN_ATTACHMENT_TYPES = ['vpc', 'er'] as const;
export type VpnAttachmentType = (typeof VPN_ATTACHMENT_TYPES)[number];

export const VPN_HA_MODES = ['active-active', 'active-standby'] as const;
export type VpnHaMode = (typeof VPN_HA_MODES)[number];

/** `fault`: it could not be provisioned and holds nothing; it can only be deleted. */
export const VPN_GATEWAY_STATES = ['creating', 'active', 'updating', 'deleting', 'fault'] as const;
export type VpnGatewayState = (typeof VPN_GATEWAY_STATES)[number];

/** `error`: it could not be set up and holds nothing; it can only be deleted. */
export const VPN_CONNECTION_STATES = ['creating', 'active', 'updating', 'deleting', 'error'] as const;
export type VpnConnectionState = (typeof VPN_CONNECTION_STATES)[number];

/** What the driver last told of an endpoint or a tunnel. */
export const VPN_HEALTHS = ['unknown', 'up', 'down'] as const;
export type VpnHealth = (typeof VPN_HEALTHS)[number];

export const EIP_CHARGE_MODES = ['bandwidth', 'traffic'] as const;
export type EipChargeMode = (typeof EIP_CHARGE_MODES)[number];

export const VPN_ENCRYPTION_ALGORITHMS = ['aes-128', 'aes-192', 'aes-256', 'aes-128-gcm-16', 'aes-256-gcm-16'] as const;
export const VPN_AUTHENTICATION_ALGORITHMS = ['sha2-256', 'sha2-384', 'sha2-512'] as const;
export const VPN_DH_GROUPS = ['group14', 'group15', 'group16', 'group19', 'group20', 'group21', 'disable'] as const;
export type VpnEncryptionAlgorithm = (typeof VPN_ENCRYPTION_ALGORITHMS)[number];
export type VpnAuthenticationAlgorithm = (typeof VPN_AUTHENTICATION_ALGORITHMS)[number];
export type VpnDhGroup = (typeof VPN_DH_GROUPS)[number];

/** What a gateway with access from addresses that change offers whoever comes. Lifetimes in seconds. */
export interface VpnPolicyTemplate {
  ike: {
    encryptionAlgorithm: VpnEncryptionAlgorithm;
    dhGroup: VpnDhGroup;
    authenticationAlgorithm: VpnAuthenticationAlgorithm;
    lifetimeSeconds: number;
  };
  ipsec: {
    authenticationAlgorithm: VpnAuthenticationAlgorithm;
    encryptionAlgorithm: VpnEncryptionAlgorithm;
    pfs: VpnDhGroup;
    lifetimeSeconds: number;
  };
}

export interface Tag {
  key: string;
  value: string;
}

/** A public address of a gateway and its bandwidth. */
export interface VpnEip {
  /** The booked address; null until it is bound. */
  addressId: string | null;
  /** IPv4; null until it is bound. */
  address: string | null;
  /** It was made with the gateway and goes with it; else it was booked before and stays. */
  isMadeForGateway: boolean;
  type: string;
  chargeMode: EipChargeMode;
  bandwidthId: string;
  /** Null where the bandwidth is shared, and somebody else's. */
  bandwidthMbps: number | null;
  bandwidthName: string | null;
  isBandwidthShared: boolean;
}

/** One of the two machines that make a gateway. */
export interface VpnEndpointView {
  id: string;
  slot: 1 | 2;
  /** Null until it is placed. */
  zone: string | null;
  role: 'active' | 'standby';
  health: VpnHealth;
  /** Its address in the access subnet; null until reserved. */
  accessAddress: string | null;
  /** Its address in the subnet of the VPC that it serves; null until reserved, and for `er`. */
  connectAddress: string | null;
  /** Null for a private gateway. */
  eip: VpnEip | null;
}

export interface VpnGatewayView {
  id: string;
  projectId: string;
  region: string;
  name: string;
  networkType: VpnNetworkType;
  attachmentType: VpnAttachmentType;
  /** Family of what passes the tunnels. */
  ipVersion: AddressFamily;
  /** The VPC that is the router of an `er` gateway; null for `vpc`. */
  erId: string | null;
  /** The VPC that a `vpc` gateway serves; null for `er`. */
  vpcId: string | null;
  accessVpcId: string;
  accessSubnetId: string;
  /** Null for `er`. */
  connectSubnetId: string | null;
  /** CIDRs on this side, of family `ipVersion`; none for `er`. */
  localSubnets: string[];
  bgpAsn: number;
  flavor: VpnFlavor;
  haMode: VpnHaMode;
  /** Where the caller wants it; null when that was left to us. */
  givenZones: string[] | null;
  /** A UUID, or `0` for none. */
  enterpriseProjectId: string;
  /** Null unless the flavor takes peers whose addresses change. */
  policyTemplate: VpnPolicyTemplate | null;
  tags: Tag[];
  connectionLimit: number;
  connectionCount: number;
  /** How many customer gateways have a connection. */
  connectionGroupCount: number;
  state: VpnGatewayState;
  stateReason: string | null;
  /** Slot 1, then slot 2. */
  endpoints: VpnEndpointView[];
  createdAt: string;
  /** When it first became active. */
  appliedAt: string | null;
  updatedAt: string;
}

/** The device at the other end. */
export interface CustomerGatewayView {
  id: string;
  projectId: string;
  name: string;
  idType: 'ip' | 'fqdn';
  idValue: string;
  bgpAsn: number | null;
  /** PEM of the CA of its certificate. */
  caCertificate: string | null;
  tags: Tag[];
  createdAt: string;
  updatedAt: string;
}

export const VPN_STYLES = ['static', 'policy', 'bgp'] as const;
export type VpnStyle = (typeof VPN_STYLES)[number];

/** Lifetimes, delays and intervals in seconds. */
export interface IkePolicy {
  ikeVersion: 'v1' | 'v2';
  /** Of version 1 only; null for version 2. */
  phase1NegotiationMode: 'main' | 'aggressive' | null;
  authenticationAlgorithm: VpnAuthenticationAlgorithm;
  encryptionAlgorithm: VpnEncryptionAlgorithm;
  dhGroup: VpnDhGroup;
  authenticationMethod: 'pre-share';
  lifetimeSeconds: number;
  localIdType: 'ip' | 'fqdn';
  /** Null: the gateway's own address. */
  localId: string | null;
  peerIdType: 'ip' | 'fqdn';
  /** Null: the customer gateway's. */
  peerId: string | null;
  dpd: { timeoutSeconds: number; intervalSeconds: number; message: 'seq-hash-notify' | 'seq-notify-hash' };
}

export interface IpsecPolicy {
  authenticationAlgorithm: VpnAuthenticationAlgorithm;
  encryptionAlgorithm: VpnEncryptionAlgorithm;
  pfs: VpnDhGroup;
  transformProtocol: 'esp';
  lifetimeSeconds: number;
  encapsulationMode: 'tunnel';
}

export interface VpnPolicyRule {
  /** Both CIDRs. */
  source: string;
  destinations: string[];
}

/** A tunnel between one endpoint of a gateway and a customer gateway. Its secret is never part of it. */
export interface VpnConnectionView {
  id: string;
  projectId: string;
  name: string;
  gatewayId: string;
  /** The endpoint: id of its public address, or its private address. */
  gatewayIp: string;
  style: VpnStyle;
  customerGatewayId: string;
  /** CIDRs behind the customer gateway. */
  peerSubnets: string[];
  /** Addresses inside the tunnel with prefix, e.g. `169.254.10.1/30`; null for `policy`. */
  tunnelLocalAddress: string | null;
  tunnelPeerAddress: string | null;
  isNqaEnabled: boolean;
  isHubEnabled: boolean;
  policyRules: VpnPolicyRule[];
  ikePolicy: IkePolicy;
  ipsecPolicy: IpsecPolicy;
  haRole: 'master' | 'slave';
  /** The gateway's. */
  enterpriseProjectId: string;
  tags: Tag[];
  state: VpnConnectionState;
  stateReason: string | null;
  /** Whether traffic passes. */
  tunnel: VpnHealth;
  createdAt: string;
  updatedAt: string;
}

/** What some zone offers. */
export interface VpnZoneOffer {
  zone: string;
  flavor: VpnFlavor;
  attachmentType: VpnAttachmentType;
  ipVersion: AddressFamily;
}

/**
 * Which rule of VPN gateways or connections refused a request: the `precondition` of a problem. An API that has a code
 * for each finds it by this name.
 */
export const VPN_RULES = [
  'eip-bandwidth-size',
  'eip-is-not-usable',
  'eip-is-bound',
  'private-ip-outside-subnet',
  'private-ip-is-taken',
  'private-ips-are-equal',
  'private-ips-both-or-none',
  'subnet-lacks-free-ips',
  'gateway-not-ready',
  'gateway-is-creating',
  'gateway-is-updating',
  'gateway-is-deleting',
  'gateway-has-connections',
  'customer-gateway-has-connections',
  'connection-is-updating',
  'connection-exists',
] as const;
export type VpnRule = (typeof VPN_RULES)[number];
