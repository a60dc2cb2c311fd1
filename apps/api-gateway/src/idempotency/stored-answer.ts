import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SecretBox } from '@isthmus/secrets';
import { tellRequestId } from '../http/request-id';

/** The headers that belong to an answer; all others are made anew for whoever asks. */
const KEPT_HEADERS = ['content-type', 'etag', 'location', 'operation-id', 'operation-location', 'retry-after'] as const;

export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function answerOf(reply: FastifyReply, payload: unknown): StoredAnswer {
  const sent = KEPT_HEADERS.map((name) => [name, reply.getHeader(name)] as const);
  return {
    status: reply.statusCode,
    headers: Object.fromEntries(sent.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))),
    body: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.toString() : '',
  };
}

/** An answer opens only as the answer to its own request. */
const ownerOf = (requestId: string): string => `answer:${requestId}`;

export function sealAnswer(box: SecretBox, { headers, body }: StoredAnswer, requestId: string): Buffer {
  return box.seal(JSON.stringify({ headers, body }), ownerOf(requestId));
}

export function openAnswer(box: SecretBox, status: number, sealed: Buffer, requestId: string): StoredAnswer {
  return { status, ...(JSON.parse(box.open(sealed, ownerOf(requestId))) as Omit<StoredAnswer, 'status'>) };
}

/** Ends a request with the answer that it had before. Thrown, as a guard cannot end a request in any other way. */
export class ReplayedAnswer extends Error {
  constructor(
    readonly answer: StoredAnswer,
    readonly requestId: string,
  ) {
    super('answered before');
  }
}

@Catch(ReplayedAnswer)
export class ReplayFilter implements ExceptionFilter<ReplayedAnswer> {
  catch({ answer: { status, headers, body }, requestId }: ReplayedAnswer, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    request.id = requestId;
    tellRequestId(request, reply);
    // Bytes, which Fastify sends as they are.
    void reply
      .code(status)
      .headers({ ...headers, 'idempotent-replayed': 'true' })
      .send(body === '' ? undefined : Buffer.from(body));
  }
}
