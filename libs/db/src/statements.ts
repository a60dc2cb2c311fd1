const names = new Map<string, string>();

/** A stable name for a prepared statement of this text; one per text and process. */
export function statementName(sql: string): string {
  const known = names.get(sql);
  if (known) return known;
  const name = `q${names.size + 1}`;
  names.set(sql, name);
  return name;
}
