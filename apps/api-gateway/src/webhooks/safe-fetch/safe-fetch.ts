import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { ProblemError } from '@isthmus/problem';
import { Agent, type Dispatcher, request } from 'undici';
import { WebhookSettings } from '../webhook.settings';
import { askNameServers, checkedAddresses, RefusedHostError, type Resolve } from './host-resolver';
import { parseWebhookUrl } from './webhook-url';

/** More of an answer is not read. */
export const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

export interface SafeAnswer {
  status: number;
  /** As it was sent, e.g. seconds or a date. */
  retryAfter: string | undefined;
  /** Its first 64 kB. */
  body: Buffer;
}

/** Why no answer came, in words for the owner of the endpoint. */
export class SendError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SendError';
  }
}

/**
 * Sends requests to places that strangers have named. The host is looked up and checked for every request, and the
 * connection goes to exactly the addresses that were checked. No redirect is followed, no proxy is asked, and neither
 * time nor the size of the answer are the other side's to choose.
 */
@Injectable()
export class SafeFetch {
  constructor(private readonly settings: WebhookSettings) {}

  /** @throws SendError when no answer came within the timeout, or the place is none that is sent to. */
  async post(
    target: string,
    headers: Record<string, string>,
    body: string,
    resolve: Resolve = askNameServers,
  ): Promise<SafeAnswer> {
    const signal = AbortSignal.timeout(this.settings.timeoutMs);
    let agent: Agent | undefined;
    try {
      const url = parseWebhookUrl(target, this.settings);
      const addresses = await orAborted(checkedAddresses(url, this.settings.allowedCidrs, resolve), signal);
      agent = agentFor(addresses, this.settings.timeoutMs);
      const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal });
      return await read(answer);
    } catch (error) {
      throw new SendError(wordsFor(error, this.settings.timeoutMs), { cause: error });
    } finally {
      await agent?.destroy();
    }
  }
}

/** A pool for one request. Its connections cannot lead to any but the given addresses, whatever the name resolves to by then. */
function agentFor(addresses: string[], timeoutMs: number): Agent {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_name, options, callback) => {
    const [first] = answers;
    if (options.all || !first) callback(null, answers);
    else callback(null, first.address, first.family);
  };
  return new Agent({
    connections: 1,
    pipelining: 0,
    connect: { lookup, timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
}

async function read({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<SafeAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  const retryAfter = headers['retry-after'];
  return {
    status: statusCode,
    retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    body: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES),
  };
}

/** Name servers take no signal: whoever waits for them stops waiting. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was closed before an answer came.',
  EPIPE: 'The connection was closed before an answer came.',
  UND_ERR_SOCKET: 'The connection was closed before an answer came.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The host cannot be reached.',
  UND_ERR_HEADERS_OVERFLOW: 'The headers of the answer are too large.',
};

/** Never the error's own message, which may name addresses; but what was refused is refused in words that were chosen. */
function wordsFor(error: unknown, timeoutMs: number): string {
  if (error instanceof RefusedHostError || error instanceof ProblemError) return error.message;
  const { name, code } = error as { name?: string; code?: string | number };
  const kind = String(code);
  if (name === 'TimeoutError' || /TIMEOUT|ETIMEDOUT/.test(kind)) return `No answer within ${timeoutMs} ms.`;
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(kind)) return `TLS failed: ${kind}.`;
  if (/^HPE_/.test(kind) || name === 'HTTPParserError') return 'The answer is not HTTP.';
  return WORDS[kind] ?? 'The request failed.';
}
