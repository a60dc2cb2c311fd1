import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { DRY_RUN_ONLY, DryRunBody } from '../../dry-run/dry-run.dto';
import { IsPlainText } from '../../http/validators';
import { OperationBody } from '../../operations/operation-body';
import { BooleanFilter, NameFilter, ProjectId, TagFilter, TagList, TenantPageQuery } from './scaleway.fields';

export const VPC_ORDERS = ['created_at_asc', 'created_at_desc', 'name_asc', 'name_desc'] as const;
export type VpcOrder = (typeof VPC_ORDERS)[number];

export class CreateVpcDto {
  @ApiPropertyOptional({ maxLength: 255, description: 'Chosen when absent or empty.' })
  @IsOptional()
  @IsPlainText(0, 255)
  name?: string | null;

  @ProjectId()
  project_id?: string | null;

  @TagList()
  tags?: string[] | null;

  @ApiPropertyOptional({ default: true, description: 'Cannot be taken back.' })
  @IsOptional()
  @IsBoolean()
  enable_routing?: boolean | null;
}

export class UpdateVpcDto {
  @ApiPropertyOptional({ minLength: 1, maxLength: 255 })
  @IsOptional()
  @IsPlainText(1, 255)
  name?: string | null;

  @TagList()
  tags?: string[] | null;
}

export class ListVpcsQuery extends TenantPageQuery {
  @ApiPropertyOptional({ enum: VPC_ORDERS })
  @IsOptional()
  @IsIn(VPC_ORDERS)
  order_by?: VpcOrder;

  @NameFilter()
  name?: string;

  @TagFilter('Only VPCs that carry all of them.')
  tags?: string[];

  @BooleanFilter()
  is_default?: boolean;

  @BooleanFilter()
  routing_enabled?: boolean;
}

export class VpcBody {
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

  @ApiProperty()
  is_default!: boolean;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ type: 'integer' })
  private_network_count!: number;

  @ApiProperty()
  routing_enabled!: boolean;

  @ApiProperty()
  custom_routes_propagation_enabled!: boolean;

  @ApiPropertyOptional({ type: OperationBody, description: 'Only in answers to enable-routing.' })
  operation?: OperationBody;

  @ApiPropertyOptional({ type: DryRunBody, description: DRY_RUN_ONLY })
  dry_run?: DryRunBody;
}

export class VpcListBody {
  @ApiProperty({ type: [VpcBody] })
  vpcs!: VpcBody[];

  @ApiProperty({ type: 'integer' })
  total_count!: number;
}
