import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApps } from './bootstrap/build.mjs';
import { installPackages } from './bootstrap/install.mjs';
import { acquireLock } from './process/lock.mjs';
import { formatMs, terminal } from './process/run.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = [20, 19];
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const OTHER_COMMAND_WAIT_MS = 15 * 60_000;

/**
 * What every command does first: the right Node, the packages of package-lock.json, the apps built from the present sources.
 * Two commands at once take turns. Works on a bare clone, on Node's built-ins alone.
 */
export async function bootstrap({ root = ROOT, log = terminal } = {}) {
  const startedMs = performance.now();
  checkNode(process.versions.node);
  const lock = await acquireLock(join(root, '.cache', 'bootstrap.lock'), {
    waitMs: OTHER_COMMAND_WAIT_MS,
    what: 'the installation of packages',
    onWait: (holder) => log.info(`  waiting for process ${holder.pid}, which installs or builds`),
  });
  // Ended by a signal, a process takes its npm or its build along only if it ends by `exit`.
  const leave = () => process.exit(1);
  SIGNALS.forEach((signal) => process.on(signal, leave));
  try {
    await installPackages(root, log);
    await buildApps(root, log);
  } finally {
    SIGNALS.forEach((signal) => process.off(signal, leave));
    lock.release();
  }
  log.info(`Installed and built (${formatMs(performance.now() - startedMs)})`);
}

/** @param {string} version like "20.19.3"; throws when Isthmus does not run on it */
export function checkNode(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Error(
    `Isthmus needs Node ${OLDEST_NODE.join('.')} or later; this is Node ${version}. See https://nodejs.org/`,
  );
}

/** Whether a module is the program that was started, rather than imported. */
export function isProgram(moduleUrl) {
  return Boolean(process.argv[1]) && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(moduleUrl));
}

/** Runs a command's main function: its result is the exit code, its error one message without a stack. */
export async function runProgram(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    terminal.warn(process.env.DEBUG ? error.stack : error.message);
    process.exitCode = 1;
  }
}

if (isProgram(import.meta.url)) await runProgram(() => bootstrap());
