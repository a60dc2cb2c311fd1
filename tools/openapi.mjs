import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, ROOT, runProgram } from './bootstrap.mjs';
import { run, terminal } from './process/run.mjs';

const COMMITTED = join(ROOT, 'openapi');
const isCheck = process.argv.includes('--check');

/** Writes openapi/<dialect>.json from the built gateway; with --check it only says whether they are as they would be written. */
await runProgram(async () => {
  await bootstrap();
  if (!isCheck) return write(COMMITTED);
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-openapi-'));
  try {
    const code = await write(folder);
    return code || compare(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Neither a store nor a setting is needed: the gateway looks at its own code. */
async function write(folder) {
  const args = [join('dist', 'apps', 'api-gateway', 'main.js'), 'openapi', folder];
  const { code, output } = await run(process.execPath, args, { cwd: ROOT });
  if (code !== 0) terminal.warn(output.trim());
  return code;
}

function compare(folder) {
  const fresh = documentsIn(folder);
  const committed = documentsIn(COMMITTED);
  const names = [...new Set([...fresh.keys(), ...committed.keys()])].sort();
  const drifted = names.filter((name) => fresh.get(name) !== committed.get(name));
  for (const name of drifted) terminal.warn(`openapi/${name} is not what the code says; run \`npm run openapi\``);
  return drifted.length > 0 ? 1 : 0;
}

function documentsIn(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
