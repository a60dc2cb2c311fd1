import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsDefined, IsIn, IsOptional } from 'class-validator';
import { DRY_RUN_ONLY, DryRunBody } from '../../dry-run/dry-run.dto';
import { AreCidrs } from '../../http/validators';
import { OperationBody } from '../../operations/operation-body';
import { IdFilter, OptionalId, TenantPageQuery } from './scaleway.fields';

export const MAX_SUBNETS = 16;

export const SUBNET_ORDERS = ['created_at_asc', 'created_at_desc'] as const;
export type SubnetOrder = (typeof SUBNET_ORDERS)[number];

export class SetSubnetsDto {
  @ApiProperty({ type: [String], description: 'Networks in CIDR notation.' })
  @IsDefined()
  @IsArray()
  @ArrayMaxSize(MAX_SUBNETS)
  @AreCidrs()
  subnets!: string[];
}

/** To add or to remove. */
export class SubnetsDto extends SetSubnetsDto {
  @ArrayMinSize(1)
  override subnets!: string[];
}

export class ListSubnetsQuery extends TenantPageQuery {
  @ApiPropertyOptional({ enum: SUBNET_ORDERS })
  @IsOptional()
  @IsIn(SUBNET_ORDERS)
  order_by?: SubnetOrder;

  @IdFilter()
  subnet_ids?: string[];

  @OptionalId()
  vpc_id?: string;
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

export class SubnetListBody {
  @ApiProperty({ type: [SubnetBody] })
  subnets!: SubnetBody[];

  @ApiProperty({ type: 'integer' })
  total_count!: number;
}

export class SubnetsBody {
  @ApiProperty({ type: [String], description: 'All subnets that the network has now.', example: ['172.16.4.0/22'] })
  subnets!: string[];

  @ApiPropertyOptional({ type: OperationBody })
  operation?: OperationBody;

  @ApiPropertyOptional({ type: DryRunBody, description: DRY_RUN_ONLY })
  dry_run?: DryRunBody;
}
