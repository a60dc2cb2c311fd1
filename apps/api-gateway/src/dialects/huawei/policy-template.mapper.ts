import type { VpnPolicyTemplate } from '@isthmus/model';
import type { PolicyTemplateDto } from './policy-template.dto';

export function toPolicyTemplate({ ike_policy: ike, ipsec_policy: ipsec }: PolicyTemplateDto): VpnPolicyTemplate {
  return {
    ike: {
      encryptionAlgorithm: ike.encryption_algorithm,
      dhGroup: ike.dh_group,
      authenticationAlgorithm: ike.authentication_algorithm,
      lifetimeSeconds: ike.lifetime_seconds,
    },
    ipsec: {
      authenticationAlgorithm: ipsec.authentication_algorithm,
      encryptionAlgorithm: ipsec.encryption_algorithm,
      pfs: ipsec.pfs,
      lifetimeSeconds: ipsec.lifetime_seconds,
    },
  };
}

export function toPolicyTemplateBody({ ike, ipsec }: VpnPolicyTemplate): PolicyTemplateDto {
  return {
    ike_policy: {
      encryption_algorithm: ike.encryptionAlgorithm,
      dh_group: ike.dhGroup,
      authentication_algorithm: ike.authenticationAlgorithm,
      lifetime_seconds: ike.lifetimeSeconds,
    },
    ipsec_policy: {
      authentication_algorithm: ipsec.authenticationAlgorithm,
      encryption_algorithm: ipsec.encryptionAlgorithm,
      pfs: ipsec.pfs,
      lifetime_seconds: ipsec.lifetimeSeconds,
    },
  };
}
