import { Agent, request } from 'node:http';

/**
 * A JSON client on kept connections; the same for Isthmus and its counterparts, so that its own cost falls on both.
 *
 * @param {string} baseUrl
 * @param {Record<string, string>} [headers]
 */
export function httpClient(baseUrl, headers = {}) {
  const { hostname, port } = new URL(baseUrl);
  const agent = new Agent({ keepAlive: true, noDelay: true });
  const send = (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const length = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length };
      const outgoing = request(
        { agent, hostname, port, method, path, headers: { ...headers, ...length } },
        (answer) => {
          let received = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk) => (received += chunk));
          answer.on('end', () => {
            if (answer.statusCode < 300) resolve(received === '' ? undefined : JSON.parse(received));
            else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${received}`));
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  return { send, close: () => agent.destroy() };
}

const POLL_MS = 5;

/**
 * Submits work and waits until its operation has ended as success: by the answer itself if that says so, else by polling.
 *
 * @returns {Promise<{id: string, state: string, reference: {id: string}}>} the ended operation
 */
export async function succeed(client, method, path, body) {
  let operation = await client.send(method, path, body);
  while (operation.state === 'pending') {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    operation = await client.send('GET', `/v2/operation/${operation.id}`);
  }
  if (operation.state !== 'success') throw new Error(`the operation ended as ${JSON.stringify(operation)}`);
  return operation;
}
