import type { PageRequest } from '@isthmus/contracts';
import { ProblemError } from '@isthmus/problem';

const LARGEST_PAGE = 1_000;

/** The rows of one page, as whole numbers that may stand in SQL. Pages count from 1. */
export function sliceOf({ page, pageSize }: PageRequest): { limit: number; offset: number } {
  if (!Number.isSafeInteger(page) || page < 1) throw ProblemError.invalid('page', 'Pages count from 1.');
  if (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > LARGEST_PAGE) {
    throw ProblemError.invalid('pageSize', `A page has 1 to ${LARGEST_PAGE} items.`);
  }
  const offset = (page - 1) * pageSize;
  if (!Number.isSafeInteger(offset)) throw ProblemError.invalid('page', 'There are not so many pages.');
  return { limit: pageSize, offset };
}
