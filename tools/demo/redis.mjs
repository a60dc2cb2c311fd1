import { once } from 'node:events';
import { connect } from 'node:net';

const ANSWER_TIMEOUT_MS = 5000;

/**
 * Empties Redis for real, over a connection of its own.
 *
 * @param {string} url redis://[user]:password@host:port
 * @returns {Promise<number>} how many keys there were
 */
export async function flushAll(url) {
  const { hostname, port, username, password } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) || 6379 }).setEncoding('utf8');
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('Redis does not answer')));
  const auth = ['AUTH', ...(username ? [username] : []), password];
  const commands = [...(password ? [auth] : []), ['DBSIZE'], ['FLUSHALL'], ['QUIT']];
  socket.write(commands.map(encode).join(''));
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk));
  await once(socket, 'close');
  const size = /^:(\d+)\r\n\+OK\r$/m.exec(answer)?.[1];
  if (size === undefined) throw new Error(`Redis did not flush: ${answer.trim()}`);
  return Number(size);
}

/** One command in the Redis protocol: an array of bulk strings. */
function encode(words) {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
