export const KEY_SCOPES = ['admin', 'write', 'read'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Who asks: the holder of one API key, acting for one project. */
export interface Caller {
  projectId: string;
  organizationId: string;
  accessKey: string;
  scope: KeyScope;
}
