import { tryParseAddress } from '@isthmus/cidr';
import type { ListVpnConnections } from '@isthmus/contracts';
import { isUuid } from '@isthmus/model';
import { checkedMarker } from '../marked-page';
import { SEEN_COLUMNS, SEEN_FROM } from './vpn-connection.repository';

interface Statement {
  sql: string;
  values: unknown[];
}

/** One page and the count of all; built anew for each combination of filters, so that each has the plan it deserves. */
export function listStatements(query: ListVpnConnections, projectId: string): { page: Statement; count: Statement } {
  const values: unknown[] = [projectId];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['c.project_id = $1'];
  if (query.gatewayId !== undefined) {
    conditions.push(isUuid(query.gatewayId) ? `c.gateway_id = ${place(query.gatewayId)}` : 'false');
  }
  if (query.gatewayIp !== undefined) conditions.push(ofGatewayIp(query.gatewayIp, place));
  if (query.enterpriseProjectId !== undefined) {
    conditions.push(`g.enterprise_project_id = ${place(query.enterpriseProjectId)}`);
  }
  const all = conditions.join(' AND ');
  const count = { sql: `SELECT count(*)::int AS count FROM ${SEEN_FROM} WHERE ${all}`, values: [...values] };
  const after =
    query.marker === undefined ? '' : ` AND c.created_at > ${place(checkedMarker(query.marker))}::timestamptz`;
  const sql = `
    SELECT ${SEEN_COLUMNS} FROM ${SEEN_FROM} WHERE ${all}${after} ORDER BY c.created_at LIMIT ${place(query.limit)}`;
  return { page: { sql, values }, count };
}

function ofGatewayIp(gatewayIp: string, place: (value: unknown) => string): string {
  if (isUuid(gatewayIp)) return `e.eip_id = ${place(gatewayIp)}`;
  if (!tryParseAddress(gatewayIp)) return 'false';
  return `g.network_type = 'private' AND e.access_address = ${place(gatewayIp)}::inet`;
}
