import { Transform } from 'class-transformer';

export type YesNo = 'yes' | 'no';

export function toYesNo(value: boolean): YesNo {
  return value ? 'yes' : 'no';
}

const TRUE = new Set<unknown>(['yes', '1', 'true', 1, true]);
const FALSE = new Set<unknown>(['no', '0', 'false', 0, false]);

/** A boolean as UpCloud's clients write it. Anything else stays and is refused. */
export function FromYesNo(): PropertyDecorator {
  return Transform(({ value }) => (TRUE.has(value) ? true : FALSE.has(value) ? false : value));
}

/** Some clients send an empty text for "none". */
export function BlankIsNull(): PropertyDecorator {
  return Transform(({ value }) => (value === '' ? null : value));
}

export function LowerCase(): PropertyDecorator {
  return Transform(({ value }) => (typeof value === 'string' ? value.toLowerCase() : value));
}

/**
 * The items of a list in any of its spellings: `{"ip_network": [...]}`, the same with a single object, or the bare list.
 * Anything else stays and is refused.
 */
export function unwrapped(value: unknown, member: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const inner = (value as Record<string, unknown>)[member];
  if (Array.isArray(inner)) return inner;
  return typeof inner === 'object' && inner !== null ? [inner] : value;
}
