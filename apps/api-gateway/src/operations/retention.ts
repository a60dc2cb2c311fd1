/** Operations can be asked for at least this long. */
export const KEPT_DAYS = 30;

/** The moment in a UUID of version 7, in milliseconds since 1970; undefined in any other UUID, which is never an operation's. */
export function momentOf(id: string): number | undefined {
  return id[14] === '7' ? parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;
}

/** It cannot have been dropped yet, so if it is not there it never was. */
export function isSurelyKept(id: string, nowMs = Date.now()): boolean {
  const moment = momentOf(id);
  return moment === undefined || moment > nowMs - KEPT_DAYS * 24 * 3_600_000;
}
