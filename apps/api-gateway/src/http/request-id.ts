import type { FastifyReply, FastifyRequest } from 'fastify';

const SANE_REQUEST_ID = /^[\w.:/+=-]{1,128}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's own id is echoed when it is harmless; towards the services every request has an id of ours. */
export function toldRequestId(request: FastifyRequest): string {
  if (request.dialect?.hasOwnRequestIds) return request.id;
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : request.id;
}

export function tellRequestId(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', toldRequestId(request));
}

/** The trace that the caller says this request is part of, if it says so in the W3C's form. */
export function traceparentOf({ headers: { traceparent } }: FastifyRequest): string | undefined {
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : undefined;
}
