import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { parseCidr } from '@isthmus/cidr';
import { defaultWebhookSettings, type WebhookSettings } from '../webhook.settings';
import { MAX_ANSWER_BYTES, SafeFetch, SendError } from './safe-fetch';

/** For tests on loopback: everything else stays refused. */
function settings(change: Partial<WebhookSettings> = {}): WebhookSettings {
  const open = { isHttpAllowed: true, allowedCidrs: [parseCidr('127.0.0.0/8')], timeoutMs: 5_000 };
  return Object.assign(defaultWebhookSettings(), open, change);
}

describe('a request to a place that a stranger has named', () => {
  const servers: (Server | TcpServer)[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  });

  async function listen<S extends Server | TcpServer>(server: S, host = '127.0.0.1'): Promise<number> {
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, host, listening));
    return (server.address() as AddressInfo).port;
  }

  async function serve(listener: RequestListener, host?: string): Promise<{ port: number; seen: IncomingMessage[] }> {
    const seen: IncomingMessage[] = [];
    const port = await listen(
      createServer((request, response) => {
        seen.push(request);
        listener(request, response);
      }),
      host,
    );
    return { port, seen };
  }

  const post = (url: string, change?: Partial<WebhookSettings>): ReturnType<SafeFetch['post']> =>
    new SafeFetch(settings(change)).post(url, { 'content-type': 'application/json' }, '{"a":1}');

  it('is posted once, and answered', async () => {
    let received = '';
    const { port, seen } = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => (received += chunk.toString()));
      request.on('end', () => response.writeHead(202, { 'retry-after': '7' }).end('thanks'));
    });
    const answer = await post(`http://127.0.0.1:${port}/x?y=1`);
    expect({ ...answer, body: answer.body.toString() }).toEqual({ status: 202, retryAfter: '7', body: 'thanks' });
    expect(seen.map(({ method, url, headers }) => [method, url, headers.host])).toEqual([
      ['POST', '/x?y=1', `127.0.0.1:${port}`],
    ]);
    expect(received).toBe('{"a":1}');
  });

  it('follows no redirect', async () => {
    const inner = await serve((_request, response) => response.end('secret'));
    const { port, seen } = await serve((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${inner.port}/` }).end(),
    );
    expect((await post(`http://127.0.0.1:${port}/`)).status).toBe(307);
    expect([seen.length, inner.seen.length]).toEqual([1, 0]);
  });

  it('asks no proxy', async () => {
    const proxy = await serve((_request, response) => response.end('from the proxy'));
    const { port } = await serve((_request, response) => response.end('from the place'));
    const before = { ...process.env };
    try {
      for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) {
        process.env[name] = `http://127.0.0.1:${proxy.port}`;
      }
      expect((await post(`http://127.0.0.1:${port}/`)).body.toString()).toBe('from the place');
    } finally {
      process.env = before;
    }
    expect(proxy.seen).toHaveLength(0);
  });

  it('reads the first 64 kB of an answer and then hangs up', async () => {
    let isCut = false;
    const { port } = await serve((_request, response) => {
      response.on('close', () => (isCut = !response.writableFinished));
      const flood = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        if (!response.destroyed) response.once('drain', flood);
      };
      flood();
    });
    const answer = await post(`http://127.0.0.1:${port}/`);
    expect([answer.status, answer.body.length]).toEqual([200, MAX_ANSWER_BYTES]);
    while (!isCut) await new Promise((tick) => setImmediate(tick));
  });

  it('takes no headers without end', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { 'x-large': 'x'.repeat(40_000) }).end(),
    );
    await expect(post(`http://127.0.0.1:${port}/`)).rejects.toThrow('The headers of the answer are too large.');
  });

  it.each<[string, RequestListener]>([
    ['does not answer', () => undefined],
    ['answers without end', (_request, response) => void response.writeHead(200).write('slow')],
  ])('ends after the timeout when the place %s', async (_what, listener) => {
    const { port } = await serve(listener);
    await expect(post(`http://127.0.0.1:${port}/`, { timeoutMs: 150 })).rejects.toThrow('No answer within 150 ms.');
  });

  it('ends after the timeout when the name servers do not answer', async () => {
    const silent = new Promise<string[]>(() => undefined);
    const sending = new SafeFetch(settings({ timeoutMs: 100 })).post('http://hooks.example.org/', {}, '', () => silent);
    await expect(sending).rejects.toThrow('No answer within 100 ms.');
  });

  it('tells in plain words why no answer came, and no address', async () => {
    const hangsUp = await listen(createTcpServer((socket) => socket.destroy()));
    await expect(post(`http://127.0.0.1:${hangsUp}/`)).rejects.toThrow('The connection was closed before');
    const noHttp = await listen(createTcpServer((socket) => socket.resume().end('220 smtp.example.org ESMTP\r\n')));
    await expect(post(`http://127.0.0.1:${noHttp}/`)).rejects.toThrow('The answer is not HTTP.');
    const { port } = await serve((_request, response) => response.end());
    await expect(post(`https://127.0.0.1:${port}/`)).rejects.toThrow(/^TLS failed: ERR_SSL_\w+\.$/);
    await new Promise((closed) => servers.pop()?.close(closed));
    await expect(post(`http://127.0.0.1:${port}/`)).rejects.toThrow('The connection was refused.');
  });

  it.each([
    ['by address', 'http://127.0.0.1', {}],
    ['by a name', 'http://inner.example.org', {}],
    ['as IPv4 in IPv6', 'http://[::ffff:7f00:1]', { allowedCidrs: [parseCidr('127.0.0.0/8')] }],
    ['by http', 'http://127.0.0.1', { allowedCidrs: [parseCidr('127.0.0.0/8')], isHttpAllowed: false }],
  ])('is never made to a place that is not sent to: %s', async (_how, origin, change) => {
    const { port, seen } = await serve((_request, response) => response.end());
    const guarded = new SafeFetch(settings({ allowedCidrs: [], ...change }));
    const sending = guarded.post(`${origin}:${port}/`, {}, '', () => Promise.resolve(['127.0.0.1']));
    await expect(sending).rejects.toThrow(SendError);
    expect(seen).toHaveLength(0);
  });

  it('is refused when one of several addresses is not sent to', async () => {
    const { port, seen } = await serve((_request, response) => response.end());
    const fetcher = new SafeFetch(settings());
    for (const addresses of [['127.0.0.1', '10.0.0.1'], ['::1', '127.0.0.1'], ['169.254.169.254']]) {
      const sending = fetcher.post(`http://hooks.example.org:${port}/`, {}, '', () => Promise.resolve(addresses));
      await expect(sending).rejects.toThrow('has an address that is not sent to');
    }
    expect(seen).toHaveLength(0);
  });

  it('goes to the address that was checked, though the name has another one the next time it is asked for', async () => {
    const good = await serve((_request, response) => response.end('good'), '127.0.0.1');
    // The same port on another address of loopback, which is not allowed here.
    const evilSeen: IncomingMessage[] = [];
    const evil = createServer((request, response) => {
      evilSeen.push(request);
      response.end('evil');
    });
    servers.push(evil);
    await new Promise<void>((listening) => evil.listen(good.port, '127.0.0.2', listening));
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    let asked = 0;
    const rebinding = (): Promise<string[]> => Promise.resolve(answers[asked++] ?? ['127.0.0.2']);
    const fetcher = new SafeFetch(settings({ allowedCidrs: [parseCidr('127.0.0.1/32')] }));
    const url = `http://rebind.example.org:${good.port}/`;
    expect((await fetcher.post(url, {}, '', rebinding)).body.toString()).toBe('good');
    expect(asked).toBe(1);
    // Checked anew for the next request: nothing of the first check is remembered, and no connection is used again.
    await expect(fetcher.post(url, {}, '', rebinding)).rejects.toThrow('has an address that is not sent to: loopback');
    expect([asked, good.seen.length, evilSeen.length]).toEqual([2, 1, 0]);
    expect(good.seen[0]?.headers.host).toBe(`rebind.example.org:${good.port}`);
  });

  it('tries the next checked address when the first one does not answer', async () => {
    const { port } = await serve((_request, response) => response.end('here'), '127.0.0.1');
    const fetcher = new SafeFetch(settings());
    const both = (): Promise<string[]> => Promise.resolve(['127.0.0.3', '127.0.0.1']);
    expect((await fetcher.post(`http://two.example.org:${port}/`, {}, '', both)).body.toString()).toBe('here');
  });

  it('says whether a name has no address or nobody answers for it', async () => {
    const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
    const fetcher = new SafeFetch(settings());
    const url = 'http://hooks.example.org/';
    await expect(fetcher.post(url, {}, '', failing('ENOTFOUND'))).rejects.toThrow(
      'The host has no address in the DNS.',
    );
    await expect(fetcher.post(url, {}, '', failing('ESERVFAIL'))).rejects.toThrow('The DNS does not answer');
  });
});
