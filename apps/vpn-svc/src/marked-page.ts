import { quote } from '@isthmus/cidr';
import { ProblemError } from '@isthmus/problem';

const TIMESTAMP = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** The marker of a page as PostgreSQL reads it. Throws `invalid-argument` for `marker`. */
export function checkedMarker(marker: string): string {
  if (TIMESTAMP.test(marker) && isOnCalendar(marker)) return marker;
  const message = `${quote(marker)} is no marker; give the one of the page before, or none for the first page.`;
  throw ProblemError.invalid('marker', message, 'format');
}

/** JavaScript would read the 31st of February as the 3rd of March, and PostgreSQL would refuse it. */
function isOnCalendar(marker: string): boolean {
  const date = new Date(marker);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 19) === marker.slice(0, 19);
}
