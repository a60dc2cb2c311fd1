import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { plainToInstance, Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsDefined, IsIn, IsObject, IsOptional } from 'class-validator';
import { IsString, IsUUID, ValidateNested } from 'class-validator';
import { IsIpv4, IsPlainText } from '../../http/validators';
import { LabelDto, LabelledFields, LabelQuery } from './label.dto';
import { WithOperation } from './operation-extra.dto';
import { BlankIsNull, FromYesNo, LowerCase, unwrapped, type YesNo } from './wire';

const FAMILIES = ['IPv4', 'IPv6'] as const;
const MAX_IP_NETWORKS = 16;
const MAX_SERVERS = 16;
const MAX_ROUTES = 100;

export class IpNetworkDto {
  @ApiPropertyOptional({ example: '10.0.0.0/24', description: 'Required in a new network; never changes.' })
  @IsOptional()
  @IsString()
  address?: string | null;

  @ApiPropertyOptional({ enum: FAMILIES, default: 'IPv4' })
  @IsOptional()
  @IsIn(FAMILIES)
  family?: (typeof FAMILIES)[number] | null;

  @ApiPropertyOptional({ enum: ['yes', 'no'], default: 'no' })
  @IsOptional()
  @FromYesNo()
  @IsBoolean()
  dhcp?: boolean | null;

  @ApiPropertyOptional({ enum: ['yes', 'no'], default: 'no' })
  @IsOptional()
  @FromYesNo()
  @IsBoolean()
  dhcp_default_route?: boolean | null;

  @ApiPropertyOptional({ type: [String], format: 'ipv4' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_SERVERS)
  @IsIpv4({ each: true })
  dhcp_dns?: string[] | null;

  @ApiPropertyOptional({ type: [String], description: 'Not supported: must be empty.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_ROUTES)
  dhcp_routes?: unknown[] | null;

  @ApiPropertyOptional({ format: 'ipv4', description: 'The first host when absent.' })
  @BlankIsNull()
  @IsOptional()
  @IsIpv4()
  gateway?: string | null;
}

/** `{"ip_network": [...]}`, the same with one object, or the bare list. */
const IpNetworks = (): PropertyDecorator =>
  Transform(({ value }) => {
    const items = unwrapped(value, 'ip_network');
    const isObject = (item: unknown): boolean => typeof item === 'object' && item !== null && !Array.isArray(item);
    return Array.isArray(items)
      ? items.map((item: unknown) => (isObject(item) ? plainToInstance(IpNetworkDto, item) : item))
      : items;
  });

export class CreateNetworkFields extends LabelledFields {
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsPlainText(1, 255)
  name!: string;

  @ApiProperty({ example: 'fi-hel1' })
  @IsString()
  zone!: string;

  @ApiPropertyOptional({ format: 'uuid', nullable: true, description: 'Routed by it; isolated without one.' })
  @BlankIsNull()
  @IsOptional()
  @IsUUID('all')
  @LowerCase()
  router?: string | null;

  @ApiProperty({ type: [IpNetworkDto], description: 'Exactly one, bare or wrapped in `ip_network`.' })
  @IpNetworks()
  @IsDefined()
  @IsArray()
  @ArrayMaxSize(MAX_IP_NETWORKS)
  @ValidateNested({ each: true })
  ip_networks!: IpNetworkDto[];
}

export class UpdateNetworkFields extends LabelledFields {
  @ApiPropertyOptional({ minLength: 1, maxLength: 255 })
  @IsOptional()
  @IsPlainText(1, 255)
  name?: string | null;

  @ApiPropertyOptional({ format: 'uuid', nullable: true, description: 'Attaches this router; null detaches.' })
  @BlankIsNull()
  @IsOptional()
  @IsUUID('all')
  @LowerCase()
  router?: string | null;

  @ApiPropertyOptional({ type: [IpNetworkDto] })
  @IpNetworks()
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_IP_NETWORKS)
  @ValidateNested({ each: true })
  ip_networks?: IpNetworkDto[] | null;
}

export class CreateNetworkDto {
  @ApiProperty({ type: CreateNetworkFields })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => CreateNetworkFields)
  network!: CreateNetworkFields;
}

export class UpdateNetworkDto {
  @ApiProperty({ type: UpdateNetworkFields })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => UpdateNetworkFields)
  network!: UpdateNetworkFields;
}

export class ListNetworksQuery extends LabelQuery {
  @ApiPropertyOptional({ example: 'fi-hel1' })
  @IsOptional()
  @IsString()
  zone?: string;
}

export class IpNetworkBody {
  @ApiProperty({ example: '10.0.0.0/24' })
  address!: string;

  @ApiProperty({ enum: ['yes', 'no'] })
  dhcp!: YesNo;

  @ApiProperty({ enum: ['yes', 'no'] })
  dhcp_default_route!: YesNo;

  @ApiPropertyOptional({ type: [String] })
  dhcp_dns?: string[];

  @ApiProperty({ enum: ['IPv4'] })
  family!: 'IPv4';

  @ApiProperty({ format: 'ipv4' })
  gateway!: string;
}

export class IpNetworkListBody {
  @ApiProperty({ type: [IpNetworkBody] })
  ip_network!: IpNetworkBody[];
}

export class ServerBody {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  title!: string;
}

export class ServerListBody {
  @ApiProperty({ type: [ServerBody] })
  server!: ServerBody[];
}

export class NetworkBody {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ['private'] })
  type!: 'private';

  @ApiProperty({ example: 'fi-hel1' })
  zone!: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Absent when none.' })
  router?: string;

  @ApiProperty({ type: [LabelDto] })
  labels!: LabelDto[];

  @ApiProperty({ type: IpNetworkListBody })
  ip_networks!: IpNetworkListBody;

  @ApiProperty({ type: ServerListBody })
  servers!: ServerListBody;
}

export class NetworkAnswer extends WithOperation {
  @ApiProperty({ type: NetworkBody })
  network!: NetworkBody;
}

export class NetworkListItems {
  @ApiProperty({ type: [NetworkBody] })
  network!: NetworkBody[];
}

export class NetworkListAnswer {
  @ApiProperty({ type: NetworkListItems })
  networks!: NetworkListItems;
}
