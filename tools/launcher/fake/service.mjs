/**
 * A service as the launcher sees one, for its tests: ready by IPC, stops on SIGTERM and when its stdin ends.
 * FAKE_TRACE: a file that gets a line for each thing that happens. FAKE_DEAF: the instance that ignores both.
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const name = process.env.SERVICE_INSTANCE;
const isGateway = name === 'api-gateway';
const isDeaf = process.env.FAKE_DEAF === name;
const trace = (what) => appendFileSync(process.env.FAKE_TRACE, `${JSON.stringify({ name, what, pid: process.pid })}\n`);

if (process.env.FAKE_BROKEN === name) {
  process.stderr.write('the port is painted blue\n');
  process.exit(3);
}
const server = createServer((request, response) => response.end(JSON.stringify(process.env)));
server.listen(isGateway ? Number(process.env.PORT) : 0, '127.0.0.1', () => {
  trace('ready');
  process.stdout.write(
    `${JSON.stringify({ level: 30, msg: 'serving' })}\n${JSON.stringify({ level: 40, msg: 'careful' })}\n`,
  );
  process.send({ type: 'ready', url: isGateway ? `http://127.0.0.1:${server.address().port}` : undefined });
});

function leave(why) {
  if (isDeaf) return;
  trace(why);
  process.exit(0);
}
process.on('SIGTERM', () => leave('SIGTERM'));
process.on('SIGINT', () => leave('SIGINT'));
process.on('disconnect', () => undefined);
process.stdin.on('end', () => leave('stdin ended')).resume();
