import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DRY_RUN_ONLY, DryRunBody } from '../../dry-run/dry-run.dto';

export class IpSourceBody {
  @ApiPropertyOptional({ format: 'uuid' })
  subnet_id?: string;

  @ApiPropertyOptional({ example: 'fr-par-1' })
  zonal?: string;
}

export class IpResourceBody {
  @ApiProperty({ example: 'instance_private_nic' })
  type!: string;

  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'BC:24:11:74:D0:5A' })
  mac_address!: string | null;

  @ApiProperty({ type: String, nullable: true })
  name!: string | null;
}

export class IpReverseBody {
  @ApiProperty()
  hostname!: string;

  @ApiProperty({ type: String, nullable: true })
  address!: string | null;
}

export class IpBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: '172.16.32.2/22' })
  address!: string;

  @ApiProperty({ format: 'uuid' })
  project_id!: string;

  @ApiProperty()
  is_ipv6!: boolean;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ type: IpSourceBody })
  source!: IpSourceBody;

  @ApiProperty({ type: IpResourceBody, nullable: true })
  resource!: IpResourceBody | null;

  @ApiProperty({ type: [String] })
  tags!: string[];

  @ApiProperty({ type: [IpReverseBody] })
  reverses!: IpReverseBody[];

  @ApiProperty()
  region!: string;

  @ApiProperty({ type: String, nullable: true })
  zone!: string | null;

  @ApiPropertyOptional({ type: DryRunBody, description: DRY_RUN_ONLY })
  dry_run?: DryRunBody;
}

export class IpListBody {
  @ApiProperty({ type: [IpBody] })
  ips!: IpBody[];

  @ApiProperty({ type: 'integer' })
  total_count!: number;
}
