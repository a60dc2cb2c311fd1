/** The model's `2026-06-24T12:52:02.924774Z` with exactly six digits, however many it has. */
export function toTime(moment: string): string {
  const [seconds = moment, fraction = ''] = moment.replace('Z', '').split('.');
  return `${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

/** The Instance API writes the same moment with an offset. */
export function toOldTime(moment: string): string {
  return toTime(moment).replace('Z', '+00:00');
}
