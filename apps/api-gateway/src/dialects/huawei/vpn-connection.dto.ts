import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMinSize, IsOptional } from 'class-validator';
import { VPN_STYLES, type VpnStyle } from '@isthmus/model';
import {
  areObjectsOf,
  Choice,
  EnterpriseProjectId,
  Flag,
  Id,
  Name,
  OptionalId,
  OptionalPart,
  Part,
  RequiredSubnets,
  Subnets,
  TagDto,
  Tags,
} from './huawei.fields';
import { Limit, Marker } from './huawei.paging';
import { IkePolicyDto, IpsecPolicyDto } from './ike-policy.dto';
import { GatewayIp, OfOneGateway, OptionalGatewayIp, Psk, Subnet, TunnelAddress } from './vpn-connection.fields';

const HA_ROLES = ['master', 'slave'] as const;
const MAX_POLICY_RULES = 5;
const MAX_BATCH = 2;
export const MAX_CONNECTIONS = 2_000;

export class PolicyRuleDto {
  @Subnet()
  source!: string;

  @RequiredSubnets()
  destination!: string[];
}

class ConnectionFields {
  @Name('Chosen when absent.')
  name?: string | null;

  @Subnets()
  peer_subnets?: string[] | null;

  @TunnelAddress()
  tunnel_local_address?: string | null;

  @TunnelAddress()
  tunnel_peer_address?: string | null;

  @Flag()
  enable_nqa?: boolean | null;

  @Flag()
  enable_hub?: boolean | null;

  @Psk()
  psk?: string | null;

  @ApiPropertyOptional({ type: [PolicyRuleDto], maxItems: MAX_POLICY_RULES })
  @IsOptional()
  @areObjectsOf(PolicyRuleDto, MAX_POLICY_RULES)
  policy_rules?: PolicyRuleDto[] | null;

  @OptionalPart(IkePolicyDto)
  ikepolicy?: IkePolicyDto | null;

  @OptionalPart(IpsecPolicyDto)
  ipsecpolicy?: IpsecPolicyDto | null;
}

export class CreateConnectionFields extends ConnectionFields {
  @Id()
  vgw_id!: string;

  @GatewayIp()
  vgw_ip!: string;

  @Choice(VPN_STYLES, 'static')
  style?: VpnStyle | null;

  @Id()
  cgw_id!: string;

  @Choice(HA_ROLES, 'master')
  ha_role?: 'master' | 'slave' | null;

  @Tags()
  tags?: TagDto[] | null;
}

/** What is absent stays as it is. */
export class UpdateConnectionFields extends ConnectionFields {
  @OptionalId()
  cgw_id?: string | null;
}

export class CreateConnectionDto {
  @Part(CreateConnectionFields)
  vpn_connection!: CreateConnectionFields;
}

export class CreateConnectionsDto {
  @ApiProperty({ type: [CreateConnectionFields], minItems: 1, maxItems: MAX_BATCH, description: 'Of one gateway.' })
  @ArrayMinSize(1, { message: '$property must be a list of one or two objects' })
  @areObjectsOf(CreateConnectionFields, MAX_BATCH)
  @OfOneGateway()
  vpn_connections!: CreateConnectionFields[];
}

export class UpdateConnectionDto {
  @Part(UpdateConnectionFields)
  vpn_connection!: UpdateConnectionFields;
}

export class ListConnectionsQuery {
  @OptionalGatewayIp()
  vgw_ip?: string;

  @OptionalId()
  vgw_id?: string;

  @EnterpriseProjectId()
  enterprise_project_id?: string;

  @Limit(MAX_CONNECTIONS)
  limit?: number;

  @Marker()
  marker?: string;
}
