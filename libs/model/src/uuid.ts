const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Can anything have this id? PostgreSQL would refuse to look for one that is no UUID. */
export function isUuid(id: string): boolean {
  return UUID.test(id);
}
