import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import type { PageRequest } from '@isthmus/contracts';
import { QueryInteger } from '../../http/validators';

const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 100;
const MAX_PAGE = 1_000_000;

/** Pages count from 1. A size above 100 means 100: the clients count pages by the length of the first one. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, default: 1 })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  page?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  page_size?: number;
}

export function toPaging(page = 1, pageSize = DEFAULT_PAGE_SIZE): PageRequest {
  return { page, pageSize: Math.min(pageSize, MAX_PAGE_SIZE) };
}
