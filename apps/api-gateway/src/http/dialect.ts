import type { ProblemError } from '@isthmus/problem';

/** The refused request, as far as the words of a refusal depend on it. */
export interface RefusedRequest {
  method: string;
  /** Without query. */
  path: string;
  requestId: string;
}

export interface Refusal {
  status: number;
  body: object;
  /** Where it differs from what the dialect says otherwise. */
  contentType?: string;
}

/** What the pipeline must know of a dialect to speak it before and after its controllers: on errors and in headers. */
export interface Dialect {
  readonly name: string;
  /** Sent exactly so, also with an empty 204, where the dialect's clients compare it; else Fastify's own. */
  readonly exactContentType?: string;
  /** Its bodies tell the request id, so it is always ours and never the caller's. */
  readonly hasOwnRequestIds?: boolean;
  owns(path: string): boolean;
  refuse(problem: ProblemError, request: RefusedRequest): Refusal;
}

/** The dialects in the order in which they are asked; the last one owns every path. */
export const DIALECTS = Symbol('DIALECTS');

export function dialectOf(dialects: readonly Dialect[], path: string): Dialect {
  const owner = dialects.find((dialect) => dialect.owns(path));
  if (!owner) throw new Error(`no dialect owns ${path}`);
  return owner;
}

export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
