import { Injectable } from '@nestjs/common';
import { Database, selectList } from '@isthmus/db';
import { ApiKeyEntity } from './api-key.entity';
import { ProjectEntity } from './project.entity';

/** A living key with its project's organization. */
export type LiveKey = ApiKeyEntity & Pick<ProjectEntity, 'organizationId'>;

export type NewKey = Pick<
  ApiKeyEntity,
  'accessKey' | 'projectId' | 'secretSha256' | 'secretSealed' | 'masterKeyId' | 'scope'
>;

const LIVE_KEY = `SELECT ${selectList(ApiKeyEntity, 'k')}, p.organization_id AS "organizationId"
    FROM gateway.api_key k JOIN gateway.project p ON p.id = k.project_id
   WHERE k.revoked_at IS NULL`;
const BY_SECRET = `${LIVE_KEY} AND k.secret_sha256 = $1`;
const BY_ACCESS_KEY = `${LIVE_KEY} AND k.access_key = $1`;

const ADD_PROJECT = `INSERT INTO gateway.project (id, organization_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;

// A key that is there already gets the given secret, so that a deployment can change it by changing its settings. What
// else was done to it since (revoked, moved) stays.
const PUT_KEY = `
  INSERT INTO gateway.api_key (access_key, project_id, secret_sha256, secret_sealed, master_key_id, scope)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (access_key) DO UPDATE
     SET secret_sha256 = excluded.secret_sha256, secret_sealed = excluded.secret_sealed,
         master_key_id = excluded.master_key_id
   WHERE api_key.secret_sha256 <> excluded.secret_sha256 OR api_key.master_key_id <> excluded.master_key_id`;

@Injectable()
export class ApiKeyRepository {
  constructor(private readonly database: Database) {}

  async findBySecret(secretSha256: Buffer): Promise<LiveKey | null> {
    return (await this.database.query<LiveKey>(BY_SECRET, [secretSha256]))[0] ?? null;
  }

  async findByAccessKey(accessKey: string): Promise<LiveKey | null> {
    return (await this.database.query<LiveKey>(BY_ACCESS_KEY, [accessKey]))[0] ?? null;
  }

  async addProject(id: string, organizationId: string, name: string): Promise<void> {
    await this.database.execute(ADD_PROJECT, [id, organizationId, name]);
  }

  async putKey(key: NewKey): Promise<void> {
    const values = [key.accessKey, key.projectId, key.secretSha256, key.secretSealed, key.masterKeyId, key.scope];
    await this.database.execute(PUT_KEY, values);
  }
}
