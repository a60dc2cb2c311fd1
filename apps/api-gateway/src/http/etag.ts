import { hash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '@isthmus/problem';

const TAGS = /(?:W\/)?"[^"]*"/g;
const IF_MATCH = 'If-Match';

/** Strong entity tag of a resource whose revision grows with every change. */
export function revisionTag(id: string, revision: number): string {
  return `"${id}.${revision}"`;
}

/** Strong entity tag of a resource that has no revision and one thing that can be changed. */
export function valueTag(id: string, value: string): string {
  return `"${id}.${hash('sha256', value, 'base64url')}"`;
}

/** Weak entity tag of an answer that is put together from several things. */
export function bodyTag(body: object): string {
  return `W/"${hash('sha256', JSON.stringify(body), 'base64url')}"`;
}

/**
 * Tells a read's entity tag. True when the caller's `If-None-Match` names it or is `*`: then the answer is 304, and the body
 * is to be left out.
 */
export function isKnownToCaller(tag: string, ifNoneMatch: string | undefined, reply: FastifyReply): boolean {
  void reply.header('etag', tag);
  const isKnown = ifNoneMatch !== undefined && isNamed(weak(tag), ifNoneMatch, weak);
  if (isKnown) void reply.code(304);
  return isKnown;
}

/**
 * Throws `precondition-failed` when the caller's `If-Match` is there and names another version. Call it where nothing can
 * come between it and the change: with the row locked.
 */
export function checkIfMatch(tag: string, ifMatch: string | undefined): void {
  // A weak tag says nothing about bytes, so it never matches here.
  if (ifMatch === undefined || isNamed(tag, ifMatch, (named) => named)) return;
  const message = `${IF_MATCH} does not name the current version, which is ${tag}; read the resource again`;
  throw new ProblemError('precondition-failed', message, {
    violations: [{ field: IF_MATCH, rule: 'constraint', message }],
  });
}

function isNamed(tag: string, condition: string, normalize: (named: string) => string): boolean {
  if (condition.trim() === '*') return true;
  return (condition.match(TAGS) ?? []).some((named) => normalize(named) === tag);
}

function weak(tag: string): string {
  return tag.replace(/^W\//, '');
}
