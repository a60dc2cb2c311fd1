import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Database } from '@isthmus/db';
import { inboxTable } from '../src/inbox';

/** A schema of its own with an inbox and a table to work on; `drop` removes it. */
export async function createInboxDatabase(): Promise<{ database: Database; drop: () => Promise<void> }> {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL names no PostgreSQL to test with');
  const schema = `rpc_${randomUUID().replaceAll('-', '')}`;
  await runAlone(url, `CREATE SCHEMA ${schema}; ${inboxTable(schema)} CREATE TABLE ${schema}.effect (name text)`);
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    installExtensions: false,
    poolSize: 8,
    extra: { options: `-c search_path=${schema}` },
  }).initialize();
  const database = new Database(dataSource);
  const drop = async (): Promise<void> => {
    await database.onApplicationShutdown();
    await runAlone(url, `DROP SCHEMA ${schema} CASCADE`);
  };
  return { database, drop };
}

async function runAlone(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
