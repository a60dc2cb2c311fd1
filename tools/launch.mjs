import { join } from 'node:path';
import { bootstrap, runProgram } from './bootstrap.mjs';
import { startIsthmus } from './launcher/isthmus.mjs';
import { terminal } from './process/run.mjs';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];

await runProgram(async () => {
  // A closed terminal or pipe must not end us before the stores are stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  if (process.env.ISTHMUS_DIST === undefined) await bootstrap();
  // npm passes a Ctrl-C on that the terminal had sent already, so a second signal is no second wish.
  const leave = new AbortController();
  const asked = new Promise((resolve) => leave.signal.addEventListener('abort', resolve));
  for (const signal of SIGNALS) process.on(signal, () => leave.abort());
  const isthmus = await startIsthmus({ signal: leave.signal }).catch((error) => {
    if (!leave.signal.aborted) throw error;
  });
  if (!isthmus) return;
  showCredentials(isthmus);
  terminal.info(`Isthmus is ready at ${isthmus.url}`);
  await asked;
  terminal.info('Stopping');
  await isthmus.stop();
});
// Nothing is left to wait for; a handle that somebody forgot must not keep the command up.
process.exit();

function showCredentials({ credentials, dataDir }) {
  if (!credentials.isNew) return;
  terminal.info(`  project     ${credentials.projectId}`);
  terminal.info(`  access key  ${credentials.accessKey}`);
  terminal.info(`  secret key  ${credentials.secretKey}`);
  terminal.info(`  (shown once; kept in ${join(dataDir, 'credentials.json')})`);
}
