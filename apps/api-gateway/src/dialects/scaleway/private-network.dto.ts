import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsOptional, IsString, IsUUID } from 'class-validator';
import { AreCidrs, IsPlainText, QueryBoolean, Repeated } from '../../http/validators';
import { OperationBody } from '../../operations/operation-body';
import { PageQuery } from './scaleway.paging';

const MAX_TAGS = 64;
const MAX_SUBNETS = 16;
const MAX_IDS = 100;

export const NETWORK_ORDERS = ['created_at_asc', 'created_at_desc', 'name_asc', 'name_desc'] as const;
export type NetworkOrder = (typeof NETWORK_ORDERS)[number];

export const LowerCase = (): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' ? value.toLowerCase() : value));

export class UpdatePrivateNetworkDto {
  @ApiPropertyOptional({ minLength: 1, maxLength: 255 })
  @IsOptional()
  @IsPlainText(1, 255)
  name?: string | null;

  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_TAGS)
  @IsPlainText(1, 255, { each: true })
  tags?: string[] | null;

  @ApiPropertyOptional()
  @IsOptional()
  @IsBoolean()
  default_route_propagation_enabled?: boolean | null;
}

export class CreatePrivateNetworkDto {
  @ApiPropertyOptional({ maxLength: 255, description: 'Chosen when absent or empty.' })
  @IsOptional()
  @IsPlainText(0, 255)
  name?: string | null;

  @ApiPropertyOptional({ format: 'uuid', description: 'The project of the key when absent.' })
  @IsOptional()
  @IsString()
  @LowerCase()
  project_id?: string | null;

  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_TAGS)
  @IsPlainText(1, 255, { each: true })
  tags?: string[] | null;

  @ApiPropertyOptional({ type: [String], description: 'Networks in CIDR notation; chosen when absent or empty.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_SUBNETS)
  @AreCidrs()
  subnets?: string[] | null;

  @ApiPropertyOptional({ format: 'uuid', description: "The project's default VPC of the region when absent." })
  @IsOptional()
  @IsUUID('all')
  @LowerCase()
  vpc_id?: string | null;

  @ApiPropertyOptional()
  @IsOptional()
  @IsBoolean()
  default_route_propagation_enabled?: boolean | null;
}

export class ListPrivateNetworksQuery extends PageQuery {
  @ApiPropertyOptional({ enum: NETWORK_ORDERS })
  @IsOptional()
  @IsIn(NETWORK_ORDERS)
  order_by?: NetworkOrder;

  @ApiPropertyOptional({ description: 'Part of the name.' })
  @IsOptional()
  @IsPlainText(1, 255)
  name?: string;

  @ApiPropertyOptional({ type: [String], description: 'Only networks that carry all of them.' })
  @IsOptional()
  @Repeated()
  @IsArray()
  @ArrayMaxSize(MAX_TAGS)
  @IsString({ each: true })
  tags?: string[];

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsString()
  @LowerCase()
  organization_id?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsString()
  @LowerCase()
  project_id?: string;

  @ApiPropertyOptional({ type: [String], format: 'uuid' })
  @IsOptional()
  @Repeated()
  @IsArray()
  @ArrayMaxSize(MAX_IDS)
  @IsUUID('all', { each: true })
  private_network_ids?: string[];

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID('all')
  @LowerCase()
  vpc_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @QueryBoolean()
  @IsBoolean()
  dhcp_enabled?: boolean;
}

export class SubnetBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ example: '172.16.4.0/22' })
  subnet!: string;

  @ApiProperty({ format: 'uuid' })
  project_id!: string;

  @ApiProperty({ format: 'uuid' })
  private_network_id!: string;

  @ApiProperty({ format: 'uuid' })
  vpc_id!: string;

  @ApiProperty()
  region!: string;
}

export class PrivateNetworkBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ format: 'uuid' })
  organization_id!: string;

  @ApiProperty({ format: 'uuid' })
  project_id!: string;

  @ApiProperty()
  region!: string;

  @ApiProperty({ type: [String] })
  tags!: string[];

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ type: [SubnetBody] })
  subnets!: SubnetBody[];

  @ApiProperty({ format: 'uuid' })
  vpc_id!: string;

  @ApiProperty()
  dhcp_enabled!: boolean;

  @ApiProperty()
  default_route_propagation_enabled!: boolean;

  @ApiPropertyOptional({ type: OperationBody, description: 'Only in answers to changes.' })
  operation?: OperationBody;
}

export class PrivateNetworkListBody {
  @ApiProperty({ type: [PrivateNetworkBody] })
  private_networks!: PrivateNetworkBody[];

  @ApiProperty({ type: 'integer' })
  total_count!: number;
}
