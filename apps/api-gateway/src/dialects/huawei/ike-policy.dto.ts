import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import {
  VPN_AUTHENTICATION_ALGORITHMS,
  VPN_DH_GROUPS,
  VPN_ENCRYPTION_ALGORITHMS,
  type IkePolicy,
  type VpnAuthenticationAlgorithm,
  type VpnDhGroup,
  type VpnEncryptionAlgorithm,
} from '@isthmus/model';
import { IsPlainText } from '../../http/validators';
import { Choice, OptionalPart, WholeNumber } from './huawei.fields';
import { MAX_LIFETIME_SECONDS, MIN_IKE_LIFETIME_SECONDS, MIN_IPSEC_LIFETIME_SECONDS } from './policy-template.dto';

const IDENTITY_TYPES = ['ip', 'fqdn'] as const;
const DPD_MESSAGES = ['seq-hash-notify', 'seq-notify-hash'] as const;

export class DpdDto {
  @WholeNumber(2, 60, 15)
  timeout?: number | null;

  @WholeNumber(10, 3_600, 30)
  interval?: number | null;

  @Choice(DPD_MESSAGES, 'seq-hash-notify')
  msg?: IkePolicy['dpd']['message'] | null;
}

const IsIdentity = (): PropertyDecorator =>
  IsPlainText(1, 128, { message: '$property must be text of 1 to 128 characters' });

/** In requests and answers. */
export class IkePolicyDto {
  @Choice(['v1', 'v2'], 'v2')
  ike_version?: IkePolicy['ikeVersion'] | null;

  @Choice(['main', 'aggressive'], 'main')
  phase1_negotiation_mode?: 'main' | 'aggressive' | null;

  @Choice(VPN_AUTHENTICATION_ALGORITHMS, 'sha2-256')
  authentication_algorithm?: VpnAuthenticationAlgorithm | null;

  @Choice(VPN_ENCRYPTION_ALGORITHMS, 'aes-128')
  encryption_algorithm?: VpnEncryptionAlgorithm | null;

  @Choice(VPN_DH_GROUPS, 'group15')
  dh_group?: VpnDhGroup | null;

  @Choice(['pre-share'], 'pre-share')
  authentication_method?: 'pre-share' | null;

  @WholeNumber(MIN_IKE_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS, 86_400)
  lifetime_seconds?: number | null;

  @Choice(IDENTITY_TYPES, 'ip')
  local_id_type?: IkePolicy['localIdType'] | null;

  @ApiPropertyOptional({ maxLength: 128, description: "The gateway's address when absent." })
  @IsOptional()
  @IsIdentity()
  local_id?: string | null;

  @Choice(IDENTITY_TYPES, 'ip')
  peer_id_type?: IkePolicy['peerIdType'] | null;

  @ApiPropertyOptional({ maxLength: 128, description: "The customer gateway's when absent." })
  @IsOptional()
  @IsIdentity()
  peer_id?: string | null;

  @OptionalPart(DpdDto)
  dpd?: DpdDto | null;
}

export class IpsecPolicyDto {
  @Choice(VPN_AUTHENTICATION_ALGORITHMS, 'sha2-256')
  authentication_algorithm?: VpnAuthenticationAlgorithm | null;

  @Choice(VPN_ENCRYPTION_ALGORITHMS, 'aes-128')
  encryption_algorithm?: VpnEncryptionAlgorithm | null;

  @Choice(VPN_DH_GROUPS, 'group15')
  pfs?: VpnDhGroup | null;

  @Choice(['esp'], 'esp')
  transform_protocol?: 'esp' | null;

  @WholeNumber(MIN_IPSEC_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS, 3_600)
  lifetime_seconds?: number | null;

  @Choice(['tunnel'], 'tunnel')
  encapsulation_mode?: 'tunnel' | null;
}
