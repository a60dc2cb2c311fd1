import { Client } from 'pg';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';

/** The migrations of one schema, oldest first. TypeORM names them by class, which must end in a timestamp. */
export interface MigrationSet {
  schema: string;
  migrations: (new () => MigrationInterface)[];
}

/** Any number that all services agree on: whoever holds this lock migrates, the others wait and then find it done. */
const MIGRATION_LOCK = 7_304_921;

/**
 * Brings the database up to date as the login role of `databaseUrl` (which owns all tables). Each set runs in one
 * transaction. When nothing is missing this costs one connection and one query per set.
 */
export async function migrate(databaseUrl: string, sets: readonly MigrationSet[]): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    for (const set of sets) {
      if (!(await isUpToDate(client, set))) await runSet(client, databaseUrl, set);
    }
  } finally {
    await client.end();
  }
}

async function isUpToDate(client: Client, set: MigrationSet): Promise<boolean> {
  const table = `${set.schema}.migration`;
  const { rows: found } = await client.query('SELECT to_regclass($1) IS NOT NULL AS exists', [table]);
  if (!found[0].exists) return false;
  const { rows } = await client.query(`SELECT name FROM ${table}`);
  const applied = new Set(rows.map((row) => row.name));
  return set.migrations.every((migration) => applied.has(migration.name));
}

async function runSet(client: Client, databaseUrl: string, set: MigrationSet): Promise<void> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${set.schema}`);
  const options: DataSourceOptions = {
    type: 'postgres',
    url: databaseUrl,
    schema: set.schema,
    migrations: set.migrations,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'all',
    synchronize: false,
    installExtensions: false,
  };
  const dataSource = await new DataSource(options).initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}
