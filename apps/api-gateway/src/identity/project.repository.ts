import { Injectable } from '@nestjs/common';
import { Database, selectList, type Tx } from '@isthmus/db';
import { ProjectEntity } from './project.entity';

export type NewProject = Pick<ProjectEntity, 'id' | 'organizationId' | 'name'>;

const COLUMNS = selectList(ProjectEntity);

const INSERT = `
  INSERT INTO gateway.project (id, organization_id, name) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`;
const ENSURE = 'INSERT INTO gateway.project (id, organization_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
const FIND = `SELECT ${COLUMNS} FROM gateway.project WHERE id = $1 AND organization_id = $2`;
const LOCK = `${FIND} FOR NO KEY UPDATE`;
const PAGE = `
  SELECT ${COLUMNS} FROM gateway.project WHERE organization_id = $1 AND id > $2::uuid ORDER BY id LIMIT $3`;
const RENAME = `
  UPDATE gateway.project SET name = $2, revision = revision + 1, updated_at = now() WHERE id = $1 RETURNING ${COLUMNS}`;

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** The rows of projects. Those of another organization are not there. */
@Injectable()
export class ProjectRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, { id, organizationId, name }: NewProject): Promise<ProjectEntity> {
    return (await tx.query<ProjectEntity>(INSERT, [id, organizationId, name]))[0] as ProjectEntity;
  }

  /** One of that id stays as it is. */
  async ensure({ id, organizationId, name }: NewProject): Promise<void> {
    await this.database.execute(ENSURE, [id, organizationId, name]);
  }

  async find(id: string, organizationId: string): Promise<ProjectEntity | undefined> {
    return (await this.database.query<ProjectEntity>(FIND, [id, organizationId]))[0];
  }

  async lock(tx: Tx, id: string, organizationId: string): Promise<ProjectEntity | undefined> {
    return (await tx.query<ProjectEntity>(LOCK, [id, organizationId]))[0];
  }

  /** In the order of their ids. */
  page(organizationId: string, afterId: string | undefined, limit: number): Promise<ProjectEntity[]> {
    return this.database.query<ProjectEntity>(PAGE, [organizationId, afterId ?? BEFORE_ALL, limit]);
  }

  /** Of a project that is locked. */
  async rename(tx: Tx, id: string, name: string): Promise<ProjectEntity> {
    return (await tx.query<ProjectEntity>(RENAME, [id, name]))[0] as ProjectEntity;
  }
}
