import { ProblemError } from '@isthmus/problem';

/** One page of a list that goes on from where the page before ended. */
export interface CursorPage<Item> {
  items: Item[];
  /** Cursor of the next page; null at the end. */
  next: string | null;
}

export interface CursorPageRequest {
  limit: number;
  cursor?: string;
}

/**
 * What the page before ended with; undefined for the first page. Throws `invalid-argument` for the field `cursor` when pages of
 * this list end with nothing of the kind.
 */
export function endIn(cursor: string | undefined, isEnd: (text: string) => boolean): string | undefined {
  if (cursor === undefined) return undefined;
  const end = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!isEnd(end)) throw invalidCursor();
  return end;
}

export function invalidCursor(): ProblemError {
  return ProblemError.invalid('cursor', 'cursor must be the "next" of a page before', 'format');
}

/** @param rows one more than the page takes, when there are more */
export function pageOf<Row>(rows: Row[], limit: number, endOf: (row: Row) => string): CursorPage<Row> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: last === undefined ? null : Buffer.from(endOf(last), 'latin1').toString('base64url') };
}
