import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, timedStep } from '../process/run.mjs';

const STAMP = 'node_modules/.isthmus-install';

/** Runs `npm ci` unless what is installed is what package-lock.json says. */
export async function installPackages(root, log) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = `${createHash('sha256').update(lockText).digest('hex')} ${process.platform}-${process.arch}`;
  if (readOr(join(root, STAMP), '') === stamp) return;
  // Somebody may have run npm by hand: npm writes down what it installed.
  const isCurrent = isInstalled(JSON.parse(lockText).packages, installedPackages(root));
  if (!isCurrent) await timedStep(log, 'npm ci', () => npmCi(root));
  writeFileSync(join(root, STAMP), stamp);
}

function installedPackages(root) {
  return JSON.parse(readOr(join(root, 'node_modules/.package-lock.json'), '{}')).packages ?? {};
}

/**
 * Whether npm's own record of what it installed agrees with the lock file. An optional package may be absent: it is meant for
 * another machine, or it could not be built on this one.
 *
 * @param {Record<string, object>} locked `packages` of package-lock.json
 * @param {Record<string, object>} installed `packages` of node_modules/.package-lock.json
 */
export function isInstalled(locked, installed) {
  const isDone = ([path, { version, optional }]) =>
    path === '' || (path in installed ? installed[path].version === version : optional === true);
  return Object.entries(locked).every(isDone) && Object.keys(installed).every((path) => path in locked);
}

async function npmCi(root) {
  // Under `npm run`, the very npm that runs us. The development packages build the apps, whatever NODE_ENV says.
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const isScript = npm && /\.c?js$/.test(npm) && existsSync(npm);
  const [command, prefix] = isScript ? [process.execPath, [npm]] : ['npm', []];
  const { code, output } = await run(command, [...prefix, ...args], { cwd: root });
  if (code !== 0) throw new Error(`npm ci failed (${code}):\n${output.trim()}`);
}

function readOr(path, fallback) {
  return existsSync(path) ? readFileSync(path, 'utf8') : fallback;
}
