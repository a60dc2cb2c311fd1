import { STATUS_CODES } from 'node:http';
import type { ProblemError } from '@isthmus/problem';
import type { Dialect, Refusal, RefusedRequest } from '../../http/dialect';

/** Owns every path that no other dialect owns, so it is asked last. */
export const nativeDialect: Dialect = {
  name: 'native',
  owns: () => true,
  refuse,
};

/** RFC 9457. Everything the model knows of the problem is told. */
function refuse(problem: ProblemError, { requestId, path }: RefusedRequest): Refusal {
  const { code, http: status, message: detail, meta } = problem;
  return {
    status,
    contentType: 'application/problem+json',
    body: {
      type: `urn:isthmus:problem:${code}`,
      title: STATUS_CODES[status],
      status,
      detail,
      instance: path,
      code,
      ...meta,
      requestId,
    },
  };
}
