import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { QUICK_SECONDS, Timing } from '@isthmus/telemetry';

/** `route` is the pattern; what is not routed is `none`. */
const requestDuration = new Timing({
  name: 'isthmus_http_request_duration_seconds',
  help: 'From the arrival of a request to the end of its answer. Streams of events are not counted: they last as long as clients look.',
  labels: ['dialect', 'route', 'method', 'status'],
  upToSeconds: QUICK_SECONDS,
});

export function measureRequests(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    if (!isStream(reply)) requestDuration.observe(labelsOf(request, reply), reply.elapsedTime / 1_000);
    done();
  });
}

function labelsOf(
  { dialect, routeOptions, method }: FastifyRequest,
  { statusCode }: FastifyReply,
): Record<'dialect' | 'route' | 'method' | 'status', string> {
  const route = routeOptions.url ?? 'none';
  return { dialect: dialect?.name ?? 'none', route, method, status: String(statusCode) };
}

function isStream(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type') ?? '').startsWith('text/event-stream');
}
