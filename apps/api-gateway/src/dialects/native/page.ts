import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { QueryInteger } from '../../http/validators';

const LONGEST_PAGE = 1_000;
const DEFAULT_PAGE = 100;

/** Which page of a list is asked for. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LONGEST_PAGE, default: DEFAULT_PAGE })
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(LONGEST_PAGE)
  limit: number = DEFAULT_PAGE;

  @ApiPropertyOptional({ description: 'The `next` of the page before.' })
  @IsOptional()
  @IsString()
  cursor?: string;
}
