import { Injectable } from '@nestjs/common';
import type { GetVpc, ListVpcs, Page } from '@isthmus/contracts';
import { Database, selectList, type Tx } from '@isthmus/db';
import type { VpcView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import { Vpc } from './vpc.entity';
import { listQuery } from './vpc.list';
import { type CountedVpc, toVpcView } from './vpc.view';

const COLUMNS = selectList(Vpc, 'v');
const COUNTED = `${COLUMNS},
  (SELECT count(*) FROM network.private_network n WHERE n.vpc_id = v.id)::int AS "privateNetworkCount"`;

const OWN = 'v.id = $1 AND v.project_id = $2 AND v.region = $3';
const FIND = `SELECT ${COUNTED} FROM network.vpc v WHERE ${OWN}`;
const LOCK = `SELECT ${COUNTED} FROM network.vpc v WHERE ${OWN} FOR UPDATE`;
const FIND_BY_ID = `SELECT ${COLUMNS} FROM network.vpc v WHERE v.id = $1`;

/** The child that is about to be inserted keeps its VPC from being deleted, and from starting to route meanwhile. */
const SHARE = `SELECT ${COLUMNS} FROM network.vpc v WHERE ${OWN} FOR SHARE`;
const OWN_DEFAULT = 'v.project_id = $1 AND v.region = $2 AND v.is_default';
const FIND_DEFAULT = `SELECT v.id FROM network.vpc v WHERE ${OWN_DEFAULT}`;
const SHARE_DEFAULT = `SELECT ${COLUMNS} FROM network.vpc v WHERE ${OWN_DEFAULT} FOR SHARE`;

/** Of two first networks of a region one makes the VPC; the other waits for it and finds it. */
const INSERT_DEFAULT = `
  INSERT INTO network.vpc (project_id, region, name, tags, is_default) VALUES ($1, $2, 'default', '{default}', true)
  ON CONFLICT (project_id, region) WHERE is_default DO NOTHING`;

const INSERT = `
  INSERT INTO network.vpc AS v (id, project_id, region, name, tags, is_routing_enabled) VALUES ($1, $2, $3, $4, $5, $6)
  RETURNING ${COUNTED}`;

const APPLY = `
  UPDATE network.vpc v
     SET name = coalesce($4, name), tags = coalesce($5, tags),
         is_custom_routes_propagation_enabled = coalesce($6, is_custom_routes_propagation_enabled), updated_at = now()
   WHERE ${OWN} RETURNING ${COUNTED}`;

const MOVE = `UPDATE network.vpc v SET region = $2, updated_at = now() WHERE v.id = $1 RETURNING ${COUNTED}`;

/** Two revisions: one for the way forward, a later one for the way back. */
const BEGIN_CHANGE = `
  UPDATE network.vpc v SET state = 'updating', state_reason = NULL, revision = revision + 2
   WHERE v.id = $1 RETURNING ${COUNTED}`;

const START_ROUTING = `
  UPDATE network.vpc SET is_routing_enabled = true, state = 'active', state_reason = NULL, updated_at = now()
   WHERE id = $1`;

/** What a client set is as it was, so `updated_at` stays. */
const SETTLE = `UPDATE network.vpc SET state = 'active', state_reason = $2 WHERE id = $1`;
const DELETE = `DELETE FROM network.vpc WHERE id = $1`;

/** What lies in a VPC, up to a few of each, as people know it. */
const CONTENTS = `
  (SELECT format('private network %s (%s)', name, id) AS what FROM network.private_network WHERE vpc_id = $1
    ORDER BY created_at, id LIMIT $2)
  UNION ALL
  (SELECT format('route to %s (%s)', destination, id) FROM network.route WHERE vpc_id = $1
    ORDER BY created_at, id LIMIT $2)
  UNION ALL
  (SELECT format('route to %s of VPN connection %s', destination, connection_id) FROM network.vpn_route
    WHERE vpc_id = $1 ORDER BY created_at, id LIMIT $2)`;

@Injectable()
export class VpcRepository {
  constructor(
    private readonly database: Database,
    private readonly quotas: ProjectQuotas,
  ) {}

  async find({ vpcId, region }: GetVpc, projectId: string): Promise<CountedVpc | undefined> {
    const [vpc] = await this.database.query<CountedVpc>(FIND, [vpcId, projectId, region]);
    return vpc;
  }

  /** Of any project, for sagas, which were let in already. Throws when it is gone. */
  async getById(id: string): Promise<Vpc> {
    const [vpc] = await this.database.query<Vpc>(FIND_BY_ID, [id]);
    if (!vpc) throw ProblemError.notFound('vpc', id);
    return vpc;
  }

  async lock(tx: Tx, { vpcId, region }: GetVpc, projectId: string): Promise<CountedVpc | undefined> {
    const [vpc] = await tx.query<CountedVpc>(LOCK, [vpcId, projectId, region]);
    return vpc;
  }

  async list(projectId: string, query: ListVpcs): Promise<Page<VpcView>> {
    const { sql, values } = listQuery(COUNTED, projectId, query);
    const rows = await this.database.queryDynamic<CountedVpc & { totalCount: string }>(sql, values);
    const [counted = await this.firstOf(projectId, query)] = rows;
    return { items: rows.map(toVpcView), totalCount: Number(counted?.totalCount ?? 0) };
  }

  /** Undefined until the project has its first network in the region. */
  async findDefault(projectId: string, region: string): Promise<string | undefined> {
    const [vpc] = await this.database.query<{ id: string }>(FIND_DEFAULT, [projectId, region]);
    return vpc?.id;
  }

  /** Locks the VPC for a child insert; undefined when the project has none of that id in the region. */
  async share(tx: Tx, vpcId: string, projectId: string, region: string): Promise<Vpc | undefined> {
    const [vpc] = await tx.query<Vpc>(SHARE, [vpcId, projectId, region]);
    return vpc;
  }

  /** Of an empty VPC that is locked. */
  async move(tx: Tx, id: string, region: string): Promise<CountedVpc> {
    const [vpc] = await tx.query<CountedVpc>(MOVE, [id, region]);
    if (!vpc) throw new Error(`VPC ${id} vanished under its lock`);
    return vpc;
  }

  /** The project's default VPC of the region, made on first use, locked for a child insert. Throws `quota-exceeded`. */
  async shareDefault(tx: Tx, projectId: string, region: string): Promise<Vpc> {
    for (;;) {
      const [vpc] = await tx.query<Vpc>(SHARE_DEFAULT, [projectId, region]);
      if (vpc) return vpc;
      const isNew = (await tx.execute(INSERT_DEFAULT, [projectId, region])) === 1;
      if (isNew) await this.quotas.take(tx, projectId, 'vpc');
    }
  }

  /** Throws `quota-exceeded`. */
  async insert(
    tx: Tx,
    vpc: Pick<Vpc, 'id' | 'projectId' | 'region' | 'name' | 'tags' | 'isRoutingEnabled'>,
  ): Promise<CountedVpc> {
    const values = [vpc.id, vpc.projectId, vpc.region, vpc.name, vpc.tags, vpc.isRoutingEnabled];
    const [row] = await tx.query<CountedVpc>(INSERT, values);
    if (!row) throw new Error('the insert of a VPC answered nothing');
    await this.quotas.take(tx, vpc.projectId, 'vpc');
    return row;
  }

  /** Undefined when the project has no such VPC in the region. */
  async apply(
    tx: Tx,
    { vpcId, region }: GetVpc,
    projectId: string,
    changes: Partial<Pick<Vpc, 'name' | 'tags' | 'isCustomRoutesPropagationEnabled'>>,
  ): Promise<CountedVpc | undefined> {
    const { name, tags, isCustomRoutesPropagationEnabled } = changes;
    const values = [vpcId, projectId, region, name, tags, isCustomRoutesPropagationEnabled];
    const [row] = await tx.query<CountedVpc>(APPLY, values);
    return row;
  }

  async beginChange(tx: Tx, id: string): Promise<CountedVpc> {
    const [row] = await tx.query<CountedVpc>(BEGIN_CHANGE, [id]);
    if (!row) throw new Error(`VPC ${id} vanished under its lock`);
    return row;
  }

  async startRouting(tx: Tx, id: string): Promise<void> {
    await tx.execute(START_ROUTING, [id]);
  }

  /** Usable again; `reason` tells why the last change did not happen. */
  async settle(tx: Tx, id: string, reason: string | null): Promise<void> {
    await tx.execute(SETTLE, [id, reason]);
  }

  /** Violates foreign keys while anything lies in it. */
  async delete(tx: Tx, { id, projectId }: Vpc): Promise<void> {
    await tx.execute(DELETE, [id]);
    await this.quotas.giveBack(tx, projectId, 'vpc');
  }

  /** Up to `limit` networks and routes of the VPC, in words. */
  async contents(tx: Tx, id: string, limit: number): Promise<string[]> {
    return (await tx.query<{ what: string }>(CONTENTS, [id, limit])).map(({ what }) => what);
  }

  /** Beyond the last page no row carries the count. */
  private async firstOf(projectId: string, query: ListVpcs): Promise<{ totalCount: string } | undefined> {
    if (query.paging.page === 1) return undefined;
    const { sql, values } = listQuery(COUNTED, projectId, { ...query, paging: { page: 1, pageSize: 1 } });
    const [row] = await this.database.queryDynamic<{ totalCount: string }>(sql, values);
    return row;
  }
}
