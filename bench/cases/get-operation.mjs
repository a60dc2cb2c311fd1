import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { httpClient, succeed } from '../harness/http-client.mjs';
import { compared, measureInTurns } from '../harness/load.mjs';
import { startProgram } from '../harness/program.mjs';

const AUTOCANNON = createRequire(import.meta.url).resolve('autocannon');
const CLIENTS = [1, 8, 50];

/** Reading an operation, the request of every client that polls, beside a Fastify and pg that only read the row. */
export const getOperation = {
  name: 'get-operation',
  title: 'GET /v2/operation/{id}',
  columns: ['auth', 'c', 'rate/s', 'p99 ms', 'bare rate/s', 'bare p99', 'rate ratio', 'target'],
  async run({ plan, stack, headers }) {
    const client = httpClient(stack.url, headers);
    const { id } = await succeed(client, 'POST', '/v2/private-network', { name: 'to-be-read' });
    client.close();
    const bare = await startProgram('counterpart/bare-get.mjs', { DATABASE_URL: stack.stores.postgres.url });
    try {
      const path = `/v2/operation/${id}`;
      const rows = [];
      for (const clients of CLIENTS) rows.push(...(await measure(plan, { stack, bare, path, clients })));
      return rows;
    } finally {
      await bare.stop();
    }
  },
};

async function measure(plan, { stack, bare, path, clients }) {
  const { accessKey, secretKey } = stack.credentials;
  const signature = { authorization: sign(path, accessKey, secretKey) };
  const figures = await measureInTurns(plan, {
    token: (ms) => cannon(stack.url + path, clients, ms, { 'x-auth-token': secretKey }),
    bare: (ms) => cannon(bare.message.url + path, clients, ms),
    signed: (ms) => cannon(stack.url + path, clients, ms, signature),
  });
  const target = 'rate >= 0.8';
  return [
    compared({ auth: 'X-Auth-Token', c: clients }, figures.token, figures.bare, target),
    compared({ auth: 'EXO2', c: clients }, figures.signed, figures.bare, target),
  ];
}

/** Exoscale's request signature; without a body it can be sent again until it expires. */
function sign(path, accessKey, secretKey) {
  const expires = Math.floor(Date.now() / 1000) + 3_000;
  const signature = createHmac('sha256', secretKey).update(`GET ${path}\n\n\n\n${expires}`).digest('base64');
  return `EXO2-HMAC-SHA256 credential=${accessKey},expires=${expires},signature=${signature}`;
}

/** autocannon in a process of its own; anything but a 2xx ends the run. */
async function cannon(url, clients, durationMs, headers = {}) {
  const flags = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}=${value}`]);
  const seconds = String(Math.max(1, Math.round(durationMs / 1000)));
  const args = [AUTOCANNON, '--json', '-c', String(clients), '-d', seconds, ...flags, url];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
  const result = JSON.parse(stdout);
  if (result.non2xx + result.errors > 0) throw new Error(`${url}: ${result.non2xx} refusals, ${result.errors} errors`);
  const rate = result.requests.total / result.duration;
  // autocannon's percentiles are whole milliseconds, too coarse for a median here.
  return { rate, p99Ms: result.latency.p99 };
}
