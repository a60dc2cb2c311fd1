import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsDefined, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';
import { IsPlainText, Repeated } from '../../http/validators';

const MAX_LABELS = 64;
const MAX_FILTERS = 64;
/** 2 to 32 printable ASCII characters, the first of which is no underscore. */
const KEY = /^[ -^`-~][ -~]{1,31}$/;

export class LabelDto {
  @ApiProperty({ example: 'env', description: '2 to 32 printable ASCII characters, not starting with an underscore.' })
  @Matches(KEY, { message: '$property must be 2 to 32 printable ASCII characters and not start with an underscore' })
  key!: string;

  @ApiProperty({ maxLength: 255 })
  @IsPlainText(0, 255)
  value!: string;
}

/** Members of everything that carries labels. */
export class LabelledFields {
  @ApiPropertyOptional({ type: [LabelDto], nullable: true, description: 'Replaces all; none when null or empty.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_LABELS)
  @ValidateNested({ each: true })
  @Type(() => LabelDto)
  labels?: LabelDto[] | null;
}

export class LabelQuery {
  @ApiPropertyOptional({ type: [String], description: '`key` or `key=value`; all must match.', example: ['env=prod'] })
  @IsOptional()
  @Repeated()
  @IsArray()
  @ArrayMaxSize(MAX_FILTERS)
  @IsString({ each: true })
  @IsDefined({ each: true })
  label?: string[];
}
