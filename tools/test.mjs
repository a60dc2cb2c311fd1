import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, ROOT, runProgram } from './bootstrap.mjs';
import { run, terminal, timedStep } from './process/run.mjs';
import { chooseStores } from './stores/choose.mjs';
import { dockerAnswers, startDockerPostgres, startDockerRedis } from './stores/docker.mjs';
import { startPostgres } from './stores/postgres.mjs';
import { findRedis } from './stores/redis-binary.mjs';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const jestArgs = process.argv.slice(2);
// Whoever names tests or patterns wants jest's alone.
const isWhole = jestArgs.every((arg) => arg.startsWith('--'));

await runProgram(async () => {
  await bootstrap();
  // Exiting ends the commands that run and, through their leases, the stores.
  for (const signal of SIGNALS) process.on(signal, () => process.exit(1));
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'));
  // As root the account that runs Postgres must get through.
  chmodSync(folder, 0o711);
  try {
    const tools = isWhole ? await testTools(folder) : { passed: 0, failed: 0 };
    const apps = await testApps(folder);
    terminal.info(`${tools.passed + apps.passed} passed, ${tools.failed + apps.failed} failed`);
    return apps.code || (tools.failed > 0 ? 1 : 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The tools' own tests, in Node's runner: they are plain modules that jest's transform does not know. */
async function testTools(folder) {
  const report = join(folder, 'tools.tap');
  const reporters = ['spec', 'stdout', 'tap', report].map(
    (value, index) => `--test-reporter${index % 2 ? '-destination' : ''}=${value}`,
  );
  const files = readdirSync(join(ROOT, 'tools'), { recursive: true }).filter((path) => path.endsWith('.test.mjs'));
  const paths = files.sort().map((path) => join('tools', path));
  const { code } = await run(process.execPath, ['--test', '--test-concurrency=4', ...reporters, ...paths], {
    cwd: ROOT,
    isEchoed: true,
  });
  const text = readFileSync(report, 'utf8');
  const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const failed = count('fail') + count('cancelled');
  return { passed: count('pass'), failed: code === 0 ? failed : Math.max(failed, 1) };
}

async function testApps(folder) {
  const stores = await timedStep(terminal, 'stores for the tests up', () => startStores(folder));
  try {
    const report = join(folder, 'jest.json');
    const args = ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${report}`, ...jestArgs];
    // With --json jest prints the report itself on stdout; people read its stderr.
    const stdio = ['ignore', 'ignore', 'inherit'];
    const { code } = await run(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...stores.env }, stdio });
    return { code, ...countJest(report, code) };
  } finally {
    await stores.stop();
  }
}

/** Jest writes no report when it fails before any test; that is a failure all the same. */
function countJest(path, code) {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(path, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: code === 0 ? 0 : 1 };
  }
}

/**
 * What jest gets: TEST_DATABASE_URL (a superuser's), TEST_REDIS_BINARY (each suite starts its own, to flush and kill it at will),
 * and with Docker or a REDIS_URL TEST_REDIS_URL too.
 */
async function startStores(folder) {
  const given = {
    DATABASE_URL: process.env.TEST_DATABASE_URL,
    REDIS_URL: process.env.TEST_REDIS_URL,
    STORES: process.env.STORES,
  };
  const choice = chooseStores(given, given.STORES === 'docker' && dockerAnswers());
  if (choice.note) terminal.warn(choice.note);
  const running = [];
  const keep = (store) => {
    running.push(store);
    return store;
  };
  const stop = () => Promise.all(running.map((store) => store.stop()));
  try {
    const env = { TEST_DATABASE_URL: given.DATABASE_URL };
    if (choice.postgres === 'docker') env.TEST_DATABASE_URL = keep(await startDockerPostgres()).url;
    if (choice.postgres === 'embedded') {
      const dataDir = join(folder, 'stores');
      const postgres = keep(await startPostgres({ dataDir, durable: false, log: terminal }));
      running.push({ stop: () => rmSync(postgres.folder, { recursive: true, force: true }) });
      env.TEST_DATABASE_URL = postgres.url;
    }
    if (choice.redis === 'docker') env.TEST_REDIS_URL = keep(await startDockerRedis()).url;
    env.TEST_REDIS_BINARY = process.env.TEST_REDIS_BINARY || (await redisBinary(choice.redis));
    return { env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where a Redis is given by URL or Docker, one of our own is welcome but not needed. */
function redisBinary(kind) {
  const found = findRedis({ log: terminal });
  return kind === 'embedded' ? found : found.catch(() => '');
}
