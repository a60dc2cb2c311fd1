import { Injectable } from '@nestjs/common';
import type { ListInstances, PageInstances } from '@isthmus/contracts';
import { Database, selectList, type Tx } from '@isthmus/db';
import { Instance } from './instance.entity';

const COLUMNS = selectList(Instance);

const REGISTER = `
  INSERT INTO network.instance (id, project_id, region, zone, name) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (id) DO NOTHING`;

/** The check constraint refuses the ninth network. */
const TAKE_PLACE = `
  UPDATE network.instance SET attachment_count = attachment_count + 1
   WHERE id = $1 AND project_id = $2 AND zone = $3 RETURNING ${COLUMNS}`;
const GIVE_PLACE_BACK = `UPDATE network.instance SET attachment_count = attachment_count - 1 WHERE id = $1`;

const FIND = `SELECT ${COLUMNS} FROM network.instance WHERE id = $1 AND project_id = $2`;

const LIST = `
  SELECT ${COLUMNS} FROM network.instance
   WHERE project_id = $1 AND ($2::text IS NULL OR region = $2) AND ($3::text IS NULL OR zone = $3)
     AND ($4::uuid[] IS NULL OR id = ANY($4))
   ORDER BY instance.created_at, id LIMIT 10000`;

const PAGE = `
  SELECT ${COLUMNS} FROM network.instance
   WHERE project_id = $1 AND (instance.created_at, id) > ($2::timestamptz, $3::uuid)
   ORDER BY instance.created_at, id LIMIT $4`;
const BEFORE_ALL = { createdAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

const LOCK = `${FIND} FOR NO KEY UPDATE`;
const RENAME = `UPDATE network.instance SET name = $2 WHERE id = $1 RETURNING ${COLUMNS}`;
const DELETE = 'DELETE FROM network.instance WHERE id = $1';

@Injectable()
export class InstanceRepository {
  constructor(private readonly database: Database) {}

  /** Does nothing, and answers false, when the id is known, to whomever it belongs. */
  async register(tx: Tx, instance: Pick<Instance, 'id' | 'projectId' | 'region' | 'zone' | 'name'>): Promise<boolean> {
    const { id, projectId, region, zone, name } = instance;
    return (await tx.execute(REGISTER, [id, projectId, region, zone, name])) === 1;
  }

  /** Undefined when the project has no such instance in the zone. Violates `instance_attachment_limit`. */
  async takePlace(tx: Tx, id: string, projectId: string, zone: string): Promise<Instance | undefined> {
    const [instance] = await tx.query<Instance>(TAKE_PLACE, [id, projectId, zone]);
    return instance;
  }

  async givePlaceBack(tx: Tx, id: string): Promise<void> {
    await tx.execute(GIVE_PLACE_BACK, [id]);
  }

  async find(id: string, projectId: string): Promise<Instance | undefined> {
    const [instance] = await this.database.query<Instance>(FIND, [id, projectId]);
    return instance;
  }

  async lock(tx: Tx, id: string, projectId: string): Promise<Instance | undefined> {
    const [instance] = await tx.query<Instance>(LOCK, [id, projectId]);
    return instance;
  }

  /** Of an instance that is locked. */
  async rename(tx: Tx, id: string, name: string): Promise<Instance> {
    return (await tx.query<Instance>(RENAME, [id, name]))[0] as Instance;
  }

  /** One that is locked and not attached. */
  async delete(tx: Tx, id: string): Promise<void> {
    await tx.execute(DELETE, [id]);
  }

  list(projectId: string, { region, zone, instanceIds }: ListInstances): Promise<Instance[]> {
    return this.database.query<Instance>(LIST, [projectId, region, zone, instanceIds]);
  }

  page(projectId: string, { after = BEFORE_ALL, limit }: PageInstances): Promise<Instance[]> {
    return this.database.query<Instance>(PAGE, [projectId, after.createdAt, after.id, limit]);
  }
}
