import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { SecretBox } from '@isthmus/secrets';
import { AuditWriter } from '../audit/audit.writer';
import type { RequestContext } from '../http/request';
import { LocalWork } from '../idempotency/local-work';
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
    private readonly keys: ApiKeyRepository,
    private readonly projects: ProjectService,
    private readonly changes: KeyChanges,
    private readonly box: SecretBox,
    private readonly audit: AuditWriter,
    private readonly localWork: LocalWork,
  ) {}

  /** Throws `forbidden`, `not-found` (project), `invalid-argument`. A dry run makes nothing. */
  async create(command: CreateKey, caller: Caller, call: RequestContext, isDryRun = false): Promise<KeyWithSecret> {
    requireAdmin(caller);
    const { projectId = caller.projectId, name, scope, expiresAt = null } = command;
    await this.projects.get(projectId, caller);
    const accessKey = newAccessKey();
    const secretKey = newSecretKey();
    const secret = keptSecret(this.box, secretKey, accessKey);
    const key = { accessKey, projectId, name, scope, expiresAt, ...secret };
    const work = async (tx: Tx): Promise<KeyWithSecret> => {
      if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) {
        throw ProblemError.invalid('expiresAt', 'expiresAt must lie in the future');
      }
      const after = toApiKeyView(await this.keys.insert(tx, key));
      await this.record(tx, call, 'api-key.create', { accessKey, after });
      return { key: after, secretKey };
    };
    return this.localWork.once(call, work, isDryRun);
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
    const rotated = await this.localWork.once(call, async (tx) => {
      const key = alive(await this.keys.lock(tx, accessKey, caller.organizationId), accessKey);
      const after = toApiKeyView(await this.keys.rotate(tx, accessKey, secret, overlapSeconds));
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
    await this.localWork.once(call, async (tx) => {
      await this.keys.lockOrganization(tx, organizationId);
      const before = toApiKeyView(alive(await this.keys.lock(tx, accessKey, organizationId), accessKey));
      const isSpare = before.scope !== 'admin' || (await this.keys.hasOtherAdmin(tx, organizationId, accessKey));
      if (!isSpare) throw lastAdmin(accessKey);
      await this.keys.revoke(tx, accessKey);
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
