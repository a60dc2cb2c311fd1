import type {
  Accepted,
  AddressFamily,
  CustomerGatewayView,
  EipChargeMode,
  IkePolicy,
  IpsecPolicy,
  Tag,
  VpnAttachmentType,
  VpnConnectionView,
  VpnFlavor,
  VpnGatewayView,
  VpnHaMode,
  VpnNetworkType,
  VpnPolicyRule,
  VpnPolicyTemplate,
  VpnStyle,
  VpnZoneOffer,
} from '@isthmus/model';
import type { SealedText } from '@isthmus/secrets';
import type { Call, HealthCalls } from './call';

/** A public address: one that is booked (`id`), or a new one (the rest). */
export interface EipRequest {
  id?: string;
  type?: string;
  chargeMode?: EipChargeMode;
  bandwidthMbps?: number;
  bandwidthName?: string;
  /** A bandwidth that several addresses share. */
  bandwidthId?: string;
}

/** As the caller gave it: what is absent gets its default, or is refused where it is mandatory. */
export interface CreateVpnGateway {
  region: string;
  name?: string;
  networkType?: VpnNetworkType;
  attachmentType?: VpnAttachmentType;
  ipVersion?: AddressFamily;
  erId?: string;
  vpcId?: string;
  localSubnets?: string[];
  localSubnetsV6?: string[];
  connectSubnetId?: string;
  bgpAsn?: number;
  flavor?: VpnFlavor;
  zones?: string[];
  enterpriseProjectId?: string;
  eip1?: EipRequest;
  eip2?: EipRequest;
  accessVpcId?: string;
  accessSubnetId?: string;
  haMode?: VpnHaMode;
  accessPrivateIp1?: string;
  accessPrivateIp2?: string;
  policyTemplate?: VpnPolicyTemplate;
  tags?: Tag[];
}

/** Absent = unchanged. */
export interface UpdateVpnGateway {
  gatewayId: string;
  name?: string;
  localSubnets?: string[];
  localSubnetsV6?: string[];
  /** Booked addresses in place of the present ones. */
  eipId1?: string;
  eipId2?: string;
  policyTemplate?: VpnPolicyTemplate;
}

export interface ListVpnGateways {
  enterpriseProjectIds?: string[];
  gatewayId?: string;
}

/** One page of a list in the order of creation. */
export interface MarkedPage<Item> {
  items: Item[];
  totalCount: number;
}

/** `marker` is the `createdAt` of the last item of the page before; no two items of a project have the same. */
export interface MarkedPageRequest {
  limit: number;
  marker?: string;
}

export interface CreateCustomerGateway {
  name?: string;
  idType?: 'ip' | 'fqdn';
  idValue: string;
  bgpAsn?: number;
  /** PEM. */
  caCertificate?: string;
  tags?: Tag[];
}

/** Absent = unchanged. */
export interface UpdateCustomerGateway {
  customerGatewayId: string;
  name?: string;
  caCertificate?: string;
}

/** What may be left out of a policy. */
export type IkePolicyRequest = Partial<Omit<IkePolicy, 'dpd'>> & { dpd?: Partial<IkePolicy['dpd']> };
export type IpsecPolicyRequest = Partial<IpsecPolicy>;

export interface CreateVpnConnection {
  name?: string;
  gatewayId: string;
  /** Id of a public address of the gateway, or one of its private addresses. */
  gatewayIp: string;
  style?: VpnStyle;
  customerGatewayId: string;
  peerSubnets?: string[];
  tunnelLocalAddress?: string;
  tunnelPeerAddress?: string;
  isNqaEnabled?: boolean;
  isHubEnabled?: boolean;
  /** Sealed for `pskOwner(projectId)`, so that it is never in clear on the bus. */
  psk?: SealedText;
  policyRules?: VpnPolicyRule[];
  ikePolicy?: IkePolicyRequest;
  ipsecPolicy?: IpsecPolicyRequest;
  haRole?: 'master' | 'slave';
  tags?: Tag[];
}

/** Absent = unchanged. */
export interface UpdateVpnConnection {
  connectionId: string;
  name?: string;
  customerGatewayId?: string;
  peerSubnets?: string[];
  tunnelLocalAddress?: string;
  tunnelPeerAddress?: string;
  isNqaEnabled?: boolean;
  isHubEnabled?: boolean;
  psk?: SealedText;
  policyRules?: VpnPolicyRule[];
  ikePolicy?: IkePolicyRequest;
  ipsecPolicy?: IpsecPolicyRequest;
}

export interface ListVpnConnections extends MarkedPageRequest {
  gatewayId?: string;
  gatewayIp?: string;
  enterpriseProjectId?: string;
}

export const VPN_QUOTA_RESOURCES = ['vpn-gateway', 'customer-gateway', 'vpn-connection'] as const;
export type VpnQuotaResource = (typeof VPN_QUOTA_RESOURCES)[number];

export interface VpnQuota {
  resource: VpnQuotaResource;
  limit: number;
  used: number;
}

/** The owner that a pre-shared key is sealed for on its way to vpn-svc. */
export function pskOwner(projectId: string): string {
  return `vpn-psk:${projectId}`;
}

/** A refusal by a rule that has a name carries it as `precondition` (`VpnRule`). */
export interface VpnCalls extends HealthCalls {
  /** Errors: `invalid-argument`, `not-found` (VPC, subnet, address), `quota-exceeded`, `exhausted` (subnet). */
  'vpn-gateway.create': Call<CreateVpnGateway, Accepted<VpnGatewayView>>;
  'vpn-gateway.get': Call<{ gatewayId: string }, VpnGatewayView>;
  'vpn-gateway.list': Call<ListVpnGateways, VpnGatewayView[]>;
  'vpn-gateway.update': Call<UpdateVpnGateway, Accepted<VpnGatewayView>>;
  /** `busy` while it is being made, changed or deleted, `precondition-failed` while it has connections. */
  'vpn-gateway.delete': Call<{ gatewayId: string }, Accepted<VpnGatewayView>>;
  'vpn-gateway.list-offers': Call<{ region: string }, VpnZoneOffer[]>;
  'vpn-quota.list': Call<Record<string, never>, VpnQuota[]>;
  'customer-gateway.create': Call<CreateCustomerGateway, CustomerGatewayView>;
  'customer-gateway.get': Call<{ customerGatewayId: string }, CustomerGatewayView>;
  'customer-gateway.list': Call<MarkedPageRequest, MarkedPage<CustomerGatewayView>>;
  'customer-gateway.update': Call<UpdateCustomerGateway, CustomerGatewayView>;
  /** `precondition-failed` while it has connections. */
  'customer-gateway.delete': Call<{ customerGatewayId: string }, null>;
  'vpn-connection.create': Call<CreateVpnConnection, Accepted<VpnConnectionView>>;
  /** All or none; at most 50. */
  'vpn-connection.create-batch': Call<{ connections: CreateVpnConnection[] }, Accepted<VpnConnectionView>[]>;
  'vpn-connection.get': Call<{ connectionId: string }, VpnConnectionView>;
  'vpn-connection.list': Call<ListVpnConnections, MarkedPage<VpnConnectionView>>;
  'vpn-connection.update': Call<UpdateVpnConnection, Accepted<VpnConnectionView>>;
  'vpn-connection.delete': Call<{ connectionId: string }, Accepted<VpnConnectionView>>;
}
