import { EVENT_TYPES } from '@isthmus/model';

/** Which types of events are meant: a type by its name, all types below one (`operation.*`), or all there are (`*`). */
export type EventTypePattern = string;

/** At least one type that there is matches; anything else is a slip of the pen. */
export function isEventTypePattern(value: unknown): value is EventTypePattern {
  return typeof value === 'string' && EVENT_TYPES.some((type) => matchesEventType(value, type));
}

export function matchesEventType(pattern: EventTypePattern, type: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

/** The types that any of the patterns means, so that the database compares names only. */
export function typesMeantBy(patterns: readonly EventTypePattern[]): string[] {
  return EVENT_TYPES.filter((type) => patterns.some((pattern) => matchesEventType(pattern, type)));
}
