import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { DryRunBody } from '../../dry-run/dry-run.dto';
import { IsPlainText } from '../../http/validators';
import { KEY_SCOPES, type KeyScope } from '../../identity/caller';
import { IsRfc3339 } from '../../operations/rfc3339';
import { PageQuery } from './page';

const MAX_NAME = 255;
const LONGEST_OVERLAP_SECONDS = 86_400;

export class CreateApiKeyBody {
  @ApiPropertyOptional({ format: 'uuid', description: "The caller's own when absent." })
  @IsOptional()
  @IsUUID('all')
  projectId?: string;

  @ApiProperty({ minLength: 1, maxLength: MAX_NAME })
  @IsPlainText(1, MAX_NAME)
  name!: string;

  @ApiProperty({ enum: KEY_SCOPES })
  @IsIn(KEY_SCOPES)
  scope!: KeyScope;

  @ApiPropertyOptional({ format: 'date-time', description: 'Never when absent.' })
  @IsOptional()
  @IsRfc3339()
  expiresAt?: string;
}

export class RotateApiKeyBody {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: LONGEST_OVERLAP_SECONDS,
    default: 0,
    description: 'How long the secret before works on.',
  })
  @IsInt()
  @Min(0)
  @Max(LONGEST_OVERLAP_SECONDS)
  overlapSeconds: number = 0;
}

export class ListApiKeysQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'All of the organization when absent.' })
  @IsOptional()
  @IsUUID('all')
  projectId?: string;
}

export class ApiKeyBody {
  @ApiProperty({ example: 'SCW0ABCDEFGHIJKLMNOP' })
  accessKey!: string;

  @ApiProperty({ format: 'uuid' })
  projectId!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: KEY_SCOPES })
  scope!: KeyScope;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it got its present secret anew.',
  })
  rotatedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The secret before works until then; null when it was not to work on.',
  })
  formerSecretUntil!: string | null;
}

export class PlannedApiKeyBody extends ApiKeyBody {
  @ApiProperty({ type: DryRunBody })
  dryRun!: DryRunBody;
}

export class ApiKeyWithSecretBody extends ApiKeyBody {
  @ApiProperty({ format: 'uuid', description: 'Shown in this answer only.' })
  secretKey!: string;
}

export class ApiKeyPageBody {
  @ApiProperty({ type: [ApiKeyBody], description: 'In the order of their access keys.' })
  items!: ApiKeyBody[];

  @ApiProperty({ type: String, nullable: true, description: 'The cursor of the next page; null at the end.' })
  next!: string | null;
}
