import { Injectable } from '@nestjs/common';
import { Database, selectList, type Tx } from '@isthmus/db';
import type { Connectivity } from '@isthmus/model';
import { PrivateNetwork } from './private-network.entity';

const REGION = 'SELECT region FROM network.private_network WHERE id = $1 AND project_id = $2';

/** The place it comes from is kept until the end: while that is set no router counts. */
const BEGIN_MOVE = `
  UPDATE network.private_network
     SET former_vpc_id = CASE WHEN ROW (vpc_id, connectivity) IS DISTINCT FROM ROW ($2::uuid, $3::text) THEN vpc_id END,
         vpc_id = $2, connectivity = $3, state = 'updating', state_reason = NULL, revision = revision + 2
   WHERE id = $1 RETURNING ${selectList(PrivateNetwork)}`;
const ARRIVE = `
  UPDATE network.private_network SET former_vpc_id = NULL, state = 'active', state_reason = NULL, updated_at = now()
   WHERE id = $1`;
const RETURN = `
  UPDATE network.private_network
     SET vpc_id = $2, connectivity = $3, former_vpc_id = NULL, state = 'active', state_reason = $4 WHERE id = $1`;

/** Routes of the VPC that lead to the network or to a machine on it. */
const ROUTES_TO = `
  (SELECT format('route to %s (%s)', r.destination, r.id) AS what FROM network.route r
    WHERE r.next_hop_private_network_id = $1
       OR r.next_hop_attachment_id IN (SELECT id FROM network.attachment WHERE private_network_id = $1)
    ORDER BY r.created_at, r.id LIMIT 5)
  UNION ALL
  (SELECT format('route to %s of VPN connection %s', destination, connection_id) FROM network.vpn_route
    WHERE next_hop_private_network_id = $1 ORDER BY created_at, id LIMIT 5)`;

const GATEWAY_PORTS = `
  SELECT format('port %s of gateway %s', name, gateway_id) AS what FROM network.gateway_port
   WHERE private_network_id = $1 ORDER BY created_at, id LIMIT 5`;

/** Where a network is, and whether it is routed there. */
export interface Placement {
  vpcId: string;
  connectivity: Connectivity;
}

@Injectable()
export class SetRouterRepository {
  constructor(private readonly database: Database) {}

  async findRegion(id: string, projectId: string): Promise<string | undefined> {
    return (await this.database.query<{ region: string }>(REGION, [id, projectId]))[0]?.region;
  }

  /** In words. */
  async routesTo(tx: Tx, id: string): Promise<string[]> {
    return (await tx.query<{ what: string }>(ROUTES_TO, [id])).map(({ what }) => what);
  }

  /** By which gateways reach the VPC, in words. */
  async gatewayPorts(tx: Tx, id: string): Promise<string[]> {
    return (await tx.query<{ what: string }>(GATEWAY_PORTS, [id])).map(({ what }) => what);
  }

  async beginMove(tx: Tx, id: string, to: Placement): Promise<PrivateNetwork> {
    const [row] = await tx.query<PrivateNetwork>(BEGIN_MOVE, [id, to.vpcId, to.connectivity]);
    if (!row) throw new Error(`private network ${id} vanished under its lock`);
    return row;
  }

  async arrive(tx: Tx, id: string): Promise<void> {
    await tx.execute(ARRIVE, [id]);
  }

  async goBack(tx: Tx, id: string, former: Placement, reason: string): Promise<void> {
    await tx.execute(RETURN, [id, former.vpcId, former.connectivity, reason]);
  }
}
