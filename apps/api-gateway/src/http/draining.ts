import type { FastifyInstance } from 'fastify';

const LOOK_EVERY_MS = 50;

/**
 * Lets the server close as soon as every request is answered. Node waits for each connection to end by itself: those that
 * clients keep alive, or have opened and not used yet, would hold the process for a minute.
 */
export function closeConnectionsWhenAnswered(fastify: FastifyInstance): void {
  let inFlight = 0;
  fastify.addHook('onRequest', (_request, reply, done) => {
    inFlight += 1;
    reply.raw.once('close', () => (inFlight -= 1));
    done();
  });
  fastify.addHook('preClose', (done) => {
    const look = setInterval(() => {
      if (inFlight === 0) fastify.server.closeAllConnections();
    }, LOOK_EVERY_MS);
    fastify.server.once('close', () => clearInterval(look));
    done();
  });
}
