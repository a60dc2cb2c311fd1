import {
  VPN_AUTHENTICATION_ALGORITHMS,
  VPN_DH_GROUPS,
  VPN_ENCRYPTION_ALGORITHMS,
  type VpnAuthenticationAlgorithm,
  type VpnDhGroup,
  type VpnEncryptionAlgorithm,
} from '@isthmus/model';
import { Part, RequiredChoice, RequiredWholeNumber } from './huawei.fields';

export const MAX_LIFETIME_SECONDS = 604_800;
export const MIN_IKE_LIFETIME_SECONDS = 60;
export const MIN_IPSEC_LIFETIME_SECONDS = 30;

export class TemplateIkePolicyDto {
  @RequiredChoice(VPN_ENCRYPTION_ALGORITHMS)
  encryption_algorithm!: VpnEncryptionAlgorithm;

  @RequiredChoice(VPN_DH_GROUPS)
  dh_group!: VpnDhGroup;

  @RequiredChoice(VPN_AUTHENTICATION_ALGORITHMS)
  authentication_algorithm!: VpnAuthenticationAlgorithm;

  @RequiredWholeNumber(MIN_IKE_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS)
  lifetime_seconds!: number;
}

export class TemplateIpsecPolicyDto {
  @RequiredChoice(VPN_AUTHENTICATION_ALGORITHMS)
  authentication_algorithm!: VpnAuthenticationAlgorithm;

  @RequiredChoice(VPN_ENCRYPTION_ALGORITHMS)
  encryption_algorithm!: VpnEncryptionAlgorithm;

  @RequiredChoice(VPN_DH_GROUPS)
  pfs!: VpnDhGroup;

  @RequiredWholeNumber(MIN_IPSEC_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS)
  lifetime_seconds!: number;
}

/** What a gateway offers peers whose addresses change, in requests and answers. */
export class PolicyTemplateDto {
  @Part(TemplateIkePolicyDto)
  ike_policy!: TemplateIkePolicyDto;

  @Part(TemplateIpsecPolicyDto)
  ipsec_policy!: TemplateIpsecPolicyDto;
}
