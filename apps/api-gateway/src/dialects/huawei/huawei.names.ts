import type {
  CreateCustomerGateway,
  CreateVpnConnection,
  CreateVpnGateway,
  EipRequest,
  ListVpnConnections,
  ListVpnGateways,
  UpdateCustomerGateway,
  UpdateVpnConnection,
  UpdateVpnGateway,
} from '@isthmus/contracts';
import type { IkePolicy, IpsecPolicy, VpnPolicyRule, VpnPolicyTemplate } from '@isthmus/model';
import type { Violation } from '@isthmus/problem';

type Argument =
  | keyof CreateVpnGateway
  | keyof UpdateVpnGateway
  | keyof ListVpnGateways
  | keyof EipRequest
  | keyof VpnPolicyTemplate
  | keyof CreateCustomerGateway
  | keyof UpdateCustomerGateway
  | keyof CreateVpnConnection
  | keyof UpdateVpnConnection
  | keyof ListVpnConnections
  | keyof IkePolicy
  | keyof IkePolicy['dpd']
  | keyof IpsecPolicy
  | keyof VpnPolicyRule
  | 'connections';

/** What is spelled with capitals, or called otherwise here. The rest has the same name. */
type Renamed =
  Exclude<Argument, Lowercase<Argument>> | 'zones' | 'ike' | 'ipsec' | 'destinations' | 'message' | 'connections';

const NAMES: Record<Renamed, string> = {
  networkType: 'network_type',
  attachmentType: 'attachment_type',
  ipVersion: 'ip_version',
  erId: 'er_id',
  vpcId: 'vpc_id',
  localSubnets: 'local_subnets',
  localSubnetsV6: 'local_subnets_v6',
  connectSubnetId: 'connect_subnet',
  bgpAsn: 'bgp_asn',
  zones: 'availability_zone_ids',
  enterpriseProjectId: 'enterprise_project_id',
  enterpriseProjectIds: 'enterprise_project_id',
  accessVpcId: 'access_vpc_id',
  accessSubnetId: 'access_subnet_id',
  haMode: 'ha_mode',
  accessPrivateIp1: 'access_private_ip_1',
  accessPrivateIp2: 'access_private_ip_2',
  policyTemplate: 'policy_template',
  gatewayId: 'vgw_id',
  eipId1: 'eip_id_1',
  eipId2: 'eip_id_2',
  chargeMode: 'charge_mode',
  bandwidthMbps: 'bandwidth_size',
  bandwidthName: 'bandwidth_name',
  bandwidthId: 'bandwidth_id',
  ike: 'ike_policy',
  ipsec: 'ipsec_policy',
  idType: 'id_type',
  idValue: 'id_value',
  caCertificate: 'ca_certificate.content',
  customerGatewayId: 'cgw_id',
  connectionId: 'vpn_connection_id',
  gatewayIp: 'vgw_ip',
  peerSubnets: 'peer_subnets',
  tunnelLocalAddress: 'tunnel_local_address',
  tunnelPeerAddress: 'tunnel_peer_address',
  isNqaEnabled: 'enable_nqa',
  isHubEnabled: 'enable_hub',
  policyRules: 'policy_rules',
  destinations: 'destination',
  ikePolicy: 'ikepolicy',
  ipsecPolicy: 'ipsecpolicy',
  haRole: 'ha_role',
  ikeVersion: 'ike_version',
  phase1NegotiationMode: 'phase1_negotiation_mode',
  authenticationAlgorithm: 'authentication_algorithm',
  encryptionAlgorithm: 'encryption_algorithm',
  dhGroup: 'dh_group',
  authenticationMethod: 'authentication_method',
  lifetimeSeconds: 'lifetime_seconds',
  localIdType: 'local_id_type',
  localId: 'local_id',
  peerIdType: 'peer_id_type',
  peerId: 'peer_id',
  timeoutSeconds: 'timeout',
  intervalSeconds: 'interval',
  message: 'msg',
  transformProtocol: 'transform_protocol',
  encapsulationMode: 'encapsulation_mode',
  connections: 'vpn_connections',
};

/** The one object that a body consists of. */
const WRAPPER = /^(vpn_gateway|customer_gateway|vpn_connection)\./;
const CAMEL_CASE = /\b[a-z]+[0-9]*[A-Z][A-Za-z0-9]*\b/g;

function named(name: string): string {
  return Object.hasOwn(NAMES, name) ? NAMES[name as Renamed] : name;
}

/** An argument as clients write it, e.g. `eip1.bandwidth_size`, from the model's name or from the place in a body. */
export function wireName(field: string): string {
  return field.replace(WRAPPER, '').split('.').map(named).join('.');
}

/** What is wrong with an argument, under the name that clients know it by. */
export function tellViolation({ field, message }: Violation): string {
  const name = wireName(field);
  const text = WRAPPER.test(field) ? message.replaceAll(field, name) : message.replace(leading(field), name);
  // Other arguments that the message mentions. Plain words may be English, so only what cannot be is renamed.
  const told = text.replace(CAMEL_CASE, named);
  return told.includes(name) ? told : `${name}: ${told}`;
}

function leading(field: string): RegExp {
  return new RegExp(`^${field.replace(/[^\w]/g, '\\$&')}(?![\\w.])`);
}
