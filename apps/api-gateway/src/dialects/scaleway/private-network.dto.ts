import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsOptional } from 'class-validator';
import { DRY_RUN_ONLY, DryRunBody } from '../../dry-run/dry-run.dto';
import { AreCidrs, IsPlainText } from '../../http/validators';
import { OperationBody } from '../../operations/operation-body';
import {
  BooleanFilter,
  IdFilter,
  NameFilter,
  OptionalId,
  OptionalIds,
  ProjectId,
  TagFilter,
  TagList,
  TenantPageQuery,
} from './scaleway.fields';
import { MAX_SUBNETS, SubnetBody } from './subnet.dto';

export const NETWORK_ORDERS = ['created_at_asc', 'created_at_desc', 'name_asc', 'name_desc'] as const;
export type NetworkOrder = (typeof NETWORK_ORDERS)[number];

export class UpdatePrivateNetworkDto {
  @ApiPropertyOptional({ minLength: 1, maxLength: 255 })
  @IsOptional()
  @IsPlainText(1, 255)
  name?: string | null;

  @TagList()
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

  @ProjectId()
  project_id?: string | null;

  @TagList()
  tags?: string[] | null;

  @ApiPropertyOptional({ type: [String], description: 'Networks in CIDR notation; chosen when absent or empty.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_SUBNETS)
  @AreCidrs()
  subnets?: string[] | null;

  @OptionalId("The project's default VPC of the region when absent.")
  vpc_id?: string | null;

  @ApiPropertyOptional()
  @IsOptional()
  @IsBoolean()
  default_route_propagation_enabled?: boolean | null;
}

export class MigrateZonalDto {
  @OptionalId('Exactly one of organization_id and project_id.')
  organization_id?: string | null;

  @OptionalId('Exactly one of organization_id and project_id.')
  project_id?: string | null;

  @OptionalIds(undefined, 'All zonal networks of the region when absent or empty.')
  private_network_ids?: string[] | null;
}

export class ListPrivateNetworksQuery extends TenantPageQuery {
  @ApiPropertyOptional({ enum: NETWORK_ORDERS })
  @IsOptional()
  @IsIn(NETWORK_ORDERS)
  order_by?: NetworkOrder;

  @NameFilter()
  name?: string;

  @TagFilter('Only networks that carry all of them.')
  tags?: string[];

  @IdFilter()
  private_network_ids?: string[];

  @OptionalId()
  vpc_id?: string;

  @BooleanFilter()
  dhcp_enabled?: boolean;
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

  @ApiPropertyOptional({ type: DryRunBody, description: DRY_RUN_ONLY })
  dry_run?: DryRunBody;
}

export class PrivateNetworkListBody {
  @ApiProperty({ type: [PrivateNetworkBody] })
  private_networks!: PrivateNetworkBody[];

  @ApiProperty({ type: 'integer' })
  total_count!: number;
}
