import type { FastifyReply, FastifyRequest } from 'fastify';
import { isTraceparent } from '@isthmus/telemetry';

const SANE_REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

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
export function givenTraceparent({ headers: { traceparent } }: FastifyRequest): string | undefined {
  return typeof traceparent === 'string' && isTraceparent(traceparent) ? traceparent : undefined;
}

/** What everything that follows from this request is part of: its own span, or without tracing what the caller said. */
export function traceparentOf(request: FastifyRequest): string | undefined {
  return request.span?.traceparent ?? givenTraceparent(request);
}

/** The caller's own words; who said nothing is told the trace in which the request is found. */
export function tellTraceparent(request: FastifyRequest, reply: FastifyReply): void {
  const traceparent = givenTraceparent(request) ?? traceparentOf(request);
  if (traceparent !== undefined) void reply.header('traceparent', traceparent);
}
