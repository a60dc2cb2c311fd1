import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
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
import { Answer, AnswerToChange } from './huawei.answers';
import { TagDto } from './huawei.fields';
import { PolicyTemplateDto } from './policy-template.dto';
import { IP_VERSIONS, type IpVersion } from './vpn-gateway.dto';

export const GATEWAY_STATUSES = ['PENDING_CREATE', 'PENDING_UPDATE', 'PENDING_DELETE', 'ACTIVE', 'FAULT'] as const;
export type GatewayStatus = (typeof GATEWAY_STATUSES)[number];

const ONLY_ACTIVE = 'Only when the status is ACTIVE.';
const ONLY_PRIVATE = 'Only with the network type private.';
const ONLY_PUBLIC = 'Only with the network type public, once it is bound.';

/** What a create answers: a gateway without all that is known only later. */
export class CreatedGatewayBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: VPN_NETWORK_TYPES })
  network_type!: VpnNetworkType;

  @ApiProperty({ enum: VPN_ATTACHMENT_TYPES })
  attachment_type!: VpnAttachmentType;

  @ApiProperty({ enum: IP_VERSIONS })
  ip_version!: IpVersion;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only with the attachment type er.' })
  er_id?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only with the attachment type vpc.' })
  vpc_id?: string;

  @ApiPropertyOptional({ type: [String], description: 'Only with the attachment type vpc and ipv4.' })
  local_subnets?: string[];

  @ApiPropertyOptional({ type: [String], description: 'Only with the attachment type vpc and ipv6.' })
  local_subnets_v6?: string[];

  @ApiPropertyOptional({ format: 'uuid', description: 'Only with the attachment type vpc.' })
  connect_subnet?: string;

  @ApiProperty({ type: 'integer' })
  bgp_asn!: number;

  @ApiProperty({ enum: VPN_FLAVORS })
  flavor!: VpnFlavor;

  @ApiProperty({ type: 'integer', description: 'How many connections it may have.' })
  connection_number!: number;

  @ApiProperty({ type: 'integer', description: 'How many connections it has.' })
  used_connection_number!: number;

  @ApiProperty({ type: 'integer', description: 'How many customer gateways it is connected to.' })
  used_connection_group!: number;

  @ApiProperty()
  enterprise_project_id!: string;

  @ApiProperty({ format: 'uuid' })
  access_vpc_id!: string;

  @ApiProperty({ format: 'uuid' })
  access_subnet_id!: string;

  @ApiProperty({ enum: VPN_HA_MODES })
  ha_mode!: VpnHaMode;

  @ApiPropertyOptional({ type: PolicyTemplateDto })
  policy_template?: PolicyTemplateDto;

  @ApiPropertyOptional({ type: [TagDto] })
  tags?: TagDto[];
}

export class EipBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: [4] })
  ip_version!: 4;

  @ApiProperty()
  type!: string;

  @ApiPropertyOptional({ format: 'ipv4' })
  ip_address?: string;

  @ApiProperty({ enum: EIP_CHARGE_MODES })
  charge_mode!: EipChargeMode;

  @ApiProperty({ format: 'uuid' })
  bandwidth_id!: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Mbit/s. Not of a shared bandwidth.' })
  bandwidth_size?: number;

  @ApiPropertyOptional()
  bandwidth_name?: string;

  @ApiProperty({ enum: ['PER', 'WHOLE'], description: 'WHOLE: several addresses share the bandwidth.' })
  share_type!: 'PER' | 'WHOLE';
}

export class GatewayBody extends CreatedGatewayBody {
  @ApiProperty({ enum: GATEWAY_STATUSES })
  status!: GatewayStatus;

  @ApiPropertyOptional({ type: [String], description: `${ONLY_ACTIVE} Always, if the caller chose them.` })
  availability_zone_ids?: string[];

  @ApiProperty()
  public_border_group!: string;

  @ApiPropertyOptional({ type: EipBody, description: ONLY_PUBLIC })
  eip1?: EipBody;

  @ApiPropertyOptional({ type: EipBody, description: ONLY_PUBLIC })
  eip2?: EipBody;

  @ApiPropertyOptional({ format: 'ipv4', description: ONLY_PRIVATE })
  access_private_ip_1?: string;

  @ApiPropertyOptional({ format: 'ipv4', description: ONLY_PRIVATE })
  access_private_ip_2?: string;

  @ApiPropertyOptional({ format: 'date-time', description: ONLY_ACTIVE })
  created_at?: string;

  @ApiPropertyOptional({ format: 'date-time', description: ONLY_ACTIVE })
  applied_at?: string;

  @ApiPropertyOptional({ format: 'date-time', description: ONLY_ACTIVE })
  updated_at?: string;

  @ApiProperty({ type: [String], description: 'Specifications it can be changed to: none.' })
  supported_flavors!: string[];

  @ApiProperty({ type: [String] })
  supported_features!: string[];
}

export class CreatedGatewayAnswer extends AnswerToChange {
  @ApiProperty({ type: CreatedGatewayBody })
  vpn_gateway!: CreatedGatewayBody;
}

export class GatewayAnswer extends AnswerToChange {
  @ApiProperty({ type: GatewayBody })
  vpn_gateway!: GatewayBody;
}

export class GatewayListAnswer extends Answer {
  @ApiProperty({ type: [GatewayBody] })
  vpn_gateways!: GatewayBody[];
}
