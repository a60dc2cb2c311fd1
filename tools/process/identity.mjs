import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A process named so that a reused pid is not mistaken for it.
 * `startedAt` is the kernel's start tick with the boot id (Linux) or the text of `ps` (elsewhere); '' where neither can be read.
 *
 * @param {number} pid
 * @returns {{pid: number, startedAt: string} | null} null when no such process runs
 */
export function identify(pid) {
  if (!isAlive(pid)) return null;
  return { pid, startedAt: process.platform === 'linux' ? linuxStart(pid) : psStart(pid) };
}

/** Whether the very process that was identified earlier still runs. */
export function isSameProcessAlive(identity) {
  if (!identity || !Number.isInteger(identity.pid)) return false;
  const now = identify(identity.pid);
  return now !== null && (!identity.startedAt || !now.startedAt || identity.startedAt === now.startedAt);
}

/** Signals the process unless it is gone, or its pid has gone to somebody else. */
export function signalSame(identity, signal) {
  if (!isSameProcessAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  // A zombie still answers signal 0; whoever waits for its work to end need not wait for its parent to reap it.
  return process.platform !== 'linux' || !['Z', 'X', ''].includes(linuxStat(pid)[0] ?? '');
}

function linuxStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses, and may hold spaces itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function linuxStart(pid) {
  const ticks = linuxStat(pid)[19];
  return ticks === undefined ? '' : `${bootId()}:${ticks}`;
}

function bootId() {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function psStart(pid) {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
