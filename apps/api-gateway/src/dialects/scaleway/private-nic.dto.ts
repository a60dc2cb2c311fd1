import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsDefined, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { DRY_RUN_ONLY, DryRunBody } from '../../dry-run/dry-run.dto';
import { IsPlainText, QueryInteger } from '../../http/validators';
import { OperationBody } from '../../operations/operation-body';
import { LowerCase, OptionalIds, TagList } from './scaleway.fields';

const MAX_TAGS = 64;
/** One address per family. */
const MAX_ADDRESSES = 2;

export class CreatePrivateNicDto {
  @ApiProperty({ format: 'uuid' })
  @IsDefined()
  @IsUUID('all')
  @LowerCase()
  private_network_id!: string;

  @TagList()
  tags?: string[] | null;

  @OptionalIds(MAX_ADDRESSES, 'Addresses booked before.')
  ipam_ip_ids?: string[] | null;

  @OptionalIds(MAX_ADDRESSES, 'Deprecated: read when ipam_ip_ids is absent.')
  ip_ids?: string[] | null;
}

export class UpdatePrivateNicDto {
  @TagList()
  tags?: string[] | null;
}

export class ListPrivateNicsQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, default: 1 })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  page?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 50 })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  per_page?: number;

  @ApiPropertyOptional({ type: String, description: 'Separated by commas; only NICs that carry all of them.' })
  @IsOptional()
  @Transform(({ value }) => [value].flat().flatMap((tags) => String(tags).split(',')))
  @IsPlainText(0, 255, { each: true })
  @ArrayMaxSize(MAX_TAGS)
  tags?: string[];
}

export class PrivateNicBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  private_network_id!: string;

  @ApiProperty({ format: 'uuid' })
  server_id!: string;

  @ApiProperty({ example: '02:00:00:1b:f4:62' })
  mac_address!: string;

  @ApiProperty({ enum: ['available', 'syncing', 'syncing_error'] })
  state!: 'available' | 'syncing' | 'syncing_error';

  @ApiProperty({ format: 'date-time' })
  creation_date!: string;

  @ApiProperty({ format: 'date-time' })
  modification_date!: string;

  @ApiProperty()
  zone!: string;

  @ApiProperty({ type: [String] })
  tags!: string[];

  @ApiProperty({ type: [String], format: 'uuid' })
  ipam_ip_ids!: string[];
}

export class OnePrivateNicBody {
  @ApiProperty({ type: PrivateNicBody })
  private_nic!: PrivateNicBody;

  @ApiPropertyOptional({ type: OperationBody, description: 'Only in answers to long-running changes.' })
  operation?: OperationBody;

  @ApiPropertyOptional({
    type: [String],
    description: 'Only in answers to a dry run: what it would get, e.g. 172.16.0.2/22.',
  })
  planned_addresses?: string[];

  @ApiPropertyOptional({ type: DryRunBody, description: DRY_RUN_ONLY })
  dry_run?: DryRunBody;
}

export class PrivateNicListBody {
  @ApiProperty({ type: [PrivateNicBody] })
  private_nics!: PrivateNicBody[];
}
