import { ProblemError } from '@isthmus/problem';
import { isUuid } from '../http/validators';

/** One page of a list that goes by id. */
export interface IdPage<Item> {
  items: Item[];
  /** Cursor of the next page; null at the end. */
  next: string | null;
}

export interface IdPageRequest {
  limit: number;
  cursor?: string;
}

/** The id that a page ended with; undefined for the first page. Throws `invalid-argument` for the field `cursor`. */
export function idIn(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!isUuid(id)) throw ProblemError.invalid('cursor', 'cursor must be the "next" of a page before.', 'format');
  return id;
}

/** @param rows one more than the page takes, when there are more */
export function pageOf<Row extends { id: string }>(rows: Row[], limit: number): IdPage<Row> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: last ? Buffer.from(last.id, 'latin1').toString('base64url') : null };
}
