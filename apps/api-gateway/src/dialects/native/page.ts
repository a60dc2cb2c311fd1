import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { ProblemError } from '@isthmus/problem';
import { QueryInteger } from '../../http/validators';

const LONGEST_PAGE = 1_000;
const DEFAULT_PAGE = 100;

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

/**
 * What the page before ended with; undefined for the first page. Throws `invalid-argument` when it does not have the `form`
 * of what pages of this list end with.
 */
export function endIn(cursor: string | undefined, form: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const end = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!form.test(end)) throw ProblemError.invalid('cursor', 'cursor must be the `next` of a page before', 'format');
  return end;
}

/** @param rows one more than the page takes, when there are more */
export function pageOf<Row>(
  rows: Row[],
  limit: number,
  endOf: (row: Row) => string,
): { items: Row[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: last ? Buffer.from(endOf(last), 'latin1').toString('base64url') : null };
}
