import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { identify } from '../process/identity.mjs';

/** A log for tests: nothing that goes well, and nothing that was meant to break. */
export const quiet = { info: () => undefined, warn: () => undefined };

/** @returns {Promise<object[]>} the rows */
export async function query(url, sql) {
  const { Client } = createRequire(import.meta.url)('pg');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** One inline Redis command; the first line of its answer, or of the bulk string it answers with. */
export async function redisCommand(url, command) {
  const { port, password } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1' }).setEncoding('utf8');
  socket.end(`AUTH ${password}\r\n${command}\r\n`);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk));
  await once(socket, 'close');
  const [, first, second] = answer.split('\r\n');
  return first.startsWith('$') ? second : first;
}

export function isAlive(pid) {
  return identify(pid) !== null;
}
