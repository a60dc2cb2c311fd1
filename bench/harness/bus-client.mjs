import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const TIMEOUT_MS = 30_000;

/**
 * A caller on the internal bus as docs/internal-bus.md describes it, without resends: nothing is lost on the loopback,
 * and if it were, a measurement should say so.
 *
 * @param {string} redisUrl
 * @param {string} projectId
 */
export async function connectToBus(redisUrl, projectId) {
  const replyTo = `replies:bench:${randomUUID()}`;
  const waiting = new Map();
  const commands = new Redis(redisUrl, { enableAutoPipelining: true });
  const subscriber = new Redis(redisUrl);
  let lastId = 0;
  subscriber.on('message', (_channel, message) => {
    for (const { id, answer, problem } of JSON.parse(message)) {
      const call = waiting.get(id);
      waiting.delete(id);
      if (problem) call?.reject(Object.assign(new Error(problem.detail), { code: problem.code }));
      else call?.resolve(answer);
    }
  });
  await subscriber.subscribe(replyTo);

  /** Rejects with an Error whose `code` is the problem's. */
  const call = (service, pattern, data) => {
    const sentAt = Date.now();
    const id = ++lastId;
    const request = JSON.stringify({
      ...{ id, requestId: randomUUID(), pattern, sentAt, deadline: sentAt + TIMEOUT_MS, caller: 'bench', replyTo },
      ...{ projectId, principal: 'bench', traceparent: null, data },
    });
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      commands.xadd(`{${service}}:requests`, 'MAXLEN', '~', 100_000, '*', 'request', request).catch(reject);
    });
  };
  return {
    call,
    close: () => {
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}
