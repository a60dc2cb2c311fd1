import { Injectable } from '@nestjs/common';
import type { GetRoute, ListRoutes } from '@isthmus/contracts';
import { Database, selectList, type Tx } from '@isthmus/db';
import type { SubnetView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import { Route } from './route.entity';
import { listQuery } from './route.list';

const COLUMNS = selectList(Route);

const OWN = 'id = $1 AND project_id = $2 AND region = $3';
const FIND = `SELECT ${COLUMNS} FROM network.route WHERE ${OWN}`;
const LOCK = `SELECT ${COLUMNS} FROM network.route WHERE ${OWN} FOR UPDATE`;
const FIND_BY_ID = `SELECT ${COLUMNS} FROM network.route WHERE id = $1`;
const FIND_BY_IDS = `SELECT ${COLUMNS} FROM network.route WHERE id = ANY($1)`;

const INSERT = `
  INSERT INTO network.route (id, project_id, vpc_id, region, description, tags, destination, next_hop_attachment_id,
    next_hop_private_network_id, state)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'creating')
  RETURNING ${COLUMNS}`;

/** The new values at once: while the fabric learns them, no other route can take the destination, and no hop can go. */
const BEGIN_UPDATE = `
  UPDATE network.route
     SET description = $2, tags = $3, destination = $4, next_hop_attachment_id = $5, next_hop_private_network_id = $6,
         state = 'updating', state_reason = NULL, revision = revision + 1, updated_at = now()
   WHERE id = $1 RETURNING ${COLUMNS}`;

/** Two revisions: one for the way forward, a later one for the way back. */
const BEGIN_DELETE = `
  UPDATE network.route SET state = 'deleting', state_reason = NULL, revision = revision + 2
   WHERE id = $1 RETURNING ${COLUMNS}`;

const SETTLE = `UPDATE network.route SET state = 'active', state_reason = $2 WHERE id = $1`;
const DELETE = `DELETE FROM network.route WHERE id = $1 RETURNING project_id AS "projectId"`;

/** Where the networks that a VPC of the project routes are asked for their subnets. */
const ROUTED_NETWORKS = `
  SELECT n.id FROM network.private_network n JOIN network.vpc v ON v.id = n.vpc_id
   WHERE n.project_id = $1 AND n.region = $2 AND ($3::uuid IS NULL OR n.vpc_id = $3) AND ($4::uuid IS NULL OR n.id = $4)
     AND n.connectivity = 'joined' AND v.is_routing_enabled`;

const NEXT_HOP_NAMES = `
  SELECT id, name FROM network.private_network WHERE id = ANY($1)
  UNION ALL
  SELECT t.id, i.name FROM network.attachment t JOIN network.instance i ON i.id = t.instance_id WHERE t.id = ANY($1)`;

const THROUGH = `SELECT ${COLUMNS} FROM network.route WHERE next_hop_attachment_id = $1 LIMIT 1`;

export type NewRoute = Omit<Route, 'state' | 'stateReason' | 'revision' | 'createdAt' | 'updatedAt'>;

@Injectable()
export class RouteRepository {
  constructor(
    private readonly database: Database,
    private readonly quotas: ProjectQuotas,
  ) {}

  async find({ routeId, region }: GetRoute, projectId: string): Promise<Route | undefined> {
    const [route] = await this.database.query<Route>(FIND, [routeId, projectId, region]);
    return route;
  }

  async lock(tx: Tx, { routeId, region }: GetRoute, projectId: string): Promise<Route | undefined> {
    const [route] = await tx.query<Route>(LOCK, [routeId, projectId, region]);
    return route;
  }

  /** Of any project, for sagas, which were let in already. Throws when it is gone. */
  async getById(id: string): Promise<Route> {
    const [route] = await this.database.query<Route>(FIND_BY_ID, [id]);
    if (!route) throw ProblemError.notFound('route', id);
    return route;
  }

  /** Of any project: ids that `page` answered. */
  listByIds(ids: string[]): Promise<Route[]> {
    return this.database.query<Route>(FIND_BY_IDS, [ids]);
  }

  /** Ids of one page in order, over the custom routes, those of VPN connections and those of `subnets`. */
  async page(
    projectId: string,
    subnets: SubnetView[],
    query: ListRoutes,
  ): Promise<{ ids: string[]; totalCount: number }> {
    const { sql, values } = listQuery(projectId, subnets, query);
    const rows = await this.database.queryDynamic<{ id: string; totalCount: string }>(sql, values);
    const [counted] = rows;
    if (counted || query.paging.page === 1) {
      return { ids: rows.map(({ id }) => id), totalCount: Number(counted?.totalCount ?? 0) };
    }
    // Beyond the last page no row carries the count.
    const first = await this.page(projectId, subnets, { ...query, paging: { page: 1, pageSize: 1 } });
    return { ids: [], totalCount: first.totalCount };
  }

  /** Violates `route_destination_once`. */
  async insert(tx: Tx, route: NewRoute): Promise<Route> {
    const { id, projectId, vpcId, region, description, tags, destination } = route;
    const values = [id, projectId, vpcId, region, description, tags, destination];
    const [row] = await tx.query<Route>(INSERT, [...values, route.nextHopAttachmentId, route.nextHopPrivateNetworkId]);
    if (!row) throw new Error('the insert of a route answered nothing');
    return row;
  }

  /** Violates `route_destination_once`. */
  async beginUpdate(tx: Tx, route: Route): Promise<Route> {
    const { id, description, tags, destination, nextHopAttachmentId, nextHopPrivateNetworkId } = route;
    const values = [id, description, tags, destination, nextHopAttachmentId, nextHopPrivateNetworkId];
    return one(await tx.query<Route>(BEGIN_UPDATE, values), id);
  }

  async beginDelete(tx: Tx, id: string): Promise<Route> {
    return one(await tx.query<Route>(BEGIN_DELETE, [id]), id);
  }

  /** Usable again; `reason` tells why the last change did not happen. */
  async settle(tx: Tx, id: string, reason: string | null): Promise<void> {
    await tx.execute(SETTLE, [id, reason]);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    const [gone] = await tx.query<{ projectId: string }>(DELETE, [id]);
    if (gone) await this.quotas.giveBack(tx, gone.projectId, 'route');
  }

  /** Networks whose subnets have routes. */
  async listRoutedNetworks(
    projectId: string,
    query: { region: string; vpcId?: string; nextHopPrivateNetworkId?: string },
  ): Promise<string[]> {
    const values = [projectId, query.region, query.vpcId, query.nextHopPrivateNetworkId];
    return (await this.database.query<{ id: string }>(ROUTED_NETWORKS, values)).map(({ id }) => id);
  }

  /** Of networks their own, of NICs their instance's. */
  async nextHopNames(ids: string[]): Promise<Map<string, string>> {
    const rows = await this.database.query<{ id: string; name: string }>(NEXT_HOP_NAMES, [ids]);
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** A route that leads to the NIC. */
  async findThrough(tx: Tx, attachmentId: string): Promise<Route | undefined> {
    const [route] = await tx.query<Route>(THROUGH, [attachmentId]);
    return route;
  }
}

function one(rows: Route[], id: string): Route {
  const [row] = rows;
  if (!row) throw new Error(`route ${id} vanished under its lock`);
  return row;
}
