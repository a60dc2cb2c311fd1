import { ValidateBy } from 'class-validator';

const RFC3339 = /^([1-9]\d{3}-\d\d-\d\d)[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-](0\d|1[0-4]):\d\d)$/;

/** A moment that PostgreSQL reads too: the date is in the calendar and the offset on the map. */
export function isRfc3339(value: unknown): value is string {
  const date = typeof value === 'string' ? RFC3339.exec(value)?.[1] : undefined;
  if (date === undefined || Number.isNaN(Date.parse(value as string))) return false;
  return new Date(Date.parse(`${date}T00:00:00Z`)).toISOString().startsWith(date);
}

/** A date and time with an offset, such as 2026-08-05T12:59:37.782632Z. */
export function IsRfc3339(): PropertyDecorator {
  const message = '$property must be a date and time as RFC 3339 has it, such as 2026-08-05T12:59:37Z';
  return ValidateBy({ name: 'rfc3339', validator: { validate: isRfc3339, defaultMessage: () => message } });
}
