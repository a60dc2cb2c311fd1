import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import type { MarkedPageRequest } from '@isthmus/contracts';
import { QueryInteger } from '../../http/validators';

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

/** How many items a page may have; as many it has by default. */
export const Limit = (max: number): PropertyDecorator => {
  const message = `$property must be a whole number from 0 to ${max}`;
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: max, default: max }),
    IsOptional(),
    QueryInteger(),
    IsInt({ message }),
    Min(0, { message }),
    Max(max, { message }),
  );
};

/** Where a page begins. */
export const Marker = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description: 'next_marker of the page before.', example: '2026-08-13T02:38:05.090350Z' }),
    IsOptional(),
    Matches(TIME, { message: '$property must be the next_marker of the page before' }),
  );

export class PageInfoBody {
  @ApiPropertyOptional({ description: 'When the last item of this page was created; absent when it has none.' })
  next_marker?: string;

  @ApiProperty({ type: 'integer', description: 'Fewer than limit: this is the last page.' })
  current_count!: number;
}

export function toPageRequest({ limit, marker }: { limit?: number; marker?: string }, max: number): MarkedPageRequest {
  return { limit: limit ?? max, ...(marker === undefined ? {} : { marker }) };
}

export function toPageInfo(items: { createdAt: string }[]): PageInfoBody {
  const last = items.at(-1);
  return { ...(last ? { next_marker: last.createdAt } : {}), current_count: items.length };
}
