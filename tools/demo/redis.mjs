import { once } from 'node:events';
import { connect } from 'node:net';

const ANSWER_TIMEOUT_MS = 5000;

/**
 * Empties Redis for real.
 *
 * @param {string} url redis://[user]:password@host:port
 * @param {{until?: Promise<unknown>, longestMs?: number}} [options] once unless told to go on until something has happened
 * @returns {Promise<{times: number, keys: number}>} how often, and how many keys went in all
 */
export async function flushAll(url, { until = Promise.resolve(), longestMs = 0 } = {}) {
  let isOver = false;
  const end = () => (isOver = true);
  until.then(end, end);
  const startedMs = performance.now();
  const { hostname, port, username, password } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) || 6379 }).setEncoding('utf8');
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('Redis does not answer')));
  try {
    if (password) await ask(socket, [['AUTH', ...(username ? [username] : []), password]]);
    let [times, keys] = [0, 0];
    do {
      const [size] = await ask(socket, [['DBSIZE'], ['FLUSHALL']]);
      keys += Number(size.slice(1));
      times += 1;
    } while (!isOver && performance.now() - startedMs < longestMs);
    return { times, keys };
  } finally {
    socket.destroy();
  }
}

/** Sends commands whose answers are one line each, and waits for the lines. */
async function ask(socket, commands) {
  socket.write(commands.map(encode).join(''));
  let answer = '';
  while (answer.split('\r\n').length <= commands.length) answer += (await once(socket, 'data'))[0];
  const lines = answer.split('\r\n').slice(0, -1);
  const refusal = lines.find((line) => line.startsWith('-'));
  if (refusal) throw new Error(`Redis refuses: ${refusal}`);
  return lines;
}

/** One command in the Redis protocol: an array of bulk strings. */
function encode(words) {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
