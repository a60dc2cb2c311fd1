import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { beginSpan, isTracing, type Span } from '@isthmus/telemetry';
import { givenTraceparent, toldRequestId } from './request-id';

/** Asked every few seconds by whoever watches over us. */
const UNTRACED = new Set(['/healthz', '/readyz']);

/** Makes a span of every request, for as long as it is being answered. Comes after the hook that finds its dialect. */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.decorateRequest('span', null);
  if (!isTracing()) return;
  fastify.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url;
    if (route === undefined || !UNTRACED.has(route)) {
      const span = beginHttpSpan(request, route);
      request.span = span;
      // Also when the client leaves before the answer.
      reply.raw.once('close', () => endHttpSpan(span, request, reply));
    }
    done();
  });
}

/** Never the URL: its query may be a secret, and its path holds ids. */
function beginHttpSpan(request: FastifyRequest, route: string | undefined): Span {
  return beginSpan(route === undefined ? request.method : `${request.method} ${route}`, {
    kind: 'server',
    parent: givenTraceparent(request),
    beginsTrace: true,
    attributes: {
      'http.request.method': request.method,
      'http.route': route,
      'url.scheme': request.protocol,
      'isthmus.dialect': request.dialect?.name,
      'isthmus.request_id': toldRequestId(request),
    },
  });
}

function endHttpSpan(span: Span, request: FastifyRequest, reply: FastifyReply): void {
  const status = reply.raw.headersSent ? reply.statusCode : undefined;
  span.tell({
    'http.response.status_code': status,
    'isthmus.project_id': request.caller?.projectId,
    'isthmus.outcome': status === undefined ? 'client_left' : undefined,
  });
  span.end(status !== undefined && status >= 500 ? String(status) : undefined);
}
