import type { Queryable } from './queryable';
import { columnsOf, tableOf } from './columns';

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- an entity class
type EntityClass = Function;

/** Throws at boot when an entity names a table or column that the migrated schema does not have. */
export async function checkSchema(database: Queryable, entities: readonly EntityClass[]): Promise<void> {
  const rows = await database.query<{ column: string }>(
    `SELECT table_schema || '.' || table_name || '.' || column_name AS column FROM information_schema.columns
      WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const existing = new Set(rows.map((row) => row.column));
  const missing = entities.flatMap((entity) =>
    columnsOf(entity)
      .map(({ column }) => `${tableOf(entity)}.${column}`)
      .filter((column) => !existing.has(column)),
  );
  if (missing.length > 0) throw new Error(`The database lacks columns that the code reads: ${missing.join(', ')}`);
}
