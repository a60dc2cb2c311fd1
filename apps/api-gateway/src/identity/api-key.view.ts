import type { ApiKeyEntity } from './api-key.entity';

/** A key as those are told who manage it: without anything of its secrets. */
export interface ApiKeyView extends Pick<
  ApiKeyEntity,
  'accessKey' | 'projectId' | 'name' | 'scope' | 'expiresAt' | 'createdAt' | 'rotatedAt'
> {
  /** The secret before works until then; null when it was not to work on. */
  formerSecretUntil: string | null;
}

export function toApiKeyView(key: ApiKeyEntity): ApiKeyView {
  const { accessKey, projectId, name, scope, expiresAt, createdAt, rotatedAt, formerUntil } = key;
  return { accessKey, projectId, name, scope, expiresAt, createdAt, rotatedAt, formerSecretUntil: formerUntil };
}
