import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ListPrivateNetworks, NetworkScope, Page } from '@isthmus/contracts';
import { Database, type Queryable, selectList, type Tx } from '@isthmus/db';
import type { PrivateNetworkView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import { listQuery } from './private-network.list';
import { PrivateNetwork, type RoutedNetwork } from './private-network.entity';
import { toPrivateNetworkView } from './private-network.view';

const COLUMNS = selectList(PrivateNetwork);
const MAX_VNI = 2 ** 24 - 1;
/** Random picks before the gap search; even at 90 % full, all of them fail once in two million times. */
const RANDOM_VNI_TRIES = 8;

/** A zone sees its own networks and the regional ones. */
const VISIBLE = `id = $1 AND project_id = $2 AND region = $3 AND ($4::text IS NULL OR zone IS NULL OR zone = $4)`;

const FIND = `SELECT ${COLUMNS} FROM network.private_network WHERE ${VISIBLE}`;
const SHARE = `SELECT ${COLUMNS} FROM network.private_network WHERE id = $1 AND project_id = $2 FOR SHARE`;

/** A network as the fabric must know it: does its VPC route it? */
const ROUTED = `
  SELECT ${selectList(PrivateNetwork, 'n')}, v.state AS "vpcState",
         n.connectivity = 'joined' AND v.is_routing_enabled AS "isRouted"
    FROM network.private_network n JOIN network.vpc v ON v.id = n.vpc_id`;
const FIND_BY_ID = `${ROUTED} WHERE n.id = $1`;

/** The VPC first, against a start of routing in the middle of the change; locks are taken in the order of the clauses. */
const LOCKED = 'FOR SHARE OF v FOR UPDATE OF n';
const LOCK = `
  ${ROUTED} WHERE n.id = $1 AND n.project_id = $2 AND n.region = $3 AND ($4::text IS NULL OR n.zone IS NULL OR n.zone = $4)
  ${LOCKED}`;

/** These ids, whether or not they have a zone; without ids all that have one. */
const LOCK_ZONAL = `
  ${ROUTED} WHERE n.project_id = $1 AND n.region = $2
    AND ($3::uuid[] IS NULL AND n.zone IS NOT NULL OR n.id = ANY($3))
   ORDER BY n.created_at, n.id LIMIT 1000 ${LOCKED}`;

const JOINED = `vpc_id = $1 AND connectivity = 'joined'`;
const LIST_JOINED = `${ROUTED} WHERE n.vpc_id = $1 AND n.connectivity = 'joined' ORDER BY n.id`;
const FIND_BUSY_JOINED = `SELECT id FROM network.private_network WHERE ${JOINED} AND state NOT IN ('active', 'error') LIMIT 1`;
const RAISE_JOINED = `UPDATE network.private_network SET revision = revision + 2 WHERE ${JOINED}`;

const INSERT = `
  INSERT INTO network.private_network (id, project_id, vpc_id, region, zone, name, description, labels, tags, state, vni,
    connectivity, is_dhcp_enabled, dhcp_options, is_default_route_propagated)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'creating', $10, $11, $12, $13, $14)
  ON CONFLICT ON CONSTRAINT private_network_vni DO NOTHING
  RETURNING ${COLUMNS}`;

/** The lowest free VNI: 1, or the successor of a used one that has none. */
const LOWEST_FREE_VNI = `
  SELECT min(candidate) AS vni FROM (
    SELECT 1 AS candidate WHERE NOT EXISTS (SELECT FROM network.private_network WHERE vni = 1)
    UNION ALL
    SELECT n.vni + 1 FROM network.private_network n
     WHERE n.vni < ${MAX_VNI} AND NOT EXISTS (SELECT FROM network.private_network o WHERE o.vni = n.vni + 1)
  ) gaps`;

/** Two revisions: one for the way forward, a later one for the way back. */
const BEGIN_CHANGE = `
  UPDATE network.private_network SET state = $2, state_reason = NULL, revision = revision + 2
   WHERE id = $1 RETURNING ${COLUMNS}`;

/** What a client set is as it was, so `updated_at` stays. */
const SETTLE = `UPDATE network.private_network SET state = 'active', state_reason = $2 WHERE id = $1`;

const APPLY = `
  UPDATE network.private_network
     SET name = coalesce($2, name), description = coalesce($3, description), labels = coalesce($4, labels),
         tags = coalesce($5, tags), dhcp_options = coalesce($6, dhcp_options),
         is_default_route_propagated = coalesce($7, is_default_route_propagated),
         is_dhcp_enabled = coalesce($8, is_dhcp_enabled),
         state = 'active', state_reason = NULL, updated_at = now()
   WHERE id = $1`;

const MAKE_REGIONAL = `
  UPDATE network.private_network SET zone = NULL, state = 'active', state_reason = NULL, updated_at = now() WHERE id = $1`;

const DELETE = `DELETE FROM network.private_network WHERE id = $1 RETURNING project_id AS "projectId"`;

/** What keeps a network from being deleted, up to a few of each, as people know it. */
const USERS = `
  (SELECT format('instance %s (%s)', i.name, i.id) AS what
     FROM network.attachment t JOIN network.instance i ON i.id = t.instance_id
    WHERE t.private_network_id = $1 ORDER BY t.created_at, t.id LIMIT $2)
  UNION ALL
  (SELECT format('route to %s (%s)', destination, id) FROM network.route WHERE next_hop_private_network_id = $1
    ORDER BY created_at, id LIMIT $2)
  UNION ALL
  (SELECT format('route to %s of VPN connection %s', destination, connection_id) FROM network.vpn_route
    WHERE next_hop_private_network_id = $1 ORDER BY created_at, id LIMIT $2)
  UNION ALL
  (SELECT format('port %s of gateway %s', name, gateway_id) FROM network.gateway_port WHERE private_network_id = $1
    ORDER BY created_at, id LIMIT $2)
  UNION ALL
  (SELECT format('peering %s (%s)', name, id) FROM network.peering WHERE local_network_id = $1
    ORDER BY created_at, id LIMIT $2)`;

/** Takes one place on a usable network; the check constraint refuses the 251st. */
const TAKE_PLACE = `
  UPDATE network.private_network SET attachment_count = attachment_count + 1
   WHERE ${VISIBLE} AND state IN ('active', 'updating') RETURNING ${COLUMNS}`;
const GIVE_PLACE_BACK = `UPDATE network.private_network SET attachment_count = attachment_count - 1 WHERE id = $1`;

export type NewPrivateNetwork = Omit<
  PrivateNetwork,
  'state' | 'stateReason' | 'vni' | 'attachmentCount' | 'revision' | 'createdAt' | 'updatedAt'
>;

/** What an update may change; absent = as it is. */
export type PrivateNetworkChanges = Partial<
  Pick<
    PrivateNetwork,
    'name' | 'description' | 'labels' | 'tags' | 'dhcpOptions' | 'isDefaultRoutePropagated' | 'isDhcpEnabled'
  >
>;

@Injectable()
export class PrivateNetworkRepository {
  constructor(
    private readonly database: Database,
    private readonly quotas: ProjectQuotas,
  ) {}

  async find(id: string, projectId: string, scope: NetworkScope): Promise<PrivateNetwork | undefined> {
    const [network] = await this.database.query<PrivateNetwork>(FIND, visible(id, projectId, scope));
    return network;
  }

  /** Of any project, for sagas, which were let in already. Throws when it is gone: a saga holds its network's lock. */
  async getById(id: string): Promise<RoutedNetwork> {
    const [network] = await this.database.query<RoutedNetwork>(FIND_BY_ID, [id]);
    if (!network) throw ProblemError.notFound('private-network', id);
    return network;
  }

  async lock(tx: Tx, id: string, projectId: string, scope: NetworkScope): Promise<RoutedNetwork | undefined> {
    const [network] = await tx.query<RoutedNetwork>(LOCK, visible(id, projectId, scope));
    return network;
  }

  /** Keeps it from being changed or deleted until the commit. */
  async share(tx: Tx, id: string, projectId: string): Promise<PrivateNetwork | undefined> {
    const [network] = await tx.query<PrivateNetwork>(SHARE, [id, projectId]);
    return network;
  }

  /** These networks, or all that have a zone; at most 1,000. */
  lockZonal(tx: Tx, projectId: string, region: string, ids: string[] | undefined): Promise<RoutedNetwork[]> {
    return tx.query<RoutedNetwork>(LOCK_ZONAL, [projectId, region, ids]);
  }

  /** The networks that a VPC routes, if it routes. */
  listJoined(vpcId: string): Promise<RoutedNetwork[]> {
    return this.database.query<RoutedNetwork>(LIST_JOINED, [vpcId]);
  }

  /** A joined network of the VPC that is being made, changed or deleted. */
  async findBusyJoined(tx: Tx, vpcId: string): Promise<string | undefined> {
    const [network] = await tx.query<{ id: string }>(FIND_BUSY_JOINED, [vpcId]);
    return network?.id;
  }

  /** Revisions for a change of all joined networks of a VPC: one for the way forward, a later one for the way back. */
  async raiseJoined(tx: Tx, vpcId: string): Promise<void> {
    await tx.execute(RAISE_JOINED, [vpcId]);
  }

  async list(projectId: string, query: ListPrivateNetworks): Promise<Page<PrivateNetworkView>> {
    const { sql, values } = listQuery(COLUMNS, projectId, query);
    const rows = await this.database.queryDynamic<PrivateNetwork & { totalCount: string }>(sql, values);
    const [counted = await this.firstOf(projectId, query)] = rows;
    return { items: rows.map(toPrivateNetworkView), totalCount: Number(counted?.totalCount ?? 0) };
  }

  /** Inserts with a VNI of its own. Throws `exhausted` when all 2^24-1 are in use. */
  async insert(tx: Tx, network: NewPrivateNetwork): Promise<PrivateNetwork> {
    for (let attempt = 1; ; attempt++) {
      const vni = attempt <= RANDOM_VNI_TRIES ? randomInt(1, MAX_VNI + 1) : await this.lowestFreeVni(tx);
      const [row] = await tx.query<PrivateNetwork>(INSERT, insertValues(network, vni));
      if (row) return row;
    }
  }

  async beginChange(tx: Tx, id: string, state: 'updating' | 'deleting'): Promise<PrivateNetwork> {
    const [row] = await tx.query<PrivateNetwork>(BEGIN_CHANGE, [id, state]);
    if (!row) throw new Error(`private network ${id} vanished under its lock`);
    return row;
  }

  /** Usable again; `reason` tells why the last change did not happen. */
  async settle(tx: Tx, id: string, reason: string | null): Promise<void> {
    await tx.execute(SETTLE, [id, reason]);
  }

  async apply(tx: Tx, id: string, changes: PrivateNetworkChanges): Promise<void> {
    await tx.execute(APPLY, [
      id,
      changes.name,
      changes.description,
      changes.labels && JSON.stringify(changes.labels),
      changes.tags,
      changes.dhcpOptions && JSON.stringify(changes.dhcpOptions),
      changes.isDefaultRoutePropagated,
      changes.isDhcpEnabled,
    ]);
  }

  /** Up to `limit` attached instances and as many routes, gateway ports and peerings of it, in words. */
  async users(tx: Tx, id: string, limit: number): Promise<string[]> {
    return (await tx.query<{ what: string }>(USERS, [id, limit])).map(({ what }) => what);
  }

  async makeRegional(tx: Tx, id: string): Promise<void> {
    await tx.execute(MAKE_REGIONAL, [id]);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    const [gone] = await tx.query<{ projectId: string }>(DELETE, [id]);
    if (gone) await this.quotas.giveBack(tx, gone.projectId, 'private-network');
  }

  /** Undefined when there is no such network or it cannot be used now. Violates `private_network_attachment_limit`. */
  async takePlace(tx: Tx, id: string, projectId: string, scope: NetworkScope): Promise<PrivateNetwork | undefined> {
    const [network] = await tx.query<PrivateNetwork>(TAKE_PLACE, visible(id, projectId, scope));
    return network;
  }

  async givePlaceBack(tx: Tx, id: string): Promise<void> {
    await tx.execute(GIVE_PLACE_BACK, [id]);
  }

  private async lowestFreeVni(queryable: Queryable): Promise<number> {
    const [row] = await queryable.query<{ vni: number | null }>(LOWEST_FREE_VNI);
    if (!row?.vni) throw new ProblemError('exhausted', 'All 16,777,215 network identifiers (VNI) are in use.');
    return row.vni;
  }

  /** Beyond the last page no row carries the count. */
  private async firstOf(projectId: string, query: ListPrivateNetworks): Promise<{ totalCount: string } | undefined> {
    if (!query.paging || query.paging.page === 1) return undefined;
    const { sql, values } = listQuery(COLUMNS, projectId, { ...query, paging: { page: 1, pageSize: 1 } });
    const [row] = await this.database.queryDynamic<{ totalCount: string }>(sql, values);
    return row;
  }
}

function visible(id: string, projectId: string, scope: NetworkScope): unknown[] {
  return [id, projectId, scope.region, scope.zone ?? null];
}

function insertValues(network: NewPrivateNetwork, vni: number): unknown[] {
  return [
    network.id,
    network.projectId,
    network.vpcId,
    network.region,
    network.zone,
    network.name,
    network.description,
    JSON.stringify(network.labels),
    network.tags,
    vni,
    network.connectivity,
    network.isDhcpEnabled,
    JSON.stringify(network.dhcpOptions),
    network.isDefaultRoutePropagated,
  ];
}
