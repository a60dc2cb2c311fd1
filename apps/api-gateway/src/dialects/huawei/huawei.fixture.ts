import type {
  CustomerGatewayView,
  IkePolicy,
  IpsecPolicy,
  VpnConnectionView,
  VpnEip,
  VpnEndpointView,
  VpnGatewayView,
  VpnPolicyTemplate,
} from '@isthmus/model';

export const GATEWAY_ID = '134f9fb1-66d1-4f0a-8f86-2040a5c13325';
export const VPC_ID = '0cf79a3f-66d1-4f0a-8f86-d7ace626b0fa';
export const SUBNET_ID = 'f5741286-66d1-4f0a-8f86-2c82bd9ee114';
export const EIP_ID = 'cff40e5e-66d1-4f0a-8f86-7366077bf097';
export const CUSTOMER_GATEWAY_ID = '5247ae10-66d1-4f0a-8f86-dd36659a7f5d';
export const CONNECTION_ID = '98c5af8a-66d1-4f0a-8f86-ae2280a6f4c3';
const BANDWIDTH_ID = 'e93767cc-66d1-4f0a-8f86-bac2987f90a4';
const CREATED_AT = '2026-06-28T02:22:27.240125Z';
const UPDATED_AT = '2026-06-28T02:30:00.000001Z';

/** A certification authority called Isthmus Test CA, good until 2126. */
export const CA_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBnTCCAUOgAwIBAgICKlEwCgYIKoZIzj0EAwIwLDEQMA4GA1UECgwHSXN0aG11
czEYMBYGA1UEAwwPSXN0aG11cyBUZXN0IENBMCAXDTI2MTEyMTE0MTMyNFoYDzIx
MjYxMDI4MTQxMzI0WjAsMRAwDgYDVQQKDAdJc3RobXVzMRgwFgYDVQQDDA9Jc3Ro
bXVzIFRlc3QgQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATfzdJ1jM94X2Ij
H2jiVU6efzIH+La1k3k5jqeLtVnElWo4GNkBofD6eQaUj2V6Tf1b2/0HLXKS5u1b
wn7TcDpNo1MwUTAdBgNVHQ4EFgQUATLQOo/PXI3K6DYlmo1dMiA1FL8wHwYDVR0j
BBgwFoAUATLQOo/PXI3K6DYlmo1dMiA1FL8wDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNIADBFAiEAvuvgen0x40F9TjwzN9g7e9JY/AdLRNI+tubTFqVvB0sC
IAnpMG1h1w9KRqQM1UcOgyIwNbGVCpMoyLo/tKbZicUx
-----END CERTIFICATE-----
`;

export const POLICY_TEMPLATE: VpnPolicyTemplate = {
  ike: {
    encryptionAlgorithm: 'aes-256',
    dhGroup: 'group16',
    authenticationAlgorithm: 'sha2-512',
    lifetimeSeconds: 86_400,
  },
  ipsec: {
    authenticationAlgorithm: 'sha2-256',
    encryptionAlgorithm: 'aes-128',
    pfs: 'group15',
    lifetimeSeconds: 3_600,
  },
};

export function eip(changes: Partial<VpnEip> = {}): VpnEip {
  return {
    addressId: EIP_ID,
    address: '88.0.2.251',
    isMadeForGateway: true,
    type: '5_bgp',
    chargeMode: 'bandwidth',
    bandwidthId: BANDWIDTH_ID,
    bandwidthMbps: 300,
    bandwidthName: 'vpngw-bandwidth-10c3',
    isBandwidthShared: false,
    ...changes,
  };
}

export function endpoint(slot: 1 | 2, changes: Partial<VpnEndpointView> = {}): VpnEndpointView {
  return {
    id: `0000000${slot}-66d1-4f0a-8f86-ae2280a6f4c3`,
    slot,
    zone: `fr-par-${slot}`,
    role: 'active',
    health: 'up',
    accessAddress: `192.168.0.${slot + 10}`,
    connectAddress: `192.168.0.${slot + 20}`,
    eip: eip(),
    ...changes,
  };
}

/** A public gateway of a VPC, at work. */
export function gatewayView(changes: Partial<VpnGatewayView> = {}): VpnGatewayView {
  return {
    id: GATEWAY_ID,
    projectId: '4d333544-41be-4b0b-8907-0b9036859747',
    region: 'fr-par',
    name: 'vpngw-9f24',
    networkType: 'public',
    attachmentType: 'vpc',
    ipVersion: 4,
    erId: null,
    vpcId: VPC_ID,
    accessVpcId: VPC_ID,
    accessSubnetId: SUBNET_ID,
    connectSubnetId: SUBNET_ID,
    localSubnets: ['192.168.0.0/24'],
    bgpAsn: 64_512,
    flavor: 'Professional1',
    haMode: 'active-active',
    givenZones: null,
    enterpriseProjectId: '0',
    policyTemplate: null,
    tags: [],
    connectionLimit: 200,
    connectionCount: 3,
    connectionGroupCount: 2,
    state: 'active',
    stateReason: null,
    endpoints: [endpoint(1), endpoint(2)],
    createdAt: CREATED_AT,
    appliedAt: CREATED_AT,
    updatedAt: UPDATED_AT,
    ...changes,
  };
}

export function customerGatewayView(changes: Partial<CustomerGatewayView> = {}): CustomerGatewayView {
  return {
    id: CUSTOMER_GATEWAY_ID,
    projectId: '4d333544-41be-4b0b-8907-0b9036859747',
    name: 'cgw-a45b',
    idType: 'ip',
    idValue: '100.64.0.81',
    bgpAsn: 65_588,
    caCertificate: null,
    tags: [],
    createdAt: CREATED_AT,
    updatedAt: UPDATED_AT,
    ...changes,
  };
}

const IKE_POLICY: IkePolicy = {
  ikeVersion: 'v2',
  phase1NegotiationMode: null,
  authenticationAlgorithm: 'sha2-256',
  encryptionAlgorithm: 'aes-128',
  dhGroup: 'group15',
  authenticationMethod: 'pre-share',
  lifetimeSeconds: 86_400,
  localIdType: 'ip',
  localId: '10.0.0.134',
  peerIdType: 'ip',
  peerId: null,
  dpd: { timeoutSeconds: 15, intervalSeconds: 30, message: 'seq-hash-notify' },
};

const IPSEC_POLICY: IpsecPolicy = {
  authenticationAlgorithm: 'sha2-256',
  encryptionAlgorithm: 'aes-128',
  pfs: 'group15',
  transformProtocol: 'esp',
  lifetimeSeconds: 3_600,
  encapsulationMode: 'tunnel',
};

/** A static connection whose tunnel is up. */
export function connectionView(changes: Partial<VpnConnectionView> = {}): VpnConnectionView {
  return {
    id: CONNECTION_ID,
    projectId: '4d333544-41be-4b0b-8907-0b9036859747',
    name: 'vpn-799d',
    gatewayId: GATEWAY_ID,
    gatewayIp: EIP_ID,
    style: 'static',
    customerGatewayId: CUSTOMER_GATEWAY_ID,
    peerSubnets: ['192.168.44.0/24'],
    tunnelLocalAddress: '169.254.56.225/30',
    tunnelPeerAddress: '169.254.56.226/30',
    isNqaEnabled: false,
    isHubEnabled: false,
    policyRules: [],
    ikePolicy: IKE_POLICY,
    ipsecPolicy: IPSEC_POLICY,
    haRole: 'master',
    enterpriseProjectId: '0',
    tags: [],
    state: 'active',
    stateReason: null,
    tunnel: 'up',
    createdAt: CREATED_AT,
    updatedAt: UPDATED_AT,
    ...changes,
  };
}
