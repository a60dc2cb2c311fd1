import { Injectable } from '@nestjs/common';
import type { ListVpnGateways } from '@isthmus/contracts';
import { Database, type Queryable, selectList, type Tx } from '@isthmus/db';
import { isUuid } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { VpnGateway } from './vpn-gateway.entity';

const COLUMNS = selectList(VpnGateway);

const FIND = `SELECT ${COLUMNS} FROM vpn.gateway WHERE id = $1 AND project_id = $2`;
const LOCK = `SELECT ${COLUMNS} FROM vpn.gateway WHERE id = $1 AND project_id = $2 FOR UPDATE`;
const FIND_BY_ID = `SELECT ${COLUMNS} FROM vpn.gateway WHERE id = $1`;
const LOCK_BY_ID = `SELECT ${COLUMNS} FROM vpn.gateway WHERE id = $1 FOR UPDATE`;

const INSERT = `
  INSERT INTO vpn.gateway (id, project_id, region, name, network_type, attachment_type, ip_version, er_id, vpc_id,
    access_vpc_id, access_subnet_id, access_network_id, connect_subnet_id, connect_network_id, local_subnets, bgp_asn,
    flavor, ha_mode, zones, are_zones_given, enterprise_project_id, policy_template, tags, connection_limit, state)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
    'creating')
  RETURNING ${COLUMNS}`;

/** The new values at once; two revisions: one for the way forward, a later one for the way back. */
const BEGIN_UPDATE = `
  UPDATE vpn.gateway
     SET name = $2, local_subnets = $3, policy_template = $4, state = 'updating', revision = revision + 2, updated_at = now()
   WHERE id = $1 RETURNING ${COLUMNS}`;
const BEGIN_DELETE = `
  UPDATE vpn.gateway SET state = 'deleting', state_reason = NULL, revision = revision + 2 WHERE id = $1
  RETURNING ${COLUMNS}`;

const ACTIVATE = `
  UPDATE vpn.gateway SET state = 'active', applied_at = coalesce(applied_at, now()), updated_at = now() WHERE id = $1`;
const FAIL = `UPDATE vpn.gateway SET state = 'fault', state_reason = $2, updated_at = now() WHERE id = $1`;
const RESTORE = `
  UPDATE vpn.gateway SET name = $2, local_subnets = $3, policy_template = $4, state = 'active' WHERE id = $1`;
const RETURN_TO = 'UPDATE vpn.gateway SET state = $2, state_reason = $3 WHERE id = $1';
const DELETE = 'DELETE FROM vpn.gateway WHERE id = $1 RETURNING project_id AS "projectId"';

const GROUPS = `
  SELECT gateway_id AS "gatewayId", count(DISTINCT customer_gateway_id)::int AS groups
    FROM vpn.connection WHERE gateway_id = ANY ($1) GROUP BY gateway_id`;

export type NewVpnGateway = Omit<
  VpnGateway,
  'connectionCount' | 'state' | 'stateReason' | 'revision' | 'createdAt' | 'appliedAt' | 'updatedAt'
>;

/** What an update changes in the row. */
export type VpnGatewayContent = Pick<VpnGateway, 'name' | 'localSubnets' | 'policyTemplate'>;

@Injectable()
export class VpnGatewayRepository {
  constructor(private readonly database: Database) {}

  async find(id: string, projectId: string): Promise<VpnGateway | undefined> {
    if (!isUuid(id)) return undefined;
    const [gateway] = await this.database.query<VpnGateway>(FIND, [id, projectId]);
    return gateway;
  }

  async lock(tx: Tx, id: string, projectId: string): Promise<VpnGateway | undefined> {
    if (!isUuid(id)) return undefined;
    const [gateway] = await tx.query<VpnGateway>(LOCK, [id, projectId]);
    return gateway;
  }

  /** Of any project, for sagas, which were let in already. Throws when it is gone. */
  async getById(id: string): Promise<VpnGateway> {
    return present(await this.database.query<VpnGateway>(FIND_BY_ID, [id]), id);
  }

  /** As `getById`, against every other change until the commit. */
  async lockById(tx: Tx, id: string): Promise<VpnGateway> {
    return present(await tx.query<VpnGateway>(LOCK_BY_ID, [id]), id);
  }

  /** In the order of their creation. */
  list(projectId: string, { enterpriseProjectIds, gatewayId }: ListVpnGateways): Promise<VpnGateway[]> {
    const values: unknown[] = [];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const conditions = [`project_id = ${bind(projectId)}`];
    if (enterpriseProjectIds?.length) conditions.push(`enterprise_project_id = ANY (${bind(enterpriseProjectIds)})`);
    if (gatewayId !== undefined) conditions.push(`id::text = lower(${bind(gatewayId)})`);
    const sql = `SELECT ${COLUMNS} FROM vpn.gateway WHERE ${conditions.join(' AND ')} ORDER BY created_at, id`;
    return this.database.queryDynamic<VpnGateway>(sql, values);
  }

  /** How many customer gateways are connected with each; none is left out. */
  async countGroups(on: Queryable, gatewayIds: string[]): Promise<Map<string, number>> {
    const rows = await on.query<{ gatewayId: string; groups: number }>(GROUPS, [gatewayIds]);
    return new Map(rows.map(({ gatewayId, groups }) => [gatewayId, groups]));
  }

  async insert(tx: Tx, gateway: NewVpnGateway): Promise<VpnGateway> {
    const { id, projectId, region, name, networkType, attachmentType, ipVersion, erId, vpcId } = gateway;
    const { accessVpcId, accessSubnetId, accessNetworkId, connectSubnetId, connectNetworkId } = gateway;
    const rows = await tx.query<VpnGateway>(INSERT, [
      ...[id, projectId, region, name, networkType, attachmentType, ipVersion, erId, vpcId],
      ...[accessVpcId, accessSubnetId, accessNetworkId, connectSubnetId, connectNetworkId],
      ...[gateway.localSubnets, gateway.bgpAsn, gateway.flavor, gateway.haMode, gateway.zones, gateway.areZonesGiven],
      ...[gateway.enterpriseProjectId, toJson(gateway.policyTemplate), toJson(gateway.tags), gateway.connectionLimit],
    ]);
    return present(rows, id);
  }

  async beginUpdate(tx: Tx, id: string, content: VpnGatewayContent): Promise<VpnGateway> {
    return present(await tx.query<VpnGateway>(BEGIN_UPDATE, [id, ...valuesOf(content)]), id);
  }

  async beginDelete(tx: Tx, id: string): Promise<VpnGateway> {
    return present(await tx.query<VpnGateway>(BEGIN_DELETE, [id]), id);
  }

  async activate(tx: Tx, id: string): Promise<void> {
    await tx.execute(ACTIVATE, [id]);
  }

  async fail(tx: Tx, id: string, reason: string): Promise<void> {
    await tx.execute(FAIL, [id, reason]);
  }

  /** Usable again, with what it had before. */
  async restore(tx: Tx, id: string, content: VpnGatewayContent): Promise<void> {
    await tx.execute(RESTORE, [id, ...valuesOf(content)]);
  }

  async returnTo(tx: Tx, id: string, { state, stateReason }: Pick<VpnGateway, 'state' | 'stateReason'>): Promise<void> {
    await tx.execute(RETURN_TO, [id, state, stateReason]);
  }

  /** With its endpoints. Answers the project that had it, if it was still there. */
  async delete(tx: Tx, id: string): Promise<string | undefined> {
    const [gone] = await tx.query<{ projectId: string }>(DELETE, [id]);
    return gone?.projectId;
  }
}

function valuesOf({ name, localSubnets, policyTemplate }: VpnGatewayContent): unknown[] {
  return [name, localSubnets, toJson(policyTemplate)];
}

function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function present(rows: VpnGateway[], id: string): VpnGateway {
  const [row] = rows;
  if (!row) throw ProblemError.notFound('vpn-gateway', id);
  return row;
}
