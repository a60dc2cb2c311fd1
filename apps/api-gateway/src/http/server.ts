import { randomUUID } from 'node:crypto';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Cidr } from '@isthmus/cidr';
import { BODY_LIMIT_BYTES, readBodies } from './body';
import { type Dialect, dialectOf, pathOf } from './dialect';
import { closeConnectionsWhenAnswered } from './draining';
import { measureRequests } from './http.metrics';
import { traceRequests } from './http.spans';
import { problemOf } from './problem.filter';
import './request';
import { tellRequestId, tellTraceparent } from './request-id';
import './source-address';

/** A request that has not come in completely by then is given up: slow senders must not hold connections. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 72_000;

/** The HTTP server: limits, request ids, body reading, and the dialect of each request. */
export function createAdapter(dialects: readonly Dialect[], trustedProxies: readonly Cidr[] = []): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    genReqId: () => randomUUID(),
    logger: false,
    // Some clients of UpCloud end the path of a collection with a slash.
    routerOptions: { ignoreTrailingSlash: true },
    // Nothing here is an Express middleware, and the engine for them runs on every request.
    skipMiddie: true,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      refuseUnrouted(dialects, error, request, reply),
  });
  const fastify: FastifyInstance = adapter.getInstance();
  readBodies(fastify);
  // Not Fastify's own trustProxy: that also believes a proxy's host name and protocol, and takes garbage for an address.
  fastify.decorate('trustedProxies', trustedProxies);
  closeConnectionsWhenAnswered(fastify);
  measureRequests(fastify);
  fastify.decorateRequest('dialect', null);
  fastify.decorateRequest('caller', null);
  fastify.decorateRequest('admission', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    request.dialect = dialectOf(dialects, pathOf(request.url));
    tellRequestId(request, reply);
    done();
  });
  traceRequests(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    tellTraceparent(request, reply);
    done();
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    sayContentType(request, reply);
    if (!request.admission) return done(null, payload);
    // Before the first byte: what a caller has heard is what it hears again.
    void request.admission.close(reply, payload).then(() => done(null, payload));
  });
  return adapter;
}

function sayContentType(request: FastifyRequest, reply: FastifyReply): void {
  const exact = request.dialect?.exactContentType;
  if (!exact) return;
  // Fastify has added a charset by now, and would leave the header out of a 204: the raw header is out of its reach.
  if (reply.statusCode === 204) reply.raw.setHeader('content-type', exact);
  else reply.header('content-type', exact);
}

/** A path that cannot be decoded reaches no route, no hook, and not Nest. Sent as bytes, which Fastify gives no charset. */
function refuseUnrouted(
  dialects: readonly Dialect[],
  error: FastifyError,
  { method, id: requestId, raw }: FastifyRequest,
  reply: FastifyReply,
): void {
  const path = pathOf(raw.url ?? '/');
  const dialect = dialectOf(dialects, path);
  const refusal = dialect.refuse(problemOf(error), { method, path, requestId });
  const contentType = refusal.contentType ?? dialect.exactContentType ?? 'application/json; charset=utf-8';
  void reply
    .code(refusal.status)
    .header('x-request-id', requestId)
    .header('content-type', contentType)
    .send(Buffer.from(JSON.stringify(refusal.body)));
}
