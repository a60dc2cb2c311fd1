import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { IsAddress, IsMac, IsPlainText } from '../../http/validators';
import { OptionalId, OptionalIds, ProjectId, TagList } from './scaleway.fields';

const MAX_REVERSES = 64;
/** As many as ipam-svc releases at once. */
const MAX_RELEASED = 1_000;

export class SourceDto {
  @ApiPropertyOptional({ description: 'A zone. Exactly one of the four.' })
  @IsOptional()
  @IsString()
  zonal?: string | null;

  @OptionalId()
  private_network_id?: string | null;

  @OptionalId()
  subnet_id?: string | null;

  @OptionalId()
  vpc_id?: string | null;
}

/** A machine of the caller's own. */
export class CustomResourceDto {
  @ApiProperty({ example: 'bc:24:11:74:d0:5a' })
  @IsDefined()
  @IsMac()
  mac_address!: string;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsPlainText(0, 255)
  name?: string | null;
}

export class BookIpDto {
  @ProjectId()
  project_id?: string | null;

  @ApiProperty({ type: SourceDto })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => SourceDto)
  source!: SourceDto;

  @ApiPropertyOptional({ default: false })
  @IsOptional()
  @IsBoolean()
  is_ipv6?: boolean | null;

  @ApiPropertyOptional({ description: 'Without prefix length; not for a zone.' })
  @IsOptional()
  @IsAddress()
  address?: string | null;

  @TagList()
  tags?: string[] | null;

  @ApiPropertyOptional({ type: CustomResourceDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => CustomResourceDto)
  resource?: CustomResourceDto | null;
}

export class ReverseDto {
  @ApiProperty()
  @IsDefined()
  @IsPlainText(1, 253)
  hostname!: string;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsAddress()
  address?: string | null;
}

export class UpdateIpDto {
  @TagList()
  tags?: string[] | null;

  @ApiPropertyOptional({ type: [ReverseDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_REVERSES)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ReverseDto)
  reverses?: ReverseDto[] | null;
}

export class ReleaseIpSetDto {
  @OptionalIds(MAX_RELEASED)
  ip_ids?: string[] | null;
}

/** To attach and to detach. */
export class AttachIpDto {
  @ApiProperty({ type: CustomResourceDto })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => CustomResourceDto)
  resource!: CustomResourceDto;
}

export class MoveIpDto {
  @ApiProperty({ type: CustomResourceDto })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => CustomResourceDto)
  from_resource!: CustomResourceDto;

  @ApiPropertyOptional({ type: CustomResourceDto, description: 'The address is detached when absent.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => CustomResourceDto)
  to_resource?: CustomResourceDto | null;
}
