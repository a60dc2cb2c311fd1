import { Injectable } from '@nestjs/common';
import { Database, selectList, type Tx } from '@isthmus/db';
import { ApiKeyEntity } from './api-key.entity';
import type { ProjectEntity } from './project.entity';

/** A living key with its project's organization. */
export type LiveKey = ApiKeyEntity & Pick<ProjectEntity, 'organizationId'>;

/** A secret as it is kept. */
export type KeptSecret = Pick<ApiKeyEntity, 'secretSha256' | 'secretSealed' | 'masterKeyId'>;

export type BootstrapKeyRow = KeptSecret & Pick<ApiKeyEntity, 'accessKey' | 'projectId'>;

export type NewKey = BootstrapKeyRow & Pick<ApiKeyEntity, 'name' | 'scope' | 'expiresAt'>;

export interface KeyFilter {
  organizationId: string;
  projectId?: string;
  /** The page begins behind this access key. */
  after?: string;
  limit: number;
}

const COLUMNS = selectList(ApiKeyEntity, 'k');
const KEY = `SELECT ${COLUMNS}, p.organization_id AS "organizationId"
    FROM gateway.api_key k JOIN gateway.project p ON p.id = k.project_id`;
const LIVE_KEY = `${KEY} WHERE k.revoked_at IS NULL`;
const BY_SECRET = `${LIVE_KEY} AND (k.secret_sha256 = $1 OR k.former_sha256 = $1)`;
const BY_ACCESS_KEY = `${LIVE_KEY} AND k.access_key = $1`;

// Settings that have changed bring their secret along; settings that have not leave alone what was done to the key since
// (rotated, revoked). A change of the master key alone seals the secret anew, as far as it is still the one of the settings.
const PUT_BOOTSTRAP = `
  INSERT INTO gateway.api_key
         (access_key, project_id, name, secret_sha256, settings_sha256, secret_sealed, master_key_id, scope)
  VALUES ($1, $2, 'bootstrap', $3, $3, $4, $5, 'admin')
  ON CONFLICT (access_key) DO UPDATE
     SET secret_sha256 = excluded.secret_sha256, settings_sha256 = excluded.settings_sha256,
         secret_sealed = excluded.secret_sealed, master_key_id = excluded.master_key_id
   WHERE api_key.settings_sha256 IS DISTINCT FROM excluded.settings_sha256
      OR api_key.secret_sha256 = excluded.secret_sha256 AND api_key.master_key_id <> excluded.master_key_id`;

const INSERT = `
  INSERT INTO gateway.api_key AS k (access_key, project_id, name, secret_sha256, secret_sealed, master_key_id, scope,
         expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`;
const FIND = `${BY_ACCESS_KEY} AND p.organization_id = $2`;
const LOCK = `${KEY} WHERE k.access_key = $1 AND p.organization_id = $2 FOR NO KEY UPDATE OF k`;
const PAGE = `
  ${LIVE_KEY} AND p.organization_id = $1 AND ($2::uuid IS NULL OR k.project_id = $2) AND k.access_key > $3
   ORDER BY k.access_key LIMIT $4`;

// Whoever takes a key from an organization waits for whoever else does, and then sees which keys are left.
const LOCK_ORGANIZATION = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 2))';
const OTHER_ADMIN = `
  SELECT 1 FROM gateway.api_key k JOIN gateway.project p ON p.id = k.project_id
   WHERE p.organization_id = $1 AND k.access_key <> $2 AND k.scope = 'admin' AND k.revoked_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > now())
   LIMIT 1`;

const REVOKE = 'UPDATE gateway.api_key SET revoked_at = now() WHERE access_key = $1';
// On the right side of an UPDATE the columns are still the old ones.
const ROTATE = `
  UPDATE gateway.api_key k
     SET former_sha256        = CASE WHEN $5::int > 0 THEN k.secret_sha256 END,
         former_sealed        = CASE WHEN $5::int > 0 THEN k.secret_sealed END,
         former_master_key_id = CASE WHEN $5::int > 0 THEN k.master_key_id END,
         former_until         = CASE WHEN $5::int > 0 THEN now() + make_interval(secs => $5::int) END,
         secret_sha256 = $2, secret_sealed = $3, master_key_id = $4, rotated_at = now()
   WHERE k.access_key = $1
  RETURNING ${COLUMNS}`;

/** The rows of keys. */
@Injectable()
export class ApiKeyRepository {
  constructor(private readonly database: Database) {}

  /** By the present secret or the one before, which may be over. */
  async findBySecret(secretSha256: Buffer): Promise<LiveKey | null> {
    return (await this.database.query<LiveKey>(BY_SECRET, [secretSha256]))[0] ?? null;
  }

  async findByAccessKey(accessKey: string): Promise<LiveKey | null> {
    return (await this.database.query<LiveKey>(BY_ACCESS_KEY, [accessKey]))[0] ?? null;
  }

  async putBootstrap({ accessKey, projectId, ...secret }: BootstrapKeyRow): Promise<void> {
    const { secretSha256, secretSealed, masterKeyId } = secret;
    await this.database.execute(PUT_BOOTSTRAP, [accessKey, projectId, secretSha256, secretSealed, masterKeyId]);
  }

  async insert(tx: Tx, key: NewKey): Promise<ApiKeyEntity> {
    const { accessKey, projectId, name, secretSha256, secretSealed, masterKeyId, scope } = key;
    const row = [accessKey, projectId, name, secretSha256, secretSealed, masterKeyId, scope];
    return (await tx.query<ApiKeyEntity>(INSERT, [...row, key.expiresAt]))[0] as ApiKeyEntity;
  }

  async find(accessKey: string, organizationId: string): Promise<ApiKeyEntity | undefined> {
    return (await this.database.query<ApiKeyEntity>(FIND, [accessKey, organizationId]))[0];
  }

  /** Living keys in the order of their access keys. */
  page({ organizationId, projectId, after = '', limit }: KeyFilter): Promise<ApiKeyEntity[]> {
    return this.database.query<ApiKeyEntity>(PAGE, [organizationId, projectId, after, limit]);
  }

  /** Also a key that is revoked. */
  async lock(tx: Tx, accessKey: string, organizationId: string): Promise<ApiKeyEntity | undefined> {
    return (await tx.query<ApiKeyEntity>(LOCK, [accessKey, organizationId]))[0];
  }

  async lockOrganization(tx: Tx, organizationId: string): Promise<void> {
    await tx.query(LOCK_ORGANIZATION, [organizationId]);
  }

  /** Has the organization a working admin key besides this one? */
  async hasOtherAdmin(tx: Tx, organizationId: string, accessKey: string): Promise<boolean> {
    return (await tx.query(OTHER_ADMIN, [organizationId, accessKey])).length > 0;
  }

  async revoke(tx: Tx, accessKey: string): Promise<void> {
    await tx.execute(REVOKE, [accessKey]);
  }

  /** @param overlapSeconds how long the secret before works along; the one before that is over */
  async rotate(
    tx: Tx,
    accessKey: string,
    { secretSha256, secretSealed, masterKeyId }: KeptSecret,
    overlapSeconds: number,
  ): Promise<ApiKeyEntity> {
    const values = [accessKey, secretSha256, secretSealed, masterKeyId, overlapSeconds];
    return (await tx.query<ApiKeyEntity>(ROTATE, values))[0] as ApiKeyEntity;
  }
}
