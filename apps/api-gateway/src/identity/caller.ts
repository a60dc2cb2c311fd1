import { ProblemError } from '@isthmus/problem';

export const KEY_SCOPES = ['admin', 'write', 'read'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Who asks: the holder of one API key, acting for one project. */
export interface Caller {
  projectId: string;
  organizationId: string;
  accessKey: string;
  scope: KeyScope;
}

/** Throws `forbidden` unless the caller's key manages its organization. */
export function requireAdmin({ scope }: Caller): void {
  if (scope !== 'admin') throw new ProblemError('forbidden', 'Only an API key with the scope admin may do this.');
}
