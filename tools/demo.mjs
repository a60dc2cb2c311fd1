// npm run demo: Isthmus as its clients see it, in half a minute, on throw-away data. Exit code 0 if all was as it should be.
import { setMaxListeners } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, ROOT, runProgram } from './bootstrap.mjs';
import { FailedExpectation } from './demo/expect.mjs';
import { openScreen } from './demo/screen.mjs';
import { badInput } from './demo/scenes/bad-input.mjs';
import { breakdowns } from './demo/scenes/breakdowns.mjs';
import { cleanUp } from './demo/scenes/clean-up.mjs';
import { exoscaleRequests } from './demo/scenes/exoscale-requests.mjs';
import { fullRange } from './demo/scenes/full-range.mjs';
import { oneModel } from './demo/scenes/one-model.mjs';
import { scalewayQuickstart } from './demo/scenes/scaleway-quickstart.mjs';
import { vpnGateway } from './demo/scenes/vpn-gateway.mjs';
import { setStage } from './demo/stage.mjs';
import { startIsthmus } from './launcher/isthmus.mjs';
import { formatMs } from './process/run.mjs';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const SCENES = [scalewayQuickstart, exoscaleRequests, oneModel, fullRange, badInput, breakdowns, vpnGateway, cleanUp];
/** Above all no URLs: the demo empties the Redis it is given. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LANG', 'LOG', 'LOG_LEVEL', 'ISTHMUS_DIST'];
const SETTINGS = {
  REGIONS_FILE: join(ROOT, 'config', 'regions.yaml'),
  /** Slow enough that progress can be seen. */
  FABRIC_LATENCY_MS: '250',
  TUNNEL_LATENCY_MS: '250',
  /** Answers do not wait for quick work to end, so that operations are seen from their beginning. */
  SETTLE_WINDOW_MS: '0',
  /** A killed worker's operation is taken over sooner than the usual 10 s. */
  OPERATION_LEASE_MS: '3000',
};

await runProgram(async () => {
  const leave = new AbortController();
  // Every request that is on its way listens.
  setMaxListeners(0, leave.signal);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => leave.abort());
  if (process.env.ISTHMUS_DIST === undefined) await bootstrap();
  // npm passes a Ctrl-C on that the terminal had sent already, so a second signal is no second wish.
  for (const signal of SIGNALS) process.on(signal, () => leave.abort());
  return inTemporaryFolder((folder) => showAll(folder, leave.signal));
});
// Nothing is left to wait for; a handle that somebody forgot must not keep the command up.
process.exit();

/** @returns {Promise<number>} the exit code */
async function showAll(dataDir, signal) {
  const screen = openScreen();
  const startedMs = performance.now();
  screen.title('Isthmus: a cloud network control plane, seen from outside');
  let isthmus;
  try {
    const log = { info: (line) => screen.line(line), warn: onceEach(screen.aside) };
    const env = { ...pick(process.env, PASSED_ON), ...SETTINGS };
    isthmus = await startIsthmus({ env, dataDir, port: 0, durable: false, log, signal });
    screen.line(
      '  (the fabric takes 250 ms for each call, and answers do not wait for it: there is something to watch)',
    );
    screen.line();
    screen.line(
      `  ISTHMUS=${isthmus.url}  KEY=${isthmus.credentials.accessKey}  SECRET=${isthmus.credentials.secretKey}`,
    );
    const stage = await setStage({ isthmus, screen, signal });
    for (const scene of SCENES) await scene(stage);
    await stop(isthmus, screen);
    screen.line();
    screen.title(`All ${stage.expect.count()} expectations held (${formatMs(performance.now() - startedMs)}).`);
    return 0;
  } catch (error) {
    screen.clear();
    if (signal.aborted) screen.line('Interrupted');
    else tellFailure(screen, error);
    await stop(isthmus, screen);
    if (!signal.aborted) screen.line(`What the services logged is in ${join(dataDir, 'logs')}`);
    return signal.aborted ? 130 : 1;
  }
}

function tellFailure(screen, error) {
  screen.cross(error instanceof FailedExpectation || !process.env.DEBUG ? error.message : error.stack);
}

async function stop(isthmus, screen) {
  if (!isthmus) return;
  const startedMs = performance.now();
  screen.line();
  await isthmus.stop();
  removePostgres(isthmus.stores.postgres);
  screen.line(`Stopped (${formatMs(performance.now() - startedMs)})`);
}

/** Where the folder of the data was out of its account's reach, Postgres has kept them elsewhere. */
function removePostgres({ folder }) {
  if (folder) rmSync(folder, { recursive: true, force: true });
}

async function inTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-demo-'));
  // As root the account that runs Postgres must get through.
  chmodSync(folder, 0o711);
  let keeps = [];
  try {
    const code = await work(folder);
    if (code === 1) keeps = ['logs'];
    return code;
  } finally {
    for (const name of readdirSync(folder)) {
      if (!keeps.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
    }
    if (keeps.length === 0) rmSync(folder, { recursive: true, force: true });
  }
}

/** Of the same line again and again only the first. */
function onceEach(show) {
  let last;
  return (line) => {
    if (line !== last) show(line);
    last = line;
  };
}

function pick(env, names) {
  return Object.fromEntries(names.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]));
}
