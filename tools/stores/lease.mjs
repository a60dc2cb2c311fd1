/**
 * A small process between a launcher and one store. It holds the read end of a pipe whose write end only the launcher has,
 * so that the store also stops when the launcher is SIGKILLed: the kernel closes the pipe, and stdin ends here.
 *
 * stdin: one line of JSON (`LeaseSpec`, see leased.mjs), later perhaps `stop`, then the end, which is the order to stop.
 * stdout: lines of JSON: `{waitingFor: pid}`, `{pid}` once the store runs. Exit code: the store's (1 for a signal).
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isSameProcessAlive, signalSame } from '../process/identity.mjs';
import { acquireLock } from '../process/lock.mjs';

// Nobody may be left to read our lines; that is no reason to leave the store alone.
process.stdout.on('error', () => undefined);
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

// Without a farewell the launcher was killed, and nobody else is left to clear up after it.
let isFarewellSaid = false;
let isStdinEnded = false;
const lines = createInterface({ input: process.stdin });
lines.once('close', () => (isStdinEnded = true));
const stopOrdered = new Promise((resolve) => {
  lines.once('close', resolve);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, resolve);
});

lines.once('line', (spec) => {
  lines.on('line', (line) => (isFarewellSaid ||= line === 'stop'));
  void hold(JSON.parse(spec));
});

async function hold(spec) {
  const lock = await acquireLock(spec.lockFile, {
    waitMs: spec.lockWaitMs,
    what: spec.name,
    onWait: (holder) => tell({ waitingFor: holder.pid }),
  }).catch(fail);
  await endOrphan(spec);
  const child = startStore(spec);
  void stopOrdered.then(() => stop(spec, identify(child.pid)));
  child.on('exit', (code, signal) => {
    rmSync(childFile(spec), { force: true });
    lock.release();
    if (isStdinEnded && !isFarewellSaid)
      spec.removeIfAbandoned.forEach((path) => rmSync(path, { recursive: true, force: true }));
    process.exit(code ?? (signal ? 1 : 0));
  });
}

function startStore(spec) {
  const log = openSync(spec.logFile, 'a', 0o600);
  const { command, args, cwd, env, uid, gid } = spec;
  // Its own process group: a Ctrl-C in the terminal reaches the launcher alone, which then stops things in order.
  const child = spawn(command, args, { cwd, env, uid, gid, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.on('error', fail);
  if (child.pid) {
    writeFileSync(childFile(spec), JSON.stringify(identify(child.pid)));
    tell({ pid: child.pid });
  }
  return child;
}

/** Ends a store whose lease was itself killed: two servers on one data directory would ruin it. */
async function endOrphan(spec) {
  let orphan;
  try {
    orphan = JSON.parse(readFileSync(childFile(spec), 'utf8'));
  } catch {
    return;
  }
  if (isSameProcessAlive(orphan)) tell({ waitingFor: orphan.pid });
  await stop(spec, orphan);
}

/** Asks with each signal in turn, waiting its time, and leaves nothing alive. */
async function stop(spec, identity) {
  for (const { signal, graceMs } of [...spec.stopSignals, { signal: 'SIGKILL', graceMs: 5000 }]) {
    if (!signalSame(identity, signal)) return;
    const deadline = Date.now() + graceMs;
    while (Date.now() < deadline && isSameProcessAlive(identity)) await delay(20);
  }
}

function childFile(spec) {
  return `${spec.lockFile}.child`;
}

function fail(error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
