import { ProblemError } from '@isthmus/problem';

/** What `read` answers; undefined where it throws `not-found`. A retry may come after what its first try made is gone. */
export async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  return read.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

export function isMissing(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'not-found';
}
