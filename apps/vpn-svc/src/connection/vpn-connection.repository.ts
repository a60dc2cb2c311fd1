import { Injectable } from '@nestjs/common';
import { Database, type Queryable, selectList, type Tx } from '@isthmus/db';
import type { VpnHealth } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import type { SealedPsk } from './psk';
import { VpnConnection } from './vpn-connection.entity';
import type { SeenConnection } from './vpn-connection.view';

const COLUMNS = selectList(VpnConnection, 'c');
export const SEEN_COLUMNS = `${COLUMNS}, coalesce(e.eip_id::text, host(e.access_address)) AS "gatewayIp",
  g.enterprise_project_id AS "enterpriseProjectId"`;
export const SEEN_FROM = `
  vpn.connection c JOIN vpn.endpoint e ON e.id = c.endpoint_id JOIN vpn.gateway g ON g.id = c.gateway_id`;

const FIND = `SELECT ${SEEN_COLUMNS} FROM ${SEEN_FROM} WHERE c.project_id = $1 AND c.id = $2`;
const FIND_BY_ID = `SELECT ${COLUMNS} FROM vpn.connection c WHERE c.id = $1`;

/** A time that the project has used already gives no row: the next try has a later one. */
const INSERT = `
  INSERT INTO vpn.connection AS c (id, project_id, gateway_id, endpoint_id, customer_gateway_id, name, style, peer_subnets,
    tunnel_network, tunnel_local_address, tunnel_peer_address, is_nqa_enabled, is_hub_enabled, policy_rules, ike_policy,
    ipsec_policy, ha_role, tags, psk_sealed, psk_master_key_id, state, created_at, updated_at)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 'creating', now, now
    FROM clock_timestamp() AS now
  ON CONFLICT ON CONSTRAINT connection_time DO NOTHING RETURNING c.id`;

const ADD_TO_GATEWAY = 'UPDATE vpn.gateway SET connection_count = connection_count + $2 WHERE id = $1';

/** Networks that one of the two ends has, or is about to have, in another connection. */
const TAKEN_NETWORKS = `
  SELECT DISTINCT taken.network::text AS network
    FROM vpn.connection c CROSS JOIN unnest(ARRAY[c.tunnel_network, c.next_tunnel_network]) AS taken (network)
   WHERE (c.gateway_id = $1 OR c.customer_gateway_id = $2 OR c.next_customer_gateway_id = $2) AND c.id <> $3
     AND taken.network IS NOT NULL`;
const TWIN = `
  SELECT id FROM vpn.connection
   WHERE endpoint_id = $1 AND $2 IN (customer_gateway_id, next_customer_gateway_id) AND id <> $3`;

/** Two revisions: one for the way forward, a later one for the way back. */
const BEGIN_UPDATE = `
  UPDATE vpn.connection
     SET state = 'updating', revision = revision + 2, next_customer_gateway_id = $2, next_tunnel_network = $3,
         psk_next_sealed = $4, psk_next_master_key_id = $5
   WHERE id = $1 RETURNING revision`;
const BEGIN_DELETE = `
  UPDATE vpn.connection SET state = 'deleting', revision = revision + 2 WHERE id = $1 RETURNING revision`;

const NOTHING_NEXT = `next_customer_gateway_id = NULL, next_tunnel_network = NULL, psk_next_sealed = NULL,
         psk_next_master_key_id = NULL`;
const APPLY_UPDATE = `
  UPDATE vpn.connection
     SET customer_gateway_id = $2, name = $3, peer_subnets = $4, tunnel_network = $5, tunnel_local_address = $6,
         tunnel_peer_address = $7, is_nqa_enabled = $8, is_hub_enabled = $9, policy_rules = $10, ike_policy = $11,
         ipsec_policy = $12, psk_sealed = coalesce(psk_next_sealed, psk_sealed),
         psk_master_key_id = coalesce(psk_next_master_key_id, psk_master_key_id), ${NOTHING_NEXT},
         state = 'active', tunnel = $13, updated_at = now()
   WHERE id = $1`;
const ACTIVATE = `UPDATE vpn.connection SET state = 'active', tunnel = $2, updated_at = now() WHERE id = $1`;
const FAIL = `
  UPDATE vpn.connection SET state = 'error', state_reason = $2, tunnel = 'unknown', updated_at = now() WHERE id = $1`;
const RETURN_TO = `UPDATE vpn.connection SET state = $2, ${NOTHING_NEXT} WHERE id = $1`;

const PSK = 'SELECT psk_sealed AS sealed, psk_master_key_id AS "masterKeyId" FROM vpn.connection WHERE id = $1';
const NEXT_PSK = `
  SELECT psk_next_sealed AS sealed, psk_next_master_key_id AS "masterKeyId" FROM vpn.connection
   WHERE id = $1 AND psk_next_sealed IS NOT NULL`;
const DELETE = 'DELETE FROM vpn.connection WHERE id = $1 RETURNING project_id AS "projectId"';
const LEAVE_GATEWAY = `
  UPDATE vpn.gateway g SET connection_count = connection_count - 1
    FROM vpn.connection c WHERE c.id = $1 AND g.id = c.gateway_id`;

export type NewConnection = Omit<
  VpnConnection,
  'state' | 'stateReason' | 'tunnel' | 'revision' | 'createdAt' | 'updatedAt'
>;

/** What an update makes of a connection; stored as the input of an operation. */
export type ConnectionChange = Pick<
  VpnConnection,
  | 'customerGatewayId'
  | 'name'
  | 'peerSubnets'
  | 'tunnelNetwork'
  | 'tunnelLocalAddress'
  | 'tunnelPeerAddress'
  | 'isNqaEnabled'
  | 'isHubEnabled'
  | 'policyRules'
  | 'ikePolicy'
  | 'ipsecPolicy'
>;

@Injectable()
export class VpnConnectionRepository {
  constructor(
    private readonly database: Database,
    private readonly quotas: ProjectQuotas,
  ) {}

  async find(on: Queryable, id: string, projectId: string): Promise<SeenConnection | undefined> {
    const [found] = await on.query<SeenConnection>(FIND, [projectId, id]);
    return found;
  }

  /** Of any project, for sagas, which were let in already. Throws when it is gone. */
  async getById(id: string): Promise<VpnConnection> {
    const [found] = await this.database.query<VpnConnection>(FIND_BY_ID, [id]);
    if (!found) throw ProblemError.notFound('vpn-connection', id);
    return found;
  }

  async insert(tx: Tx, fresh: NewConnection, psk: SealedPsk): Promise<void> {
    const values = [
      ...[fresh.id, fresh.projectId, fresh.gatewayId, fresh.endpointId, fresh.customerGatewayId, fresh.name],
      ...[fresh.style, fresh.peerSubnets, fresh.tunnelNetwork, fresh.tunnelLocalAddress, fresh.tunnelPeerAddress],
      ...[fresh.isNqaEnabled, fresh.isHubEnabled, JSON.stringify(fresh.policyRules), fresh.ikePolicy],
      ...[fresh.ipsecPolicy, fresh.haRole, JSON.stringify(fresh.tags), psk.sealed, psk.masterKeyId],
    ];
    while ((await tx.execute(INSERT, values)) === 0);
  }

  /** Counts `count` new connections of the gateway. Violates `gateway_connection_limit`. */
  async addToGateway(tx: Tx, gatewayId: string, count: number): Promise<void> {
    await tx.execute(ADD_TO_GATEWAY, [gatewayId, count]);
  }

  /** Tunnel networks that a connection between the two cannot have; for one that locked both. */
  async takenNetworks(
    tx: Tx,
    gatewayId: string,
    customerGatewayId: string,
    connectionId: string,
  ): Promise<Set<string>> {
    const rows = await tx.query<{ network: string }>(TAKEN_NETWORKS, [gatewayId, customerGatewayId, connectionId]);
    return new Set(rows.map(({ network }) => network));
  }

  /** Another connection that has these ends, or is about to; for one that locked both. */
  async findTwin(
    tx: Tx,
    endpointId: string,
    customerGatewayId: string,
    connectionId: string,
  ): Promise<string | undefined> {
    const [twin] = await tx.query<{ id: string }>(TWIN, [endpointId, customerGatewayId, connectionId]);
    return twin?.id;
  }

  /** Answers the new revision. */
  beginUpdate(tx: Tx, id: string, next: ConnectionChange, psk: SealedPsk | null): Promise<string> {
    const values = [id, next.customerGatewayId, next.tunnelNetwork, psk?.sealed ?? null, psk?.masterKeyId ?? null];
    return revisionOf(tx, BEGIN_UPDATE, values);
  }

  /** Answers the new revision. */
  beginDelete(tx: Tx, id: string): Promise<string> {
    return revisionOf(tx, BEGIN_DELETE, [id]);
  }

  async activate(tx: Tx, id: string, tunnel: VpnHealth): Promise<void> {
    await tx.execute(ACTIVATE, [id, tunnel]);
  }

  /** It could not be made, and holds nothing. */
  async fail(tx: Tx, id: string, reason: string): Promise<void> {
    await tx.execute(FAIL, [id, reason]);
  }

  /** The values of an update, its new key included, become the connection's. */
  async applyUpdate(tx: Tx, id: string, next: ConnectionChange, tunnel: VpnHealth): Promise<void> {
    const values = [
      ...[id, next.customerGatewayId, next.name, next.peerSubnets, next.tunnelNetwork, next.tunnelLocalAddress],
      ...[next.tunnelPeerAddress, next.isNqaEnabled, next.isHubEnabled, JSON.stringify(next.policyRules)],
      ...[next.ikePolicy, next.ipsecPolicy, tunnel],
    ];
    await tx.execute(APPLY_UPDATE, values);
  }

  /** As it was before a change that did not happen. */
  async returnTo(tx: Tx, id: string, state: 'active' | 'error'): Promise<void> {
    await tx.execute(RETURN_TO, [id, state]);
  }

  /** The sealed key that it has, or is about to have. */
  async sealedPsk(id: string, which: 'present' | 'next'): Promise<SealedPsk> {
    const [psk] = await this.database.query<SealedPsk>(which === 'next' ? NEXT_PSK : PSK, [id]);
    if (!psk) throw ProblemError.notFound('vpn-connection', id);
    return psk;
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.execute(LEAVE_GATEWAY, [id]);
    const [gone] = await tx.query<{ projectId: string }>(DELETE, [id]);
    if (gone) await this.quotas.giveBack(tx, gone.projectId, 'vpn-connection');
  }
}

async function revisionOf(tx: Tx, sql: string, values: unknown[]): Promise<string> {
  const [row] = await tx.query<{ revision: string }>(sql, values);
  if (!row) throw new Error('a connection vanished under the lock of its gateway');
  return row.revision;
}
