// A server of webhook endpoints, one for each path: answers 204 at once and remembers how old each event was when it came.
import { createServer } from 'node:http';

/** By path and webhook-id: what is delivered twice counts once, when it came first. */
const seen = new Set();
let agesMs = [];

const server = createServer((request, response) => {
  const told = [];
  request.on('data', (chunk) => told.push(chunk));
  request.on('end', () => {
    if (request.method === 'POST') receive(request, told);
    const answer = { 'GET /count': count, 'GET /ages': takeAges }[`${request.method} ${request.url}`];
    if (answer === undefined) return response.writeHead(204).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer()));
  });
});
// A connection that is closed while the next delivery is under way would be a failed attempt.
server.keepAliveTimeout = 600_000;

function receive({ url, headers }, told) {
  const id = `${url} ${headers['webhook-id']}`;
  const nowMs = performance.timeOrigin + performance.now();
  const { timestamp } = JSON.parse(Buffer.concat(told).toString());
  if (!seen.has(id)) agesMs.push(nowMs - Date.parse(timestamp));
  seen.add(id);
}

function count() {
  return { received: agesMs.length };
}

/** All ages since the last time that they were taken. */
function takeAges() {
  const taken = agesMs;
  agesMs = [];
  return taken;
}

server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
