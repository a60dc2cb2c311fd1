import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';

export class ReferenceBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;
}

export class InstanceInterfaceBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: '02:00:00:1b:f4:62' })
  'mac-address'!: string;
}

export class InstanceListItemBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ['running'] })
  state!: 'running';

  @ApiProperty({ format: 'date-time' })
  'created-at'!: string;

  @ApiProperty({ type: ReferenceBody })
  'instance-type'!: ReferenceBody;

  @ApiProperty({ type: ReferenceBody })
  template!: ReferenceBody;

  @ApiProperty({ type: [InstanceInterfaceBody] })
  'private-networks'!: InstanceInterfaceBody[];
}

export class InstanceBody extends InstanceListItemBody {
  @ApiProperty({ type: 'integer' })
  'disk-size'!: number;

  @ApiProperty()
  'secureboot-enabled'!: boolean;

  @ApiProperty()
  'tpm-enabled'!: boolean;
}

export class InstanceListBody {
  @ApiProperty({ type: [InstanceListItemBody] })
  instances!: InstanceListItemBody[];
}

export class InstanceTypeBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  family!: string;

  @ApiProperty()
  size!: string;
}

export class TemplateBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;
}

/** Filters of the list. Isthmus knows no managers, public addresses or labels of machines, so each of them matches none. */
export class ListInstancesQuery {
  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  'manager-id'?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  'manager-type'?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  'ip-address'?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  labels?: string;
}
