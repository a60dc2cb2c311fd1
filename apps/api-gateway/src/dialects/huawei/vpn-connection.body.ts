import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { OperationBody } from '../../operations/operation-body';
import { Answer, AnswerToChange } from './huawei.answers';
import { TagDto } from './huawei.fields';
import { PageInfoBody } from './huawei.paging';
import { IkePolicyDto, IpsecPolicyDto } from './ike-policy.dto';
import { PolicyRuleDto } from './vpn-connection.dto';

export const CONNECTION_STATUSES = [
  'ERROR',
  'ACTIVE',
  'DOWN',
  'PENDING_CREATE',
  'PENDING_UPDATE',
  'PENDING_DELETE',
  'UNKNOWN',
] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

export const STYLE_WORDS = ['STATIC', 'POLICY', 'BGP'] as const;
export type StyleWord = (typeof STYLE_WORDS)[number];

export class BgpPeerBody {
  @ApiProperty({ format: 'ipv4' })
  peer_ip_address!: string;
}

/** What a create answers. The pre-shared key is in no answer. */
export class CreatedConnectionBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ format: 'uuid' })
  vgw_id!: string;

  @ApiProperty({ description: 'Id of a public address, or a private address.' })
  vgw_ip!: string;

  @ApiProperty({ enum: STYLE_WORDS })
  style!: StyleWord;

  @ApiProperty({ format: 'uuid' })
  cgw_id!: string;

  @ApiPropertyOptional({ type: [String] })
  peer_subnets?: string[];

  @ApiPropertyOptional({ example: '169.254.76.1/30', description: 'Not with the style POLICY.' })
  tunnel_local_address?: string;

  @ApiPropertyOptional({ example: '169.254.76.2/30', description: 'Not with the style POLICY.' })
  tunnel_peer_address?: string;

  @ApiPropertyOptional({ description: 'Only with the style STATIC.' })
  enable_nqa?: boolean;

  @ApiPropertyOptional({ description: 'Only with the style BGP.' })
  enable_hub?: boolean;

  @ApiPropertyOptional({ type: [PolicyRuleDto], description: 'Only with the style POLICY.' })
  policy_rules?: PolicyRuleDto[];

  @ApiProperty({ type: IkePolicyDto })
  ikepolicy!: IkePolicyDto;

  @ApiProperty({ type: IpsecPolicyDto })
  ipsecpolicy!: IpsecPolicyDto;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ description: "The gateway's." })
  enterprise_project_id!: string;

  @ApiProperty({ enum: ['master', 'slave'] })
  ha_role!: 'master' | 'slave';

  @ApiPropertyOptional({ type: [TagDto] })
  tags?: TagDto[];
}

export class ConnectionBody extends CreatedConnectionBody {
  @ApiProperty({ enum: CONNECTION_STATUSES })
  status!: ConnectionStatus;

  @ApiPropertyOptional({ type: BgpPeerBody, description: 'Only with the style BGP.' })
  bgp_peer?: BgpPeerBody;
}

export class CreatedConnectionAnswer extends AnswerToChange {
  @ApiProperty({ type: CreatedConnectionBody })
  vpn_connection!: CreatedConnectionBody;
}

export class CreatedConnectionsAnswer extends Answer {
  @ApiProperty({ type: [CreatedConnectionBody] })
  vpn_connections!: CreatedConnectionBody[];

  @ApiProperty({ type: [OperationBody], description: 'One for each connection, in the same order.' })
  operations!: OperationBody[];
}

export class ConnectionAnswer extends AnswerToChange {
  @ApiProperty({ type: ConnectionBody })
  vpn_connection!: ConnectionBody;
}

export class ConnectionListAnswer extends Answer {
  @ApiProperty({ type: [ConnectionBody] })
  vpn_connections!: ConnectionBody[];

  @ApiProperty({ type: 'integer' })
  total_count!: number;

  @ApiProperty({ type: PageInfoBody })
  page_info!: PageInfoBody;
}
