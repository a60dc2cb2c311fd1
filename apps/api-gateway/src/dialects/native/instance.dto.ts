import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { DryRunBody } from '../../dry-run/dry-run.dto';
import { IsPlainText } from '../../http/validators';

const MAX_NAME = 255;
const MAX_ZONE = 64;

export class UpdateInstanceBody {
  @ApiProperty({ minLength: 1, maxLength: MAX_NAME })
  @IsPlainText(1, MAX_NAME)
  name!: string;
}

export class RegisterInstanceBody extends UpdateInstanceBody {
  @ApiPropertyOptional({ format: 'uuid', description: 'By which its compute service knows it; a new one when absent.' })
  @IsOptional()
  @IsUUID('all')
  id?: string;

  @ApiProperty({ example: 'fr-par-1', description: 'A zone of this installation, by any of its names.' })
  @IsPlainText(1, MAX_ZONE)
  zone!: string;
}

export class InstanceBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  projectId!: string;

  @ApiProperty({ example: 'fr-par' })
  region!: string;

  @ApiProperty({ example: 'fr-par-1' })
  zone!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}

export class PlannedInstanceBody extends InstanceBody {
  @ApiProperty({ type: DryRunBody })
  dryRun!: DryRunBody;
}

export class InstancePageBody {
  @ApiProperty({ type: [InstanceBody], description: 'In the order of their registration.' })
  items!: InstanceBody[];

  @ApiProperty({ type: String, nullable: true, description: 'The cursor of the next page; null at the end.' })
  next!: string | null;
}
