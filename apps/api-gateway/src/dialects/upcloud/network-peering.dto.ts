import { ApiHideProperty, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Allow, IsDefined, IsIn, IsObject, IsOptional, IsUUID, ValidateNested } from 'class-validator';
import { IsPlainText } from '../../http/validators';
import { LabelDto, LabelledFields, LabelQuery } from './label.dto';
import { WithOperation } from './operation-extra.dto';
import { LowerCase } from './wire';

export const CONFIGURED_STATUSES = ['active', 'disabled'] as const;
export type ConfiguredStatus = (typeof CONFIGURED_STATUSES)[number];

export const PEERING_WORDS = [
  'active',
  'conflict-subnet',
  'deleted-peer-network',
  'disabled',
  'error',
  'missing-local-router',
  'missing-peer-router',
  'peer-disabled',
  'pending-peer',
  'provisioning',
] as const;
export type PeeringWord = (typeof PEERING_WORDS)[number];

export class NetworkReferenceDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  @LowerCase()
  uuid!: string;
}

export class CreatePeeringFields extends LabelledFields {
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsPlainText(1, 255)
  name!: string;

  @ApiPropertyOptional({ enum: CONFIGURED_STATUSES, default: 'active' })
  @IsOptional()
  @IsIn(CONFIGURED_STATUSES)
  configured_status?: ConfiguredStatus | null;

  @ApiProperty({ type: NetworkReferenceDto, description: 'A network of the account, with a router.' })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => NetworkReferenceDto)
  network!: NetworkReferenceDto;

  @ApiProperty({ type: NetworkReferenceDto, description: 'Any network, of any account.' })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => NetworkReferenceDto)
  peer_network!: NetworkReferenceDto;
}

export class UpdatePeeringFields extends LabelledFields {
  @ApiPropertyOptional({ minLength: 1, maxLength: 255 })
  @IsOptional()
  @IsPlainText(1, 255)
  name?: string | null;

  @ApiPropertyOptional({ enum: CONFIGURED_STATUSES })
  @IsOptional()
  @IsIn(CONFIGURED_STATUSES)
  configured_status?: ConfiguredStatus | null;

  /** These two are read to be refused: they never change. */
  @ApiHideProperty()
  @Allow()
  network?: unknown;

  @ApiHideProperty()
  @Allow()
  peer_network?: unknown;
}

export class CreatePeeringDto {
  @ApiProperty({ type: CreatePeeringFields })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => CreatePeeringFields)
  network_peering!: CreatePeeringFields;
}

export class UpdatePeeringDto {
  @ApiProperty({ type: UpdatePeeringFields })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => UpdatePeeringFields)
  network_peering!: UpdatePeeringFields;
}

export class ListPeeringsQuery extends LabelQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID('all')
  @LowerCase()
  uuid?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID('all')
  @LowerCase()
  network_uuid_local?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID('all')
  @LowerCase()
  network_uuid_peer?: string;
}

export class PeeredCidrBody {
  @ApiProperty({ example: '10.0.0.0/24' })
  address!: string;

  @ApiProperty({ enum: ['IPv4', 'IPv6'] })
  family!: 'IPv4' | 'IPv6';
}

export class PeeredCidrListBody {
  @ApiProperty({ type: [PeeredCidrBody] })
  ip_network!: PeeredCidrBody[];
}

export class LocalNetworkBody {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty({ type: PeeredCidrListBody })
  ip_networks!: PeeredCidrListBody;
}

export class PeerNetworkBody {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiPropertyOptional({ type: PeeredCidrListBody, description: 'Only when the peer has made its own side too.' })
  ip_networks?: PeeredCidrListBody;
}

export class PeeringBody {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: CONFIGURED_STATUSES })
  configured_status!: ConfiguredStatus;

  @ApiProperty({ enum: PEERING_WORDS })
  state!: PeeringWord;

  @ApiProperty({ type: [LabelDto] })
  labels!: LabelDto[];

  @ApiProperty({ type: LocalNetworkBody })
  network!: LocalNetworkBody;

  @ApiProperty({ type: PeerNetworkBody })
  peer_network!: PeerNetworkBody;
}

export class PeeringAnswer extends WithOperation {
  @ApiProperty({ type: PeeringBody })
  network_peering!: PeeringBody;
}

export class PeeringListItems {
  @ApiProperty({ type: [PeeringBody] })
  network_peering!: PeeringBody[];
}

export class PeeringListAnswer {
  @ApiProperty({ type: PeeringListItems })
  network_peerings!: PeeringListItems;
}
