import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString } from 'class-validator';
import { IsMac, IsPlainText, Repeated } from '../../http/validators';
import { BooleanFilter, IdFilter, OptionalId, TagFilter, TenantPageQuery } from './scaleway.fields';

export const IP_ORDERS = [
  'created_at_asc',
  'created_at_desc',
  'updated_at_asc',
  'updated_at_desc',
  'attached_at_asc',
  'attached_at_desc',
  'ip_address_asc',
  'ip_address_desc',
  'mac_address_asc',
  'mac_address_desc',
] as const;
export type IpOrder = (typeof IP_ORDERS)[number];

/** What the provider can attach an address to; `unknown_type` is what its clients send for "any". */
export const RESOURCE_TYPES = [
  'unknown_type',
  'custom',
  'instance_server',
  'instance_ip',
  'instance_private_nic',
  'lb_server',
  'fip_ip',
  'vpc_gateway',
  'vpc_gateway_network',
  'k8s_node',
  'k8s_cluster',
  'rdb_instance',
  'redis_cluster',
  'baremetal_server',
  'baremetal_private_nic',
  'llm_deployment',
  'mgdb_instance',
  'apple_silicon_server',
  'apple_silicon_private_nic',
  'serverless_container',
  'serverless_function',
  'vpn_gateway',
  'ddl_datalab',
  'kafka_cluster',
  'bgp_endpoint',
  'scbl_sedb_cluster',
] as const;
export type IpResourceType = (typeof RESOURCE_TYPES)[number];

export class ListIpsQuery extends TenantPageQuery {
  @ApiPropertyOptional({ enum: IP_ORDERS, default: 'created_at_desc' })
  @IsOptional()
  @IsIn(IP_ORDERS)
  order_by?: IpOrder;

  @ApiPropertyOptional({ description: 'A zone. At most one of this and the next three.' })
  @IsOptional()
  @IsString()
  zonal?: string;

  @OptionalId()
  private_network_id?: string;

  @OptionalId()
  subnet_id?: string;

  @OptionalId()
  source_vpc_id?: string;

  @OptionalId()
  vpc_id?: string;

  @BooleanFilter()
  attached?: boolean;

  @ApiPropertyOptional({ minLength: 2, maxLength: 63, description: "Part of the resource's name." })
  @IsOptional()
  @IsPlainText(2, 63)
  resource_name?: string;

  @OptionalId()
  resource_id?: string;

  @IdFilter()
  resource_ids?: string[];

  @ApiPropertyOptional({ enum: RESOURCE_TYPES })
  @IsOptional()
  @IsIn(RESOURCE_TYPES)
  resource_type?: IpResourceType;

  @ApiPropertyOptional({ enum: RESOURCE_TYPES, isArray: true })
  @IsOptional()
  @Repeated()
  @IsArray()
  @ArrayMaxSize(RESOURCE_TYPES.length)
  @IsIn(RESOURCE_TYPES, { each: true })
  resource_types?: IpResourceType[];

  @ApiPropertyOptional({ description: 'In any case.' })
  @IsOptional()
  @IsMac()
  mac_address?: string;

  @TagFilter('Only addresses that carry any of them.')
  tags?: string[];

  @BooleanFilter()
  is_ipv6?: boolean;

  @IdFilter()
  ip_ids?: string[];
}
