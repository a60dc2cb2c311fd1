import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { SecretBox } from '@isthmus/secrets';
import { AuditWriter } from '../audit/audit.writer';
import type { RequestContext } from '../http/request';
import type { ApiKeyEntity } from './api-key.entity';
import { ApiKeyRepository, type KeyFilter } from './api-key.repository';
import { type ApiKeyView, toApiKeyView } from './api-key.view';
import { type Caller, requireAdmin } from './caller';
import { KeyChanges } from './key-changes';
import { keptSecret, newAccessKey, newSecretKey } from './new-secret';
import { ProjectService } from './project.service';

/** A key with the secret that it was just given. */
export interface KeyWithSecret {
  key: ApiKeyView;
  secretKey: string;
}

export interface CreateKey extends Pick<ApiKeyEntity, 'name' | 'scope'> {
  /** The caller's own when absent. */
  projectId?: string;
  /** RFC 3339. */
  expiresAt?: string;
}

/**
 * The keys of an organization. Only a key with the scope admin manages them, so none can give more than it has. A request
 * that is tried again finds what it did.
 */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly database: Database,
    private readonly keys: ApiKeyRepository,
    private readonly projects: ProjectService,
    private readonly changes: KeyChanges,
    private readonly box: SecretBox,
    private readonly audit: AuditWriter,
  ) {}

  /** Throws `forbidden`, `not-found` (project), `invalid-argument`. */
  async create(command: CreateKey, caller: Caller, call: RequestContext): Promise<KeyWithSecret> {
    requireAdmin(caller);
    const { projectId = caller.projectId, name, scope, expiresAt = null } = command;
    if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) {
      throw ProblemError.invalid('expiresAt', 'expiresAt must lie in the future');
    }
    await this.projects.get(projectId, caller);
    const accessKey = newAccessKey();
    const secretKey = newSecretKey();
    const secret = keptSecret(this.box, secretKey, accessKey);
    const key = { accessKey, projectId, name, scope, expiresAt, lastRequestId: call.requestId, ...secret };
    return this.database.transaction(async (tx) => {
      const created = await this.keys.insert(tx, key);
      if (!created) return this.madeBefore(tx, caller, call.requestId);
      const after = toApiKeyView(created);
      await this.record(tx, call, 'api-key.create', { accessKey, after });
      return { key: after, secretKey };
    });
  }

  /** Living keys of the organization in the order of their access keys. Throws `forbidden`. */
  async list(caller: Caller, filter: Omit<KeyFilter, 'organizationId'>): Promise<ApiKeyView[]> {
    requireAdmin(caller);
    return (await this.keys.page({ organizationId: caller.organizationId, ...filter })).map(toApiKeyView);
  }

  /** Throws `forbidden`, `not-found`. */
  async get(accessKey: string, caller: Caller): Promise<ApiKeyView> {
    requireAdmin(caller);
    return toApiKeyView(alive(await this.keys.find(accessKey, caller.organizationId), accessKey));
  }

  /**
   * Gives the key a new secret. The one before works on for `overlapSeconds`; without them it is refused, everywhere, by
   * the time this resolves. Throws `forbidden`, `not-found`.
   */
  async rotate(
    accessKey: string,
    overlapSeconds: number,
    caller: Caller,
    call: RequestContext,
  ): Promise<KeyWithSecret> {
    requireAdmin(caller);
    const secretKey = newSecretKey();
    const secret = keptSecret(this.box, secretKey, accessKey);
    const rotated = await this.database.transaction(async (tx) => {
      const key = alive(await this.keys.lock(tx, accessKey, caller.organizationId), accessKey);
      if (key.lastRequestId === call.requestId) return this.opened(key);
      const after = toApiKeyView(await this.keys.rotate(tx, accessKey, secret, overlapSeconds, call.requestId));
      await this.record(tx, call, 'api-key.rotate', { accessKey, before: toApiKeyView(key), after });
      return { key: after, secretKey };
    });
    // Also for the new secret: signatures made with it are known everywhere only then.
    await this.changes.tell(accessKey);
    return rotated;
  }

  /**
   * The key is refused, everywhere, by the time this resolves. Throws `forbidden`, `not-found`, and `conflict` for the last
   * working admin key of the organization.
   */
  async revoke(accessKey: string, caller: Caller, call: RequestContext): Promise<void> {
    requireAdmin(caller);
    const { organizationId } = caller;
    await this.database.transaction(async (tx) => {
      await this.keys.lockOrganization(tx, organizationId);
      const key = await this.keys.lock(tx, accessKey, organizationId);
      if (key?.revokedAt && key.lastRequestId === call.requestId) return;
      const before = toApiKeyView(alive(key, accessKey));
      const isSpare = before.scope !== 'admin' || (await this.keys.hasOtherAdmin(tx, organizationId, accessKey));
      if (!isSpare) throw lastAdmin(accessKey);
      await this.keys.revoke(tx, accessKey, call.requestId);
      await this.record(tx, call, 'api-key.revoke', { accessKey, before });
    });
    await this.changes.tell(accessKey);
  }

  private record(
    tx: Tx,
    call: RequestContext,
    action: string,
    { accessKey, before, after = null }: { accessKey: string; before?: ApiKeyView; after?: ApiKeyView | null },
  ): Promise<void> {
    return this.audit.accepted(tx, call, { action, resourceType: 'api-key', resourceId: accessKey, before, after });
  }

  private async madeBefore(tx: Tx, { organizationId }: Caller, requestId: string): Promise<KeyWithSecret> {
    const key = await this.keys.findByRequest(tx, requestId, organizationId);
    if (!key) throw new Error(`the request ${requestId} has changed a key of another organization`);
    return this.opened(key);
  }

  private opened(key: ApiKeyEntity): KeyWithSecret {
    return { key: toApiKeyView(key), secretKey: this.box.open(key.secretSealed, key.accessKey) };
  }
}

function alive(key: ApiKeyEntity | undefined, accessKey: string): ApiKeyEntity {
  if (!key || key.revokedAt !== null) throw ProblemError.notFound('api-key', accessKey);
  return key;
}

function lastAdmin(accessKey: string): ProblemError {
  const detail = 'This is the last working admin key of the organization; make another one before you revoke it.';
  return new ProblemError('conflict', detail, {
    resource: 'api-key',
    resourceId: accessKey,
    precondition: 'another_admin_key_works',
  });
}
