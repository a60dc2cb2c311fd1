import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../process/until.mjs';
import { isAlive, query, quiet } from '../stores/stores.testing.mjs';
import { makeFakeDist } from './fake/dist.mjs';
import { startIsthmus } from './isthmus.mjs';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-launcher-'));
// As root the account that runs Postgres must get through.
chmodSync(folder, 0o711);
after(() => rmSync(folder, { recursive: true, force: true }));
const distDir = makeFakeDist(join(folder, 'dist'));
const LAUNCH = fileURLToPath(new URL('../launch.mjs', import.meta.url));
const START = fileURLToPath(new URL('fake/start.mjs', import.meta.url));

function setting(name, more = {}) {
  const dataDir = join(folder, name);
  const trace = join(folder, `${name}.trace`);
  const env = {
    ...process.env,
    DATABASE_URL: '',
    REDIS_URL: '',
    FAKE_TRACE: trace,
    ISTHMUS_DIST: distDir,
    LOG: '',
    ...more,
  };
  return { dataDir, trace, env };
}

/** Runs a program that starts Isthmus; `pids()` are the stores, the services and all their wrappers. */
function startProcess(program, { args = [], env, cwd = folder }) {
  const child = spawn(process.execPath, [program, ...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const line = (pattern) =>
    until(
      () => lines.find((text) => pattern.test(text)) ?? (child.exitCode !== null && assert.fail(`ended: ${errors}`)),
      {
        timeoutMs: 30_000,
        what: `${pattern}; got ${errors}`,
      },
    );
  return { child, lines, line, exited: once(child, 'close') };
}

function traced(path) {
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** Every process below this one, so that wrappers and Postgres' own back ends count too. */
function descendantsOf(pid) {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

const allGone = (pids) =>
  until(() => !pids.some(isAlive), { timeoutMs: 20_000, what: `${pids.filter(isAlive)} to end` });

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`npm start: ${signal} stops the gateway, the services, the stores, and exits 0`, async () => {
    const { dataDir, trace, env } = setting(signal);
    const { child, lines, line, exited } = startProcess(LAUNCH, { env: { ...env, DATA_DIR: dataDir, PORT: '0' } });
    const ready = await line(/^Isthmus is ready at http:\/\/127\.0\.0\.1:\d+$/);
    const pids = process.platform === 'linux' ? descendantsOf(child.pid) : traced(trace).map(({ pid }) => pid);
    assert.ok(pids.length >= 4);
    child.kill(signal);
    // npm passes on what the terminal has sent already.
    child.kill(signal);
    assert.deepEqual(await exited, [0, null]);
    assert.deepEqual(pids.filter(isAlive), []);
    const ends = traced(trace).filter(({ what }) => what !== 'ready');
    assert.equal(ends[0].name, 'api-gateway');
    assert.deepEqual([...new Set(ends.map(({ what }) => what))], ['SIGTERM']);
    const credentials = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8'));
    assert.match(credentials.accessKey, /^SCW[A-Z0-9]{17}$/);
    assert.equal(ready, `Isthmus is ready at ${credentials.url}`);
    assert.ok(
      lines.some((text) => text.includes(credentials.secretKey)),
      'shown on the first start',
    );
    for (const name of ['credentials.json', 'master.key'])
      assert.equal(statSync(join(dataDir, name)).mode & 0o777, 0o600);
  });
}

test('SIGKILL of the launcher leaves no process, not even a stuck service; the next start has the data and the key', async () => {
  const { dataDir, trace, env } = setting('killed', { FAKE_DEAF: 'vpn-svc' });
  const options = { env, dataDir, port: 0, distDir, serviceGraceMs: 300 };
  const first = startProcess(START, { args: [JSON.stringify(options)], env });
  const running = JSON.parse(await first.line(/^\{/));
  await query(running.stores[0].url, 'CREATE TABLE kept AS SELECT 7 AS seven');
  const pids =
    process.platform === 'linux'
      ? descendantsOf(first.child.pid)
      : [...running.services, ...running.stores].map(({ pid }) => pid);
  first.child.kill('SIGKILL');
  await first.exited;
  // At once, while the earlier stores are still leaving.
  const second = await startIsthmus({ ...options, env: { ...env, FAKE_DEAF: '' }, log: quiet });
  try {
    assert.deepEqual(await query(second.stores.postgres.url, 'SELECT seven FROM kept'), [{ seven: 7 }]);
    assert.equal(second.credentials.isNew, false);
    await allGone(pids);
  } finally {
    await second.stop();
  }
  const ends = traced(trace).filter(({ what }) => what === 'stdin ended');
  assert.deepEqual(ends.map(({ name }) => name).sort(), ['api-gateway', 'ipam-svc', 'network-svc']);
});

test('a service that dies is started again, the gateway at its old address; each gets its own secrets only', async () => {
  const { dataDir, env } = setting('restart', {
    BOOTSTRAP_SECRET_KEY: '0d0f1b7e-5a4c-4c6b-9c1d-3f2e1d0c9b8a',
    MASTER_KEY: '',
  });
  const warnings = [];
  const log = { info: () => undefined, warn: (line) => warnings.push(line) };
  const isthmus = await startIsthmus({ env, dataDir, port: 0, distDir, replicas: 2, durable: false, log });
  try {
    const names = ['api-gateway', 'ipam-svc', 'ipam-svc-2', 'network-svc', 'network-svc-2', 'vpn-svc', 'vpn-svc-2'];
    assert.deepEqual([...isthmus.services.keys()].sort(), names);
    const gateway = isthmus.services.get('api-gateway');
    const before = await (await fetch(isthmus.url)).json();
    assert.equal(before.BOOTSTRAP_SECRET_KEY, '0d0f1b7e-5a4c-4c6b-9c1d-3f2e1d0c9b8a');
    assert.equal(Buffer.from(before.MASTER_KEY, 'base64').length, 32);
    assert.equal(isthmus.services.get('network-svc').env.BOOTSTRAP_SECRET_KEY, undefined);
    assert.equal(isthmus.services.get('network-svc').env.MASTER_KEY, undefined);
    const { pid } = gateway;
    gateway.kill('SIGKILL');
    const again = await until(
      () =>
        fetch(isthmus.url).then(
          (answer) => answer.json(),
          () => false,
        ),
      { timeoutMs: 10_000, what: 'the gateway' },
    );
    assert.equal(again.MASTER_KEY, before.MASTER_KEY);
    assert.notEqual(gateway.pid, pid);
    assert.equal(gateway.restarts, 1);
    assert.ok(warnings.includes('api-gateway ended (SIGKILL); starting it again in 0.2 s'), warnings.join('\n'));
    assert.ok(warnings.includes('[vpn-svc] WARN careful'), 'warnings reach the terminal');
    assert.ok(!warnings.some((line) => line.includes('serving')), 'the rest does not');
    assert.match(readFileSync(join(dataDir, 'logs', 'network-svc.log'), 'utf8'), /^\[network-svc-2\] .*serving/m);
  } finally {
    await isthmus.stop();
  }
});

test('a service that cannot start ends the start with its own words, and nothing is left running', async () => {
  const { dataDir, trace, env } = setting('broken', { FAKE_BROKEN: 'ipam-svc', REDIS_URL: 'redis://127.0.0.1:1' });
  const start = startIsthmus({ env, dataDir, port: 0, distDir, durable: false, log: quiet });
  await assert.rejects(start, /ipam-svc does not start \(exit code 3\):\s+the port is painted blue/);
  assert.deepEqual(
    traced(trace).filter(({ pid }) => isAlive(pid)),
    [],
  );
});

test('wrong settings are told before anything starts', async () => {
  const { dataDir, env } = setting('wrong');
  const wrong = [
    [{ PORT: '80a' }, /PORT is "80a"/],
    [{ REPLICAS: '0' }, /REPLICAS is "0"/],
    [{ MASTER_KEY: 'c2hvcnQ=' }, /MASTER_KEY must be 32 bytes/],
    [{ BOOTSTRAP_ACCESS_KEY: 'scw' }, /BOOTSTRAP_ACCESS_KEY must be SCW/],
  ];
  for (const [more, message] of wrong) {
    await assert.rejects(startIsthmus({ env: { ...env, ...more }, dataDir, distDir, log: quiet }), message);
  }
});
