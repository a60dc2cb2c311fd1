import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isSameProcessAlive } from './identity.mjs';

/**
 * A lock file that names its holder. A holder that is gone loses it.
 *
 * @param {string} path
 * @param {{waitMs?: number, what?: string, onWait?: (holder: {pid: number}) => void}} [options] `what` names the locked thing in the error
 * @returns {Promise<{release: () => void}>}
 */
export async function acquireLock(path, { waitMs = 0, what = path, onWait } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const own = { ...identify(process.pid), nonce: randomUUID() };
  const deadline = Date.now() + waitMs;
  let isTold = false;
  for (;;) {
    const holder = tryLock(path, own);
    if (!holder) return { release: () => release(path, own) };
    if (Date.now() >= deadline) throw new Error(`${what} is in use by process ${holder.pid} (${path})`);
    if (!isTold) onWait?.(holder);
    isTold = true;
    await delay(50);
  }
}

/** One try. Returns null when the lock is ours now, otherwise its holder. */
function tryLock(path, own) {
  if (create(path, own)) return null;
  const holder = read(path);
  if (!holder) return tryLock(path, own);
  if (isSameProcessAlive(holder)) return holder;
  // Only one may replace a dead holder: the guard is named after that very holder, so it can never guard a later one.
  const guard = `${path}.${holder.nonce}`;
  const rival = tryLock(guard, own);
  if (rival) return rival;
  try {
    if (read(path)?.nonce !== holder.nonce) return tryLock(path, own);
    const draft = `${path}.${own.nonce}.new`;
    writeFileSync(draft, JSON.stringify(own));
    renameSync(draft, path);
    return null;
  } finally {
    rmSync(guard, { force: true });
  }
}

/** Makes the file whole or not at all, so that nobody ever reads half a lock. */
function create(path, own) {
  const draft = `${path}.${own.nonce}.new`;
  writeFileSync(draft, JSON.stringify(own));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new Error(`${path} is not a lock file of ours; remove it (${error.message})`, { cause: error });
  }
}

function release(path, own) {
  if (read(path)?.nonce === own.nonce) rmSync(path, { force: true });
}
