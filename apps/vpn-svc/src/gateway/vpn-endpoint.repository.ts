import { Injectable } from '@nestjs/common';
import { Database, type Queryable, selectList, type Tx } from '@isthmus/db';
import type { EipPlan } from './eip-plan';
import { VpnEndpoint } from './vpn-endpoint.entity';

const COLUMNS = selectList(VpnEndpoint);

const LIST = `SELECT ${COLUMNS} FROM vpn.endpoint WHERE gateway_id = ANY ($1) ORDER BY gateway_id, slot`;

const INSERT = `
  INSERT INTO vpn.endpoint (id, gateway_id, slot, role, access_port_id, connect_port_id, is_eip_made, eip_type,
    eip_charge_mode, eip_bandwidth_id, eip_bandwidth_mbps, eip_bandwidth_name)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  RETURNING ${COLUMNS}`;

const PLACE = `
  UPDATE vpn.endpoint e SET zone = p.zone FROM unnest($2::text[]) WITH ORDINALITY AS p (zone, slot)
   WHERE e.gateway_id = $1 AND e.slot = p.slot`;

/** An update answers only what is new, so what was there is read first. */
const DISPLACE = `
  WITH held AS (SELECT id, zone FROM vpn.endpoint WHERE gateway_id = $1 AND zone IS NOT NULL FOR UPDATE)
  UPDATE vpn.endpoint e SET zone = NULL FROM held WHERE e.id = held.id RETURNING held.zone`;

const PROVISION = `
  UPDATE vpn.endpoint SET access_address = $2, connect_address = $3, eip_id = $4, eip_address = $5, health = 'up'
   WHERE id = $1`;

const RAISE = 'UPDATE vpn.endpoint SET revision = revision + 2 WHERE gateway_id = $1';

/** All in one statement: two endpoints may exchange their EIPs. */
const EXCHANGE_EIPS = `
  UPDATE vpn.endpoint e
     SET is_eip_made = false, eip_id = c."addressId", eip_address = c.address, eip_type = c.type,
         eip_charge_mode = c."chargeMode", eip_bandwidth_id = c."bandwidthId", eip_bandwidth_mbps = c."bandwidthMbps",
         eip_bandwidth_name = c."bandwidthName"
    FROM json_to_recordset($1) AS c ("endpointId" uuid, "addressId" uuid, address inet, type text, "chargeMode" text,
                                     "bandwidthId" uuid, "bandwidthMbps" int, "bandwidthName" text)
   WHERE e.id = c."endpointId"`;

const CONNECTED = 'SELECT DISTINCT endpoint_id AS "endpointId" FROM vpn.connection WHERE endpoint_id = ANY ($1)';

/** An endpoint that has neither a place nor addresses yet. */
export interface NewVpnEndpoint {
  id: string;
  gatewayId: string;
  slot: 1 | 2;
  role: 'active' | 'standby';
  accessPortId: string;
  connectPortId: string | null;
  eip: EipPlan | null;
}

/** What an endpoint has once its gateway is up. */
export type EndpointAddresses = Pick<VpnEndpoint, 'id' | 'accessAddress' | 'connectAddress' | 'eipId' | 'eipAddress'>;

/** A booked address that takes the place of an endpoint's present one. */
export interface EipChange extends EipPlan {
  endpointId: string;
  addressId: string;
  /** IPv4. */
  address: string;
  formerAddressId: string;
}

@Injectable()
export class VpnEndpointRepository {
  constructor(private readonly database: Database) {}

  /** Slot 1, then slot 2 of each. */
  list(gatewayIds: string[], on: Queryable = this.database): Promise<VpnEndpoint[]> {
    return on.query<VpnEndpoint>(LIST, [gatewayIds]);
  }

  async insert(tx: Tx, endpoint: NewVpnEndpoint): Promise<VpnEndpoint> {
    const { id, gatewayId, slot, role, accessPortId, connectPortId, eip } = endpoint;
    const [row] = await tx.query<VpnEndpoint>(INSERT, [
      ...[id, gatewayId, slot, role, accessPortId, connectPortId],
      ...[eip && eip.addressId === null, eip?.type, eip?.chargeMode],
      ...[eip?.bandwidthId, eip?.bandwidthMbps, eip?.bandwidthName],
    ]);
    if (!row) throw new Error('the insert of an endpoint answered nothing');
    return row;
  }

  /** The first zone for slot 1, the second for slot 2. */
  async place(tx: Tx, gatewayId: string, zones: [string, string]): Promise<void> {
    await tx.execute(PLACE, [gatewayId, zones]);
  }

  /** Answers the zones that the endpoints were in. */
  async displace(tx: Tx, gatewayId: string): Promise<string[]> {
    return (await tx.query<{ zone: string }>(DISPLACE, [gatewayId])).map(({ zone }) => zone);
  }

  async provision(tx: Tx, endpoint: EndpointAddresses): Promise<void> {
    const { id, accessAddress, connectAddress, eipId, eipAddress } = endpoint;
    await tx.execute(PROVISION, [id, accessAddress, connectAddress, eipId, eipAddress]);
  }

  /** Two revisions: one for the way forward, a later one for the way back. */
  async raise(tx: Tx, gatewayId: string): Promise<void> {
    await tx.execute(RAISE, [gatewayId]);
  }

  async exchangeEips(tx: Tx, changes: EipChange[]): Promise<void> {
    await tx.execute(EXCHANGE_EIPS, [JSON.stringify(changes)]);
  }

  /** Those of these at which a connection ends. */
  async listConnected(tx: Tx, endpointIds: string[]): Promise<string[]> {
    return (await tx.query<{ endpointId: string }>(CONNECTED, [endpointIds])).map(({ endpointId }) => endpointId);
  }
}
