import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { identify, signalSame } from '../process/identity.mjs';

/**
 * @typedef {object} LeaseSpec
 * @property {string} name for messages
 * @property {string} command
 * @property {string[]} args
 * @property {string} cwd
 * @property {Record<string, string>} env
 * @property {number} [uid]
 * @property {number} [gid]
 * @property {string} logFile the store's stdout and stderr; a file, so that it never writes into a broken pipe
 * @property {string} lockFile held while the store lives
 * @property {number} lockWaitMs how long an earlier store on the same data may take to go
 * @property {{signal: string, graceMs: number}[]} stopSignals
 * @property {string[]} removeIfAbandoned folders of throw-away data, removed when the launcher is killed
 */

/**
 * Starts a store under a lease and waits until it serves.
 *
 * @param {LeaseSpec} spec
 * @param {{isReady: () => Promise<boolean> | boolean, readyTimeoutMs: number, log: {info: Function, warn: Function}}} options
 * @returns {Promise<{pid: number, exited: Promise<void>, stop: () => Promise<void>}>} rejects with the end of the store's log
 */
export async function startLeased(spec, { isReady, readyTimeoutMs, log }) {
  const logStart = existsSync(spec.logFile) ? statSync(spec.logFile).size : 0;
  const lease = spawn(process.execPath, [fileURLToPath(new URL('lease.mjs', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = once(lease, 'close');
  let leaseErrors = '';
  lease.stderr.on('data', (chunk) => (leaseErrors += chunk));
  lease.stdin.on('error', () => undefined);
  lease.stdin.write(`${JSON.stringify(spec)}\n`);
  const stop = async () => {
    lease.stdin.end('stop\n');
    await exited;
  };
  try {
    const pid = await storePid(lease, exited, spec, log);
    const identity = identify(pid);
    // The lease may be killed too; its store must not outlive it.
    const gone = exited.then(() => void signalSame(identity, 'SIGKILL'));
    await untilReady(isReady, { exited, readyTimeoutMs, name: spec.name });
    return { pid, exited: gone, stop };
  } catch (error) {
    await stop();
    throw new Error(`${error.message}${tail(leaseErrors, spec.logFile, logStart)}`, { cause: error });
  }
}

function storePid(lease, exited, spec, log) {
  return new Promise((resolve, reject) => {
    createInterface({ input: lease.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.waitingFor) log.info(`  waiting for an earlier ${spec.name} (process ${message.waitingFor}) to end`);
      if (message.pid) resolve(message.pid);
    });
    void exited.then(() => reject(new Error(`${spec.name} could not be started`)));
  });
}

async function untilReady(isReady, { exited, readyTimeoutMs, name }) {
  let isGone = false;
  void exited.then(() => (isGone = true));
  const deadline = Date.now() + readyTimeoutMs;
  while (!(await isReady())) {
    if (isGone) throw new Error(`${name} ended while starting`);
    if (Date.now() > deadline) throw new Error(`${name} did not serve within ${readyTimeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function tail(leaseErrors, logFile, fromByte) {
  const lines = `${leaseErrors}${readFrom(logFile, fromByte)}`.trim().split('\n').slice(-12).join('\n  ');
  return lines ? `:\n  ${lines}` : '';
}

function readFrom(file, fromByte) {
  if (!existsSync(file)) return '';
  const size = statSync(file).size - fromByte;
  if (size <= 0) return '';
  const wanted = Math.min(size, 64 * 1024);
  const buffer = Buffer.alloc(wanted);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, buffer, 0, wanted, fromByte + size - wanted);
  } finally {
    closeSync(fd);
  }
  return buffer.toString('utf8');
}
