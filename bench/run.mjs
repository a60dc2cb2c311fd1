// npm run bench [-- --short] [-- --only=create-network,attach]: see README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap, ROOT, runProgram } from '../tools/bootstrap.mjs';

const PLANS = {
  full: {
    ...{ windows: 3, windowMs: 3_000, auditedAddresses: 1_000_000, scatteredAddresses: 32_767 },
    ...{ listedAddresses: 1_000_000, fedEvents: 1_000_000 },
  },
  short: {
    ...{ windows: 1, windowMs: 600, auditedAddresses: 100_000, scatteredAddresses: 5_000 },
    ...{ listedAddresses: 100_000, fedEvents: 50_000 },
  },
};

await runProgram(async () => {
  if (process.env.ISTHMUS_DIST === undefined) await bootstrap();
  const { values } = parseArgs({ options: { short: { type: 'boolean' }, only: { type: 'string' } } });
  const mode = values.short ? 'short' : 'full';
  // Only now are the packages sure to be there.
  const { runCases } = await import('./harness/runner.mjs');
  const interruption = new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(`Stopped by ${signal}`)));
  });
  const result = await runCases({ plan: PLANS[mode], only: values.only?.split(','), interruption });
  // Part of a run is for looking, not for keeping.
  if (values.only === undefined) writeResult({ mode, ...result });
});
process.exit();

function writeResult(result) {
  const folder = join(ROOT, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const suffix = result.mode === 'short' ? '-short' : '';
  const file = join(folder, `${result.date.slice(0, 10)}-${result.commit.sha}${suffix}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\nWritten to ${file}`);
}
