import { quote } from '@isthmus/cidr';
import type { Tag } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

const MAX_TAGS = 20;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 255;
/** Letters of any script, digits, space and `_ . : = + - @`. */
const TAG_TEXT = /^[\p{L}\p{M}\p{N} _.:=+\-@]*$/u;

/**
 * The tags as they are kept: key and value only, in the order given. Keys have 1 to 128 characters and are unique,
 * values 0 to 255.
 *
 * @throws ProblemError `invalid-argument` for `tags`
 */
export function checkedTags(tags: readonly Tag[] = []): Tag[] {
  if (tags.length > MAX_TAGS) throw invalid(`There are ${tags.length} tags; at most ${MAX_TAGS} are allowed.`);
  const keys = new Set<string>();
  for (const { key, value } of tags) {
    requireText('key', key, 1, MAX_KEY_LENGTH);
    requireText('value', value, 0, MAX_VALUE_LENGTH);
    if (keys.has(key)) throw invalid(`The tag key ${quote(key)} is given twice.`);
    keys.add(key);
  }
  return tags.map(({ key, value }) => ({ key, value }));
}

function requireText(what: 'key' | 'value', text: string, shortest: number, longest: number): void {
  const length = [...text].length;
  if (length < shortest || length > longest) {
    throw invalid(`The tag ${what} ${quote(text)} has ${length} characters; ${shortest} to ${longest} are allowed.`);
  }
  if (!TAG_TEXT.test(text)) {
    throw invalid(`The tag ${what} ${quote(text)} may only have letters, digits, spaces and _ . : = + - @`);
  }
}

function invalid(message: string): ProblemError {
  return ProblemError.invalid('tags', message);
}
