import { Injectable } from '@nestjs/common';
import type { GetRoute, SetVpnRoutes } from '@isthmus/contracts';
import { Database, selectList, type Tx } from '@isthmus/db';
import type { Vpc } from '../vpc/vpc.entity';
import { VpnRoute } from './vpn-route.entity';
import type { PlacedVpnRoute } from './vpn-route.view';

const COLUMNS = selectList(VpnRoute, 'r');
const PLACED = `SELECT ${COLUMNS}, v.region FROM network.vpn_route r JOIN network.vpc v ON v.id = r.vpc_id`;
const FIND = `${PLACED} WHERE r.id = $1 AND r.project_id = $2 AND v.region = $3`;
const FIND_BY_IDS = `${PLACED} WHERE r.id = ANY ($1)`;
const OF_CONNECTION = `SELECT ${COLUMNS} FROM network.vpn_route r WHERE r.connection_id = $1 AND r.project_id = $2`;
const FIND_TO = `SELECT id FROM network.vpn_route WHERE vpc_id = $1 AND destination = $2 LIMIT 1`;

/** Two sets of one connection follow each other, also where it has no row yet that could be locked. */
const LOCK_CONNECTION = `SELECT pg_advisory_xact_lock(hashtextextended('routes of VPN connection ' || $1::text, 0))`;

/**
 * Against everybody who makes a route, all of whom hold the row FOR SHARE: what is free here stays free until the commit.
 * Foreign keys to the VPC do not wait for it.
 */
const LOCK_VPCS = `
  SELECT id, state, is_routing_enabled AS "isRoutingEnabled" FROM network.vpc
   WHERE id = ANY ($1) AND project_id = $2 ORDER BY id FOR NO KEY UPDATE`;

/** Networks in other VPCs of the project that are peered with one of this VPC. */
const PEERED = `
  SELECT DISTINCT r.id, r.vpc_id AS "vpcId"
    FROM network.private_network l
    JOIN network.peering p ON p.local_network_id = l.id AND p.state = 'active'
    JOIN network.private_network r ON r.id = p.peer_network_id
   WHERE l.vpc_id = $1 AND l.project_id = $2 AND r.project_id = $2 AND r.vpc_id <> $1`;

const JOINED = `
  SELECT id FROM network.private_network WHERE vpc_id = ANY ($1) AND project_id = $2 AND connectivity = 'joined'`;

/** A route to one of these destinations that is not the gateway's own. */
const IN_THE_WAY = `
  SELECT id, destination FROM (
    SELECT id, vpc_id, destination FROM network.route
    UNION ALL
    SELECT id, vpc_id, destination FROM network.vpn_route WHERE gateway_id <> $3
  ) r WHERE vpc_id = ANY ($1) AND destination = ANY ($2::cidr[]) ORDER BY destination, id LIMIT 1`;

const DELETE_OTHERS = `
  DELETE FROM network.vpn_route
   WHERE connection_id = $1 AND project_id = $2
     AND NOT (vpc_id = ANY ($3::uuid[]) AND destination = ANY ($4::cidr[]))
  RETURNING id, revision`;

const PUT = `
  INSERT INTO network.vpn_route AS r (project_id, connection_id, gateway_id, next_hop_private_network_id,
    next_hop_address, vpc_id, destination)
  SELECT $1, $2, $3, $4, $5, vpc.id, wanted.destination
    FROM unnest($6::uuid[]) AS vpc (id) CROSS JOIN unnest($7::cidr[]) AS wanted (destination)
  ON CONFLICT ON CONSTRAINT vpn_route_once DO UPDATE
     SET next_hop_private_network_id = EXCLUDED.next_hop_private_network_id,
         next_hop_address = EXCLUDED.next_hop_address, revision = r.revision + 1, updated_at = now()
   WHERE (r.next_hop_private_network_id, r.next_hop_address)
         IS DISTINCT FROM (EXCLUDED.next_hop_private_network_id, EXCLUDED.next_hop_address)`;

/** Every destination in every VPC. */
export interface RouteMatrix {
  vpcIds: string[];
  destinations: string[];
}

export type LockedVpc = Pick<Vpc, 'id' | 'state' | 'isRoutingEnabled'>;
/** A route that has no row any more, and its last revision, as text. */
export type GoneRoute = Pick<VpnRoute, 'id' | 'revision'>;

@Injectable()
export class VpnRouteRepository {
  constructor(private readonly database: Database) {}

  async find({ routeId, region }: GetRoute, projectId: string): Promise<PlacedVpnRoute | undefined> {
    const [route] = await this.database.query<PlacedVpnRoute>(FIND, [routeId, projectId, region]);
    return route;
  }

  /** Of any project: ids that a page of routes has. */
  listByIds(ids: string[]): Promise<PlacedVpnRoute[]> {
    return this.database.query<PlacedVpnRoute>(FIND_BY_IDS, [ids]);
  }

  listOfConnection(connectionId: string, projectId: string): Promise<VpnRoute[]> {
    return this.database.query<VpnRoute>(OF_CONNECTION, [connectionId, projectId]);
  }

  /** One that a VPC has to exactly this destination. The VPC is locked, so there stays none where there is none. */
  async findTo(tx: Tx, vpcId: string, destination: string): Promise<string | undefined> {
    return (await tx.query<{ id: string }>(FIND_TO, [vpcId, destination]))[0]?.id;
  }

  async lockConnection(tx: Tx, connectionId: string): Promise<void> {
    await tx.query(LOCK_CONNECTION, [connectionId]);
  }

  /** Those that there are. */
  lockVpcs(tx: Tx, ids: string[], projectId: string): Promise<LockedVpc[]> {
    return tx.query<LockedVpc>(LOCK_VPCS, [ids, projectId]);
  }

  listPeered(vpcId: string, projectId: string): Promise<{ id: string; vpcId: string }[]> {
    return this.database.query(PEERED, [vpcId, projectId]);
  }

  async listJoined(vpcIds: string[], projectId: string): Promise<string[]> {
    return (await this.database.query<{ id: string }>(JOINED, [vpcIds, projectId])).map(({ id }) => id);
  }

  async findInTheWay(
    tx: Tx,
    { vpcIds, destinations }: RouteMatrix,
    gatewayId: string,
  ): Promise<{ id: string; destination: string } | undefined> {
    const [route] = await tx.query<{ id: string; destination: string }>(IN_THE_WAY, [vpcIds, destinations, gatewayId]);
    return route;
  }

  /** Deletes what the connection has beside these. */
  deleteOthers(
    tx: Tx,
    connectionId: string,
    projectId: string,
    { vpcIds, destinations }: RouteMatrix,
  ): Promise<GoneRoute[]> {
    return tx.query<GoneRoute>(DELETE_OTHERS, [connectionId, projectId, vpcIds, destinations]);
  }

  /** Violates `vpn_route_of_one_gateway`. */
  async put(tx: Tx, command: SetVpnRoutes, projectId: string, { vpcIds, destinations }: RouteMatrix): Promise<void> {
    const { connectionId, gatewayId, nextHop } = command;
    const own = [projectId, connectionId, gatewayId, nextHop.privateNetworkId, nextHop.address];
    await tx.execute(PUT, [...own, vpcIds, destinations]);
  }
}
