import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';

/** The child that is about to be inserted keeps its VPC from being deleted. */
const SHARE = `SELECT id FROM network.vpc WHERE id = $1 AND project_id = $2 AND region = $3 FOR SHARE`;
const FIND_DEFAULT = `SELECT id FROM network.vpc WHERE project_id = $1 AND region = $2 AND is_default`;
const SHARE_DEFAULT = `SELECT id FROM network.vpc WHERE project_id = $1 AND region = $2 AND is_default FOR SHARE`;

/** Of two first networks of a region one makes the VPC; the other waits for it and finds it. */
const INSERT_DEFAULT = `
  INSERT INTO network.vpc (project_id, region, name, tags, is_default) VALUES ($1, $2, 'default', '{default}', true)
  ON CONFLICT (project_id, region) WHERE is_default DO NOTHING`;

@Injectable()
export class VpcRepository {
  constructor(private readonly database: Database) {}

  /** Undefined until the project has its first network in the region. */
  async findDefault(projectId: string, region: string): Promise<string | undefined> {
    const [vpc] = await this.database.query<{ id: string }>(FIND_DEFAULT, [projectId, region]);
    return vpc?.id;
  }

  /** Locks the VPC for a child insert; false when the project has none of that id in the region. */
  async share(tx: Tx, vpcId: string, projectId: string, region: string): Promise<boolean> {
    return (await tx.query(SHARE, [vpcId, projectId, region])).length === 1;
  }

  /** The project's default VPC of the region, made on first use, locked for a child insert. */
  async shareDefault(tx: Tx, projectId: string, region: string): Promise<string> {
    for (;;) {
      const [vpc] = await tx.query<{ id: string }>(SHARE_DEFAULT, [projectId, region]);
      if (vpc) return vpc.id;
      await tx.execute(INSERT_DEFAULT, [projectId, region]);
    }
  }
}
