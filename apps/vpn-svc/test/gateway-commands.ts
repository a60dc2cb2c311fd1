import type { CreateVpnGateway } from '@isthmus/contracts';
import { VPN_FLAVORS, type VpnPolicyTemplate } from '@isthmus/model';
import { Availability } from '../src/placement/availability';

export const VPC = '11111111-1111-4111-8111-111111111111';
export const OTHER_VPC = '22222222-2222-4222-8222-222222222222';
export const SUBNET = '33333333-3333-4333-8333-333333333333';
export const OTHER_SUBNET = '44444444-4444-4444-8444-444444444444';
export const EIP = '55555555-5555-4555-8555-555555555555';

/** Every flavor in three zones of `three`, one in the only zone of `one`. */
export const availability = new Availability({
  availability: [
    { region: 'three', zones: ['a', 'b', 'c'], flavors: [...VPN_FLAVORS] },
    { region: 'one', zones: ['only'], flavors: ['Professional1'] },
  ],
});

/** As little as a gateway of a VPC needs. */
export const inVpc: CreateVpnGateway = {
  region: 'three',
  vpcId: VPC,
  connectSubnetId: SUBNET,
  localSubnets: ['192.168.0.0/24'],
};
/** As little as a gateway of a router needs. */
export const atRouter: CreateVpnGateway = { region: 'three', attachmentType: 'er', erId: VPC };
export const template: VpnPolicyTemplate = {
  ike: {
    encryptionAlgorithm: 'aes-256',
    dhGroup: 'group20',
    authenticationAlgorithm: 'sha2-512',
    lifetimeSeconds: 60,
  },
  ipsec: {
    authenticationAlgorithm: 'sha2-384',
    encryptionAlgorithm: 'aes-192',
    pfs: 'disable',
    lifetimeSeconds: 604_800,
  },
};

/** That many local subnets, disjoint. */
export const blocks = (count: number): string[] => Array.from({ length: count }, (_, index) => `10.0.${index}.0/24`);
