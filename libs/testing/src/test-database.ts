import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';

/** A migrated database of its own for one test file, cloned from the template in some 50 ms. */
export interface TestDatabase {
  /** Superuser URL, which services take as their DATABASE_URL. */
  url: string;
  /** Superuser queries, for looking and for breaking things. */
  query<R = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<R[]>;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = requireEnv('TEST_DATABASE_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${requireEnv('TEST_TEMPLATE')} STRATEGY FILE_COPY`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: 4 });
  // A test that restarts PostgreSQL breaks idle connections; the next query opens a new one.
  pool.on('error', () => undefined);
  return {
    url: url.href,
    query: async <R>(sql: string, values: unknown[] = []) => (await pool.query(sql, values)).rows as R[],
    drop: async () => {
      await pool.end();
      await onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

export function requireEnv(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with \`npm test -- <pattern>\``);
  return value;
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
