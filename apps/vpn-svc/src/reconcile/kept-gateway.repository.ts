import { Injectable } from '@nestjs/common';
import { Database, selectList, type Tx } from '@isthmus/db';
import { VpnConnection } from '../connection/vpn-connection.entity';
import { CustomerGateway } from '../customer-gateway/customer-gateway.entity';
import { VpnEndpoint } from '../gateway/vpn-endpoint.entity';
import { VpnGateway } from '../gateway/vpn-gateway.entity';
import type { KeptConnection, KeptGateway } from './kept-gateway';

type ConnectionRow = VpnConnection & { sealed: Buffer; masterKeyId: string };

const PAGE = `SELECT id FROM vpn.gateway WHERE state = 'active' AND id > $1 ORDER BY id LIMIT $2`;
const OF_PARTS = `
  SELECT gateway_id AS id FROM vpn.endpoint WHERE id = ANY ($1)
  UNION SELECT gateway_id FROM vpn.connection WHERE id = ANY ($1)`;

const GATEWAYS = `SELECT ${selectList(VpnGateway)} FROM vpn.gateway WHERE id = ANY ($1) AND state = 'active'`;
const ENDPOINTS = `SELECT ${selectList(VpnEndpoint)} FROM vpn.endpoint WHERE gateway_id = ANY ($1) ORDER BY slot`;
const CONNECTIONS = `
  SELECT ${selectList(VpnConnection)}, psk_sealed AS sealed, psk_master_key_id AS "masterKeyId"
    FROM vpn.connection WHERE gateway_id = ANY ($1) AND state = 'active'`;
const CUSTOMER_GATEWAYS = `SELECT ${selectList(CustomerGateway)} FROM vpn.customer_gateway WHERE id = ANY ($1)`;
const BE_THE_ONE = `SELECT pg_try_advisory_xact_lock(hashtext('tunnel reconciliation')) AS "isOurs"`;

/** What the reconciler reads, of all projects. */
@Injectable()
export class KeptGatewayRepository {
  constructor(private readonly database: Database) {}

  /** Ids of active gateways after `after`, in their order. */
  async page(after: string, limit: number): Promise<string[]> {
    return (await this.database.query<{ id: string }>(PAGE, [after, limit])).map(({ id }) => id);
  }

  /** Ids of the gateways that these endpoints and connections belong to. */
  async ofParts(partIds: string[]): Promise<string[]> {
    return (await this.database.query<{ id: string }>(OF_PARTS, [partIds])).map(({ id }) => id);
  }

  /** Those of these that are active, with their active connections. */
  async load(gatewayIds: string[]): Promise<KeptGateway[]> {
    const [gateways, endpoints, connections] = await Promise.all([
      this.database.query<VpnGateway>(GATEWAYS, [gatewayIds]),
      this.database.query<VpnEndpoint>(ENDPOINTS, [gatewayIds]),
      this.database.query<ConnectionRow>(CONNECTIONS, [gatewayIds]),
    ]);
    const customerGatewayIds = [...new Set(connections.map(({ customerGatewayId }) => customerGatewayId))];
    const customerGateways = await this.database.query<CustomerGateway>(CUSTOMER_GATEWAYS, [customerGatewayIds]);
    const kept = keptConnections(connections, endpoints, customerGateways);
    return gateways.map((gateway) => ({
      gateway,
      endpoints: endpoints.filter(({ gatewayId }) => gatewayId === gateway.id),
      connections: kept.filter(({ connection }) => connection.gatewayId === gateway.id),
    }));
  }

  /** Is no other replica looking at all gateways right now? Ours until the end of the transaction. */
  async beTheOne(tx: Tx): Promise<boolean> {
    const [row] = await tx.query<{ isOurs: boolean }>(BE_THE_ONE);
    return row?.isOurs === true;
  }
}

/** One whose other rows went between two queries is left out: it is being deleted. */
function keptConnections(
  rows: ConnectionRow[],
  endpoints: VpnEndpoint[],
  customerGateways: CustomerGateway[],
): KeptConnection[] {
  const endpointsById = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  const customersById = new Map(customerGateways.map((customerGateway) => [customerGateway.id, customerGateway]));
  return rows.flatMap(({ sealed, masterKeyId, ...connection }) => {
    const endpoint = endpointsById.get(connection.endpointId);
    const customerGateway = customersById.get(connection.customerGatewayId);
    return endpoint && customerGateway ? [{ connection, endpoint, customerGateway, psk: { sealed, masterKeyId } }] : [];
  });
}
