import { ApiProperty } from '@nestjs/swagger';
import { DryRunBody } from '../../dry-run/dry-run.dto';
import { IsPlainText } from '../../http/validators';

const MAX_NAME = 255;

export class CreateProjectBody {
  @ApiProperty({ minLength: 1, maxLength: MAX_NAME })
  @IsPlainText(1, MAX_NAME)
  name!: string;
}

export class UpdateProjectBody extends CreateProjectBody {}

export class ProjectBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  organizationId!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: 'integer', description: 'Grows with every change; the ETag tells it too.' })
  revision!: number;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class PlannedProjectBody extends ProjectBody {
  @ApiProperty({ type: DryRunBody })
  dryRun!: DryRunBody;
}

export class ProjectPageBody {
  @ApiProperty({ type: [ProjectBody], description: 'In the order of their ids.' })
  items!: ProjectBody[];

  @ApiProperty({ type: String, nullable: true, description: 'The cursor of the next page; null at the end.' })
  next!: string | null;
}
