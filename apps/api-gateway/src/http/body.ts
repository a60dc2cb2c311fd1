import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '@isthmus/problem';

export const BODY_LIMIT_BYTES = 256 * 1024;
/** The deepest body that any dialect documents has 9 levels. */
const MAX_DEPTH = 32;
const POISONED = 'The body has a member named __proto__ or constructor; rename or remove it.';

/**
 * Reads JSON bodies and keeps them as they came, because signatures cover the bytes. A body that cannot be read is not
 * refused here but noted, so that the caller is authenticated before anything is told about the body.
 */
export function readBodies(fastify: FastifyInstance): void {
  fastify.decorateRequest('wireBody', null);
  fastify.decorateRequest('bodyProblem', null);
  fastify.removeAllContentTypeParsers();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      request.wireBody = body;
      if (body.length === 0) return done(null, undefined);
      const text = body.toString('utf8');
      // The parser says what it found through the callback; it never answers later.
      void parseJson(request, text, (error, parsed) => {
        request.bodyProblem = error ? unreadable(text, error) : complaintOf(parsed);
        done(null, request.bodyProblem ? undefined : parsed);
      });
    },
  );
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer, done) => {
    request.wireBody = body;
    // Some clients name a content type although they send nothing.
    if (body.length > 0) request.bodyProblem = wrongType(request.headers['content-type'] ?? '');
    done(null, undefined);
  });
}

function unreadable(text: string, error: Error): ProblemError {
  const detail = isJson(text) ? POISONED : 'The body is not valid JSON; check quotes, commas and brackets.';
  return new ProblemError('malformed-body', detail, {}, { cause: error });
}

/** JSON that the parser refuses all the same is refused for what it would do to objects made of it. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with a body that is valid JSON. */
function complaintOf(body: unknown, levels = MAX_DEPTH): ProblemError | null {
  if (typeof body !== 'object' || body === null) return null;
  if (levels === 0) {
    return new ProblemError('malformed-body', `The body is nested deeper than ${MAX_DEPTH} levels; flatten it.`);
  }
  // Libraries ask an object for its constructor to find out what it is; a member of that name would answer for it.
  if (Object.hasOwn(body, 'constructor')) return new ProblemError('malformed-body', POISONED);
  for (const member of Object.values(body)) {
    const complaint = complaintOf(member, levels - 1);
    if (complaint) return complaint;
  }
  return null;
}

function wrongType(contentType: string): ProblemError {
  const given = /^[\w.+-]+\/[\w.+-]+/.exec(contentType)?.[0];
  return new ProblemError(
    'unsupported-media-type',
    `The body must be sent with Content-Type: application/json${given ? `, not ${given}` : ''}.`,
  );
}
