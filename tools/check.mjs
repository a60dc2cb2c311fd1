import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, ROOT, runProgram } from './bootstrap.mjs';
import { formatMs, run, terminal } from './process/run.mjs';

const LAYERS = ['apps', 'libs'];

/** Everything that is checked without running the code. One after another: each of them fills a core by itself. */
const checks = [
  { name: 'format', args: ['node_modules/prettier/bin/prettier.cjs', '--check', '.'] },
  { name: 'lint', args: ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings=0'] },
  { name: 'layers', args: ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ...LAYERS] },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'generated files', script: 'openapi', args: ['--check'] },
  { name: 'lock file: platforms', args: ['tools/lockfile.mjs', '--check'] },
  { name: 'lock file: npm ci', npm: ['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund'] },
];

await runProgram(async () => {
  await bootstrap();
  const results = [];
  for (const check of checks) results.push(await runCheck(check));
  const width = Math.max(...results.map(({ name }) => name.length));
  terminal.info('');
  for (const { name, verdict, ms } of results)
    terminal.info(`  ${name.padEnd(width)}  ${verdict.padEnd(7)}  ${formatMs(ms).padStart(7)}`);
  return results.some(({ verdict }) => verdict === 'FAILED') ? 1 : 0;
});

async function runCheck({ name, args, script, npm }) {
  const startedMs = performance.now();
  if (script && !hasScript(script)) return { name, verdict: 'no such', ms: 0 };
  const npmArgs = script ? ['run', '--silent', script, '--', ...args] : npm;
  const [command, commandArgs] = npmArgs ? npmCommand(npmArgs) : [process.execPath, args];
  const { code, output } = await run(command, commandArgs, { cwd: ROOT });
  if (code !== 0) terminal.warn(`\n${name}:\n${output.trim()}`);
  return { name, verdict: code === 0 ? 'ok' : 'FAILED', ms: performance.now() - startedMs };
}

function hasScript(script) {
  return script in (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts ?? {});
}

function npmCommand(args) {
  const npm = process.env.npm_execpath;
  return npm && /\.c?js$/.test(npm) ? [process.execPath, [npm, ...args]] : ['npm', args];
}
