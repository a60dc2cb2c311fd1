import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsDefined, IsIn, IsOptional, IsUUID } from 'class-validator';
import { DRY_RUN_ONLY, DryRunBody } from '../../dry-run/dry-run.dto';
import { IsAddressOrCidr, IsCidr, IsPlainText } from '../../http/validators';
import { OperationBody } from '../../operations/operation-body';
import { BooleanFilter, LowerCase, OptionalId, OptionalIdOrNone, TagFilter, TagList } from './scaleway.fields';
import { PageQuery } from './scaleway.paging';

const MAX_DESCRIPTION = 200;

export const ROUTE_ORDERS = [
  'created_at_asc',
  'created_at_desc',
  'destination_asc',
  'destination_desc',
  'prefix_len_asc',
  'prefix_len_desc',
] as const;
export type RouteOrder = (typeof ROUTE_ORDERS)[number];

/** Of these only the NICs of instances can be next hops here. */
export const NEXT_HOP_TYPES = [
  'unknown_type',
  'vpc_gateway_network',
  'instance_private_nic',
  'baremetal_private_nic',
  'apple_silicon_private_nic',
] as const;
export type NextHopType = (typeof NEXT_HOP_TYPES)[number];

export class CreateRouteDto {
  @ApiPropertyOptional({ maxLength: MAX_DESCRIPTION })
  @IsOptional()
  @IsPlainText(0, MAX_DESCRIPTION)
  description?: string | null;

  @TagList()
  tags?: string[] | null;

  @ApiProperty({ format: 'uuid' })
  @IsDefined()
  @IsUUID('all')
  @LowerCase()
  vpc_id!: string;

  @ApiProperty({ example: '10.0.0.0/24' })
  @IsDefined()
  @IsCidr()
  destination!: string;

  @OptionalIdOrNone('A private NIC. At least one next hop is needed.')
  nexthop_resource_id?: string | null;

  @OptionalIdOrNone('At least one next hop is needed.')
  nexthop_private_network_id?: string | null;
}

export class UpdateRouteDto {
  @ApiPropertyOptional({ maxLength: MAX_DESCRIPTION })
  @IsOptional()
  @IsPlainText(0, MAX_DESCRIPTION)
  description?: string | null;

  @TagList()
  tags?: string[] | null;

  @ApiPropertyOptional({ example: '10.0.0.0/24' })
  @IsOptional()
  @IsCidr()
  destination?: string | null;

  @OptionalIdOrNone('An empty text takes it away.')
  nexthop_resource_id?: string | null;

  @OptionalIdOrNone('An empty text takes it away.')
  nexthop_private_network_id?: string | null;
}

export class ListRoutesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ROUTE_ORDERS })
  @IsOptional()
  @IsIn(ROUTE_ORDERS)
  order_by?: RouteOrder;

  @OptionalId()
  vpc_id?: string;

  @OptionalId()
  nexthop_resource_id?: string;

  @OptionalId()
  nexthop_private_network_id?: string;

  @ApiPropertyOptional({ enum: NEXT_HOP_TYPES, description: 'unknown_type means any.' })
  @IsOptional()
  @IsIn(NEXT_HOP_TYPES)
  nexthop_resource_type?: NextHopType;

  @ApiPropertyOptional({ description: 'Only routes whose destination contains this address or network.' })
  @IsOptional()
  @IsAddressOrCidr()
  contains?: string;

  @TagFilter('Only routes that carry all of them.')
  tags?: string[];

  @BooleanFilter()
  is_ipv6?: boolean;
}

export class RouteBody {
  @ApiProperty({ description: 'Empty for the routes of subnets, which cannot be changed.' })
  id!: string;

  @ApiProperty()
  description!: string;

  @ApiProperty({ type: [String] })
  tags!: string[];

  @ApiProperty({ format: 'uuid' })
  vpc_id!: string;

  @ApiProperty({ example: '10.0.0.0/24' })
  destination!: string;

  @ApiProperty({ format: 'uuid', nullable: true, type: String })
  nexthop_resource_id!: string | null;

  @ApiProperty({ format: 'uuid', nullable: true, type: String })
  nexthop_private_network_id!: string | null;

  @ApiProperty({ format: 'uuid', nullable: true, type: String, description: 'There are no VPC connectors.' })
  nexthop_vpc_connector_id!: null;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  @ApiProperty()
  is_read_only!: boolean;

  @ApiProperty({ enum: ['subnet', 'custom'] })
  type!: 'subnet' | 'custom';

  @ApiProperty()
  region!: string;

  @ApiPropertyOptional({ type: OperationBody, description: 'Only in answers to changes.' })
  operation?: OperationBody;

  @ApiPropertyOptional({ type: DryRunBody, description: DRY_RUN_ONLY })
  dry_run?: DryRunBody;
}

export class RouteWithNexthopBody {
  @ApiProperty({ type: RouteBody })
  route!: RouteBody;

  @ApiProperty({ type: String, nullable: true })
  nexthop_ip!: string | null;

  @ApiProperty({ type: String, nullable: true })
  nexthop_name!: string | null;

  @ApiProperty({ enum: NEXT_HOP_TYPES })
  nexthop_resource_type!: NextHopType;
}

export class RouteListBody {
  @ApiProperty({ type: [RouteWithNexthopBody] })
  routes!: RouteWithNexthopBody[];

  @ApiProperty({ type: 'integer' })
  total_count!: number;
}
