import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsDefined, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { IsIpv4, IsLabels, IsPlainText } from '../../http/validators';

const MAX_SERVERS = 16;

export class DhcpOptionsDto {
  @ApiPropertyOptional({ type: [String], format: 'ipv4' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_SERVERS)
  @IsIpv4({ each: true })
  routers?: string[];

  @ApiPropertyOptional({ type: [String], format: 'ipv4' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_SERVERS)
  @IsIpv4({ each: true })
  'dns-servers'?: string[];

  @ApiPropertyOptional({ type: [String], format: 'ipv4' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_SERVERS)
  @IsIpv4({ each: true })
  'ntp-servers'?: string[];

  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_SERVERS)
  @IsPlainText(1, 255, { each: true })
  'domain-search'?: string[];
}

/** What a caller may set beside the name. */
class PrivateNetworkFields {
  @ApiPropertyOptional({ maxLength: 255 })
  @IsOptional()
  @IsPlainText(0, 255)
  description?: string;

  @ApiPropertyOptional({ format: 'ipv4' })
  @IsOptional()
  @IsIpv4()
  'start-ip'?: string;

  @ApiPropertyOptional({ format: 'ipv4' })
  @IsOptional()
  @IsIpv4()
  'end-ip'?: string;

  @ApiPropertyOptional({ format: 'ipv4' })
  @IsOptional()
  @IsIpv4()
  netmask?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  @IsOptional()
  @IsLabels()
  labels?: Record<string, string>;

  @ApiPropertyOptional({ type: DhcpOptionsDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => DhcpOptionsDto)
  options?: DhcpOptionsDto;
}

export class CreatePrivateNetworkDto extends PrivateNetworkFields {
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsDefined()
  @IsPlainText(1, 255)
  name!: string;
}

export class UpdatePrivateNetworkDto extends PrivateNetworkFields {
  @ApiPropertyOptional({ minLength: 1, maxLength: 255 })
  @IsOptional()
  @IsPlainText(1, 255)
  name?: string;
}

export class LeaseBody {
  @ApiProperty({ format: 'ipv4' })
  ip!: string;

  @ApiProperty({ format: 'uuid' })
  'instance-id'!: string;
}

/** Members without a value are left out: an empty `labels` makes the Terraform provider plan a change for ever. */
export class PrivateNetworkBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiPropertyOptional()
  description?: string;

  @ApiPropertyOptional({ format: 'ipv4', description: 'Present on managed networks only.' })
  'start-ip'?: string;

  @ApiPropertyOptional({ format: 'ipv4' })
  'end-ip'?: string;

  @ApiPropertyOptional({ format: 'ipv4' })
  netmask?: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  vni!: number;

  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  labels?: Record<string, string>;

  @ApiPropertyOptional({ type: DhcpOptionsDto })
  options?: DhcpOptionsDto;

  @ApiPropertyOptional({ type: [LeaseBody] })
  leases?: LeaseBody[];
}

export class PrivateNetworkListBody {
  @ApiProperty({ type: [PrivateNetworkBody] })
  'private-networks'!: PrivateNetworkBody[];
}
