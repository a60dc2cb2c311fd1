import path from 'node:path';
import { Client } from 'pg';
import type { TestDatabase } from './test-database';

interface AuditResult {
  id: string;
  holds: string;
  breaches: string[];
}

/** Everything that `npm run doctor` finds wrong with this database; empty when all invariants hold. */
export async function violations(database: TestDatabase): Promise<string[]> {
  // The doctor is a plain script, so that it runs without a build; outside libs, it is loaded by path.
  const file = path.resolve('tools/doctor/invariants.cjs');
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { audit } = require(file) as { audit(client: Client): Promise<AuditResult[]> };
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const results = await audit(client);
    return results.flatMap(({ id, breaches }) => breaches.map((breach) => `${id}: ${breach}`));
  } finally {
    await client.end();
  }
}
