/**
 * Outlives the launcher for a moment, to end services that did not notice its death: each of them stops by itself when its stdin
 * ends, except one that is stopped (SIGSTOP) or stuck in a loop.
 *
 * stdin: lines of JSON, the identity of each service as it is started. Its end is the launcher's end.
 */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isSameProcessAlive, signalSame } from '../process/identity.mjs';

const GRACE_MS = Number(process.argv[2]);
const CHECK_EVERY_MS = 50;
// Only the end of stdin may end us: a signal meant for the whole terminal must not.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => undefined);

let kept = [];
for await (const line of createInterface({ input: process.stdin })) {
  kept = kept.filter(isSameProcessAlive);
  kept.push(JSON.parse(line));
}
const deadline = Date.now() + GRACE_MS;
while (Date.now() < deadline && kept.some(isSameProcessAlive)) await delay(CHECK_EVERY_MS);
for (const identity of kept) signalSame(identity, 'SIGKILL');
