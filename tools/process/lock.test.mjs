import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { identify, isSameProcessAlive } from './identity.mjs';
import { acquireLock } from './lock.mjs';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-lock-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const dead = () => ({ pid: spawnSync(process.execPath, ['-e', '']).pid, startedAt: 'long ago', nonce: 'dead' });

test('a lock is held by one, and free again when released', async () => {
  const path = join(folder, 'a.lock');
  const first = await acquireLock(path);
  await assert.rejects(
    acquireLock(path, { what: 'the thing' }),
    new RegExp(`the thing is in use by process ${process.pid}`),
  );
  const told = [];
  const second = acquireLock(path, { waitMs: 10_000, onWait: (holder) => (told.push(holder.pid), first.release()) });
  (await second).release();
  assert.deepEqual(told, [process.pid]);
  assert.equal(existsSync(path), false);
});

test('a dead holder loses its lock, also when its pid runs again as something else', async () => {
  for (const holder of [dead(), { pid: process.pid, startedAt: 'in another life', nonce: 'reused' }]) {
    const path = join(folder, `${holder.nonce}.lock`);
    writeFileSync(path, JSON.stringify(holder));
    (await acquireLock(path)).release();
  }
});

test('of many that find a dead holder one at a time gets in', async () => {
  const path = join(folder, 'race.lock');
  const count = join(folder, 'count');
  writeFileSync(path, JSON.stringify(dead()));
  writeFileSync(count, '0');
  const script = `
    import { acquireLock } from ${JSON.stringify(new URL('lock.mjs', import.meta.url).href)};
    import { readFileSync, writeFileSync } from 'node:fs';
    const lock = await acquireLock(${JSON.stringify(path)}, { waitMs: 20000 });
    const seen = Number(readFileSync(${JSON.stringify(count)}, 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(${JSON.stringify(count)}, String(seen + 1));
    lock.release();`;
  const racers = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(racers.map(async (racer) => (await once(racer, 'close'))[0]));
  assert.deepEqual(codes, [0, 0, 0, 0, 0, 0]);
  assert.equal(readFileSync(count, 'utf8'), '6');
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('race')),
    [],
  );
});

test('an identity is one process, not its pid', () => {
  const own = identify(process.pid);
  assert.equal(isSameProcessAlive(own), true);
  assert.equal(isSameProcessAlive({ ...own, startedAt: 'another boot' }), false);
  assert.equal(isSameProcessAlive(dead()), false);
});
