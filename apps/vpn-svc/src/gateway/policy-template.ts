import {
  VPN_AUTHENTICATION_ALGORITHMS,
  VPN_DH_GROUPS,
  VPN_ENCRYPTION_ALGORITHMS,
  type VpnFlavor,
  type VpnPolicyTemplate,
} from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { wholeNumberOf } from '../numbers';
import { required, requireOneOf } from './argument';
import { takesChangingPeers } from './vpn-flavor';

const MOST_SECONDS = 604_800;

const DEFAULT_TEMPLATE: VpnPolicyTemplate = {
  ike: {
    encryptionAlgorithm: 'aes-128',
    dhGroup: 'group15',
    authenticationAlgorithm: 'sha2-256',
    lifetimeSeconds: 86_400,
  },
  ipsec: {
    authenticationAlgorithm: 'sha2-256',
    encryptionAlgorithm: 'aes-128',
    pfs: 'group15',
    lifetimeSeconds: 3_600,
  },
};

/** What a new gateway of the flavor offers; null where all customer gateways have fixed addresses. Throws `invalid-argument`. */
export function policyTemplateOf(flavor: VpnFlavor, given: VpnPolicyTemplate | undefined): VpnPolicyTemplate | null {
  if (given === undefined) return takesChangingPeers(flavor) ? DEFAULT_TEMPLATE : null;
  return requirePolicyTemplate(flavor, given);
}

/** Throws `invalid-argument`. */
export function requirePolicyTemplate(flavor: VpnFlavor, given: VpnPolicyTemplate): VpnPolicyTemplate {
  if (!takesChangingPeers(flavor)) {
    const message = `A gateway of ${flavor} takes peers with fixed addresses only, so it has no policy template.`;
    throw ProblemError.invalid('policyTemplate', message);
  }
  for (const part of ['ike', 'ipsec'] as const) {
    if (!given[part]) throw required(`policyTemplate.${part}`, 'A policy template has an IKE and an IPsec part.');
  }
  return { ike: ikeOf(given.ike), ipsec: ipsecOf(given.ipsec) };
}

function ikeOf(ike: VpnPolicyTemplate['ike']): VpnPolicyTemplate['ike'] {
  const field = (name: keyof typeof ike): string => `policyTemplate.ike.${name}`;
  return {
    encryptionAlgorithm: requireOneOf(field('encryptionAlgorithm'), ike.encryptionAlgorithm, VPN_ENCRYPTION_ALGORITHMS),
    dhGroup: requireOneOf(field('dhGroup'), ike.dhGroup, VPN_DH_GROUPS),
    authenticationAlgorithm: requireOneOf(
      field('authenticationAlgorithm'),
      ike.authenticationAlgorithm,
      VPN_AUTHENTICATION_ALGORITHMS,
    ),
    lifetimeSeconds: wholeNumberOf(field('lifetimeSeconds'), ike.lifetimeSeconds, 60, MOST_SECONDS),
  };
}

function ipsecOf(ipsec: VpnPolicyTemplate['ipsec']): VpnPolicyTemplate['ipsec'] {
  const field = (name: keyof typeof ipsec): string => `policyTemplate.ipsec.${name}`;
  return {
    authenticationAlgorithm: requireOneOf(
      field('authenticationAlgorithm'),
      ipsec.authenticationAlgorithm,
      VPN_AUTHENTICATION_ALGORITHMS,
    ),
    encryptionAlgorithm: requireOneOf(
      field('encryptionAlgorithm'),
      ipsec.encryptionAlgorithm,
      VPN_ENCRYPTION_ALGORITHMS,
    ),
    pfs: requireOneOf(field('pfs'), ipsec.pfs, VPN_DH_GROUPS),
    lifetimeSeconds: wholeNumberOf(field('lifetimeSeconds'), ipsec.lifetimeSeconds, 30, MOST_SECONDS),
  };
}
