import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional } from 'class-validator';
import {
  EIP_CHARGE_MODES,
  VPN_ATTACHMENT_TYPES,
  VPN_FLAVORS,
  VPN_HA_MODES,
  VPN_NETWORK_TYPES,
  type EipChargeMode,
  type VpnAttachmentType,
  type VpnFlavor,
  type VpnHaMode,
  type VpnNetworkType,
} from '@isthmus/model';
import { IsIpv4, IsPlainText, Repeated } from '../../http/validators';
import {
  Choice,
  EnterpriseProjectId,
  IsEnterpriseProjectId,
  MAX_AS_NUMBER,
  Name,
  OptionalId,
  OptionalPart,
  Part,
  Subnets,
  TagDto,
  Tags,
  WholeNumber,
} from './huawei.fields';
import { PolicyTemplateDto } from './policy-template.dto';

export const IP_VERSIONS = ['ipv4', 'ipv6'] as const;
export type IpVersion = (typeof IP_VERSIONS)[number];

const MAX_ENTERPRISE_PROJECTS = 100;

export class EipDto {
  @OptionalId('An address that exists. Without it one is made of the other members.')
  id?: string | null;

  @ApiPropertyOptional({ maxLength: 36 })
  @IsOptional()
  @IsPlainText(0, 36, { message: '$property must be text of at most 36 characters' })
  type?: string | null;

  @Choice(EIP_CHARGE_MODES, 'bandwidth')
  charge_mode?: EipChargeMode | null;

  @WholeNumber(1, 1_000)
  bandwidth_size?: number | null;

  @Name('Chosen when absent.')
  bandwidth_name?: string | null;

  @OptionalId('A bandwidth that several addresses share.')
  bandwidth_id?: string | null;
}

export class CreateGatewayFields {
  @Name('Chosen when absent.')
  name?: string | null;

  @Choice(VPN_NETWORK_TYPES, 'public')
  network_type?: VpnNetworkType | null;

  @Choice(VPN_ATTACHMENT_TYPES, 'vpc')
  attachment_type?: VpnAttachmentType | null;

  @Choice(IP_VERSIONS, 'ipv4')
  ip_version?: IpVersion | null;

  @OptionalId('A VPC that routes. Only with the attachment type er.')
  er_id?: string | null;

  @OptionalId('Required with the attachment type vpc.')
  vpc_id?: string | null;

  @Subnets(4)
  local_subnets?: string[] | null;

  @Subnets(6)
  local_subnets_v6?: string[] | null;

  @OptionalId('Required with the attachment type vpc.')
  connect_subnet?: string | null;

  @WholeNumber(1, MAX_AS_NUMBER, 64_512)
  bgp_asn?: number | null;

  @Choice(VPN_FLAVORS, 'Professional1')
  flavor?: VpnFlavor | null;

  @ApiPropertyOptional({ type: [String], maxItems: 2, description: 'Chosen when absent.' })
  @IsOptional()
  @IsArray({ message: '$property must be a list of one or two zones' })
  @ArrayMaxSize(2, { message: '$property must be a list of one or two zones' })
  @IsPlainText(1, 64, { each: true, message: '$property must be names of zones' })
  availability_zone_ids?: string[] | null;

  @EnterpriseProjectId()
  enterprise_project_id?: string | null;

  @OptionalPart(EipDto)
  eip1?: EipDto | null;

  @OptionalPart(EipDto)
  eip2?: EipDto | null;

  @OptionalId('vpc_id when absent.')
  access_vpc_id?: string | null;

  @OptionalId('connect_subnet when absent.')
  access_subnet_id?: string | null;

  @Choice(VPN_HA_MODES, 'active-active')
  ha_mode?: VpnHaMode | null;

  @ApiPropertyOptional({ format: 'ipv4' })
  @IsOptional()
  @IsIpv4()
  access_private_ip_1?: string | null;

  @ApiPropertyOptional({ format: 'ipv4' })
  @IsOptional()
  @IsIpv4()
  access_private_ip_2?: string | null;

  @Tags()
  tags?: TagDto[] | null;
}

export class CreateGatewayDto {
  @Part(CreateGatewayFields)
  vpn_gateway!: CreateGatewayFields;
}

/** What is absent stays as it is. */
export class UpdateGatewayFields {
  @Name()
  name?: string | null;

  @Subnets(4)
  local_subnets?: string[] | null;

  @Subnets(6)
  local_subnets_v6?: string[] | null;

  @OptionalId('An address that exists, in place of the present one.')
  eip_id_1?: string | null;

  @OptionalId('An address that exists, in place of the present one.')
  eip_id_2?: string | null;

  @OptionalPart(PolicyTemplateDto)
  policy_template?: PolicyTemplateDto | null;
}

export class UpdateGatewayDto {
  @Part(UpdateGatewayFields)
  vpn_gateway!: UpdateGatewayFields;
}

export class ListGatewaysQuery {
  @ApiPropertyOptional({ type: [String], description: 'Those of any of them.' })
  @IsOptional()
  @Repeated()
  @ArrayMaxSize(MAX_ENTERPRISE_PROJECTS, {
    message: `$property must be given at most ${MAX_ENTERPRISE_PROJECTS} times`,
  })
  @IsEnterpriseProjectId({ each: true })
  enterprise_project_id?: string[];

  @OptionalId()
  vgw_id?: string;
}
