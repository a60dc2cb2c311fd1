// npm run doctor: audits a live deployment. DATABASE_URL, or the embedded one that runs under DATA_DIR (.data).
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { Client } = require('pg');
const { audit } = require('./doctor/invariants.cjs');

/**
 * Runs all invariants and prints a line for each.
 *
 * @param {string} databaseUrl with rights on all schemas
 * @param {(line: string) => void} print
 * @returns {Promise<number>} how many invariants are breached
 */
export async function runDoctor(databaseUrl, print) {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const startedAt = performance.now();
    const results = await audit(client);
    for (const { id, holds, breaches } of results) {
      print(`${breaches.length === 0 ? 'ok    ' : 'BREACH'} ${id}  ${holds}`);
      for (const breach of breaches.slice(0, 20)) print(`         ${breach}`);
      if (breaches.length > 20) print(`         … and ${breaches.length - 20} more`);
    }
    const breached = results.filter(({ breaches }) => breaches.length > 0).length;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
    print(
      breached === 0 ? `All ${results.length} invariants hold (${seconds} s).` : `${breached} invariants are breached.`,
    );
    return breached;
  } finally {
    await client.end();
  }
}

function findDatabase(env) {
  if (env.DATABASE_URL) return env.DATABASE_URL;
  const file = join(env.DATA_DIR || '.data', 'run.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).databaseUrl;
  throw new Error(`Nothing to audit: set DATABASE_URL, or start Isthmus (npm start), which writes ${file}.`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.exitCode = (await runDoctor(findDatabase(process.env), console.log)) === 0 ? 0 : 1;
  } catch (error) {
    console.error(`doctor: ${error.message}`);
    process.exitCode = 2;
  }
}
