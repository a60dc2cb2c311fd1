import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../process/until.mjs';
import { startPostgres } from './postgres.mjs';
import { findRedis, isRecentVersion } from './redis-binary.mjs';
import { startRedis } from './redis.mjs';
import { isAlive, query, quiet, redisCommand } from './stores.testing.mjs';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-stores-'));
if (process.getuid?.() === 0) chmodSync(folder, 0o711);
after(() => rmSync(folder, { recursive: true, force: true }));
const isRoot = process.getuid?.() === 0;

test('Postgres: version 18 in UTF8 with what the schemas need, on loopback only, with a password', async (t) => {
  const postgres = await startPostgres({ dataDir: join(folder, 'plain'), durable: false, log: quiet });
  t.after(postgres.stop);
  const rows = await query(
    postgres.url,
    `SELECT current_setting('server_version_num')::int / 10000 AS major, pg_encoding_to_char(encoding) AS encoding,
            current_setting('unix_socket_directories') AS sockets, current_setting('listen_addresses') AS listens,
            upper('é') AS upper, uuid_extract_version(uuidv7()) AS uuid
       FROM pg_database WHERE datname = current_database()`,
  );
  assert.deepEqual(rows, [{ major: 18, encoding: 'UTF8', sockets: '', listens: '127.0.0.1', upper: 'É', uuid: 7 }]);
  await query(postgres.url, 'CREATE EXTENSION btree_gist');
  const withoutPassword = new URL(postgres.url);
  withoutPassword.password = 'guess';
  await assert.rejects(query(withoutPassword.href, 'SELECT 1'), /password authentication failed/);
  assert.equal(statSync(join(folder, 'plain', 'postgres.password')).mode & 0o777, 0o600);
});

test('Postgres: comes back on the same address after it was killed, with its data; a stale postmaster.pid does not matter', async (t) => {
  const dataDir = join(folder, 'killed');
  const first = await startPostgres({ dataDir, log: quiet });
  t.after(first.stop);
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const { pid } = first;
  process.kill(pid, 'SIGKILL');
  await until(() => first.pid !== pid && query(first.url, 'SELECT 1').catch(() => false), {
    timeoutMs: 15_000,
    what: 'Postgres',
  });
  assert.deepEqual(await query(first.url, 'SELECT answer FROM kept'), [{ answer: 42 }]);
  await first.stop();
  // The pid of a server that was cut off may belong to something else after a reboot: here, to this very test.
  const pidFile = join(first.folder, 'cluster', 'postmaster.pid');
  writeFileSync(pidFile, `${process.pid}\n${join(first.folder, 'cluster')}\n1\n1\n\n127.0.0.1\n\nready\n`, {
    mode: 0o644,
  });
  const second = await startPostgres({ dataDir, log: quiet });
  t.after(second.stop);
  assert.deepEqual(await query(second.url, 'SELECT answer FROM kept'), [{ answer: 42 }]);
});

test(
  'Postgres: as root under a closed folder, the data goes elsewhere and is found again',
  { skip: !isRoot },
  async (t) => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const dataDir = join(closed, 'data');
    const lines = [];
    const log = { info: (line) => lines.push(line), warn: () => undefined };
    const first = await startPostgres({ dataDir, log });
    t.after(() => rmSync(first.folder, { recursive: true, force: true }));
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    await first.stop();
    assert.match(first.folder, /^\/var\/lib\/isthmus\//);
    assert.equal(readFileSync(join(dataDir, 'postgres.location'), 'utf8').trim(), first.folder);
    assert.match(lines.join('\n'), new RegExp(`keeps its data in ${first.folder}`));
    const second = await startPostgres({ dataDir, log });
    assert.deepEqual(await query(second.url, 'SELECT one FROM kept'), [{ one: 1 }]);
    await second.stop();
  },
);

test('Redis: never drops keys; keeps its data when durable, over a restart and a kill', async (t) => {
  const dataDir = join(folder, 'redis');
  const redis = await startRedis({ dataDir, log: quiet });
  t.after(redis.stop);
  assert.equal(
    await redisCommand(redis.url.replace(/:[0-9a-f]{48}@/, ':guess@'), 'PING'),
    '-NOAUTH Authentication required.',
  );
  assert.match(readFileSync(join(dataDir, 'redis.conf'), 'utf8'), /maxmemory-policy noeviction\nappendonly yes/);
  assert.equal(statSync(join(dataDir, 'redis.conf')).mode & 0o777, 0o600);
  assert.equal(await redisCommand(redis.url, 'SET kept yes'), '+OK');
  await redis.restart();
  assert.equal(await redisCommand(redis.url, 'GET kept'), 'yes');
  const { pid } = redis;
  process.kill(pid, 'SIGKILL');
  await until(() => redis.pid !== pid, { timeoutMs: 10_000, what: 'Redis' });
  assert.equal(await redisCommand(redis.url, 'GET kept'), 'yes');
  await redis.stop();
  assert.equal(isAlive(redis.pid), false);
  assert.equal(existsSync(join(dataDir, 'redis.lock')), false);
});

test('a store whose lease is killed is ended too, and started again', async (t) => {
  const dataDir = join(folder, 'leaseless');
  const redis = await startRedis({ dataDir, log: quiet });
  t.after(redis.stop);
  const { pid } = redis;
  process.kill(JSON.parse(readFileSync(join(dataDir, 'redis.lock'), 'utf8')).pid, 'SIGKILL');
  await until(() => redis.pid !== pid, { timeoutMs: 10_000, what: 'Redis' });
  assert.equal(isAlive(pid), false);
  assert.equal(await redisCommand(redis.url, 'PING'), '+PONG');
});

test('the throw-away data of a killed process is thrown away', async () => {
  const dataDir = join(folder, 'abandoned');
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL('postgres.mjs', import.meta.url).href)};
    import { quiet } from ${JSON.stringify(new URL('stores.testing.mjs', import.meta.url).href)};
    const { pid } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false, log: quiet });
    process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  assert.equal(signal, 'SIGKILL');
  await until(() => !existsSync(dataDir), { timeoutMs: 10_000, what: `${dataDir} to be removed` });
});

test('Redis: one on PATH is taken before the one fetched', async () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const fetched = await findRedis({ log: quiet, searchPath: '' });
  writeFileSync(join(bin, 'redis-server'), '#!/bin/sh\necho "Redis server v=6.0.16 sha=0 bits=64"\n', { mode: 0o755 });
  assert.equal(await findRedis({ log: quiet, searchPath: bin }), fetched, 'too old');
  writeFileSync(join(bin, 'valkey-server'), '#!/bin/sh\necho "Valkey server v=8.1.1 sha=0 bits=64"\n', { mode: 0o755 });
  assert.equal(await findRedis({ log: quiet, searchPath: bin }), join(bin, 'valkey-server'));
});

test('Redis: which versions will do', () => {
  const verdicts = [
    'Redis server v=6.2.0 x',
    'Redis server v=7.0.15 x',
    'Valkey server v=8.0.1 x',
    'Redis server v=10.0.0 x',
  ];
  assert.deepEqual(verdicts.map(isRecentVersion), [true, true, true, true]);
  assert.deepEqual(['Redis server v=6.0.16 x', 'Redis server v=5.9.9', 'no such file'].map(isRecentVersion), [
    false,
    false,
    false,
  ]);
});
