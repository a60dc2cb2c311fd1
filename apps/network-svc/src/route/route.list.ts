import type { ListRoutes } from '@isthmus/contracts';
import type { SubnetView } from '@isthmus/model';

const ORDERS: Record<NonNullable<ListRoutes['orderBy']>, string> = {
  created_at_asc: 'created_at, id',
  created_at_desc: 'created_at DESC, id DESC',
  destination_asc: 'destination, id',
  destination_desc: 'destination DESC, id DESC',
  prefix_len_asc: 'masklen(destination), destination, id',
  prefix_len_desc: 'masklen(destination) DESC, destination, id',
};

/** What every route has, whoever made it. */
const CUSTOM = `
  SELECT id, 'custom' AS type, vpc_id, destination, tags, next_hop_attachment_id, next_hop_private_network_id, created_at
    FROM network.route WHERE project_id = $1 AND region = $2`;
const OF_VPN = `
  SELECT r.id, 'vpn', r.vpc_id, r.destination, '{}'::text[], NULL::uuid, r.next_hop_private_network_id, r.created_at
    FROM network.vpn_route r JOIN network.vpc v ON v.id = r.vpc_id WHERE r.project_id = $1 AND v.region = $2`;
const OF_SUBNETS = `
  SELECT s.id, 'subnet', s."vpcId", s.cidr, '{}'::text[], NULL::uuid, s."privateNetworkId", s."createdAt"
    FROM jsonb_to_recordset($3::jsonb)
      AS s (id uuid, "vpcId" uuid, cidr cidr, "privateNetworkId" uuid, "createdAt" timestamptz)`;

/** One page of ids over the custom routes, those of VPN connections and those of `subnets`, with the number of all matches. */
export function listQuery(
  projectId: string,
  subnets: SubnetView[],
  query: ListRoutes,
): { sql: string; values: unknown[] } {
  const values: unknown[] = [projectId, query.region, JSON.stringify(subnets)];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = conditionsOf(query, bind);
  const { page, pageSize } = query.paging;
  const sql = `SELECT id, type, count(*) OVER () AS "totalCount" FROM (${CUSTOM} UNION ALL ${OF_VPN} UNION ALL ${OF_SUBNETS}) r
    WHERE ${['true', ...conditions].join(' AND ')} ORDER BY ${ORDERS[query.orderBy ?? 'created_at_asc']}
    LIMIT ${bind(pageSize)} OFFSET ${bind((page - 1) * pageSize)}`;
  return { sql, values };
}

function conditionsOf(query: ListRoutes, bind: (value: unknown) => string): string[] {
  const conditions: string[] = [];
  const { nextHopAttachmentId, nextHopPrivateNetworkId, nextHopType } = query;
  if (query.vpcId !== undefined) conditions.push(`vpc_id = ${bind(query.vpcId)}::uuid`);
  if (nextHopAttachmentId !== undefined) conditions.push(`next_hop_attachment_id = ${bind(nextHopAttachmentId)}::uuid`);
  if (nextHopPrivateNetworkId !== undefined) {
    conditions.push(`next_hop_private_network_id = ${bind(nextHopPrivateNetworkId)}::uuid`);
  }
  if (nextHopType !== undefined) {
    conditions.push(`next_hop_attachment_id IS ${nextHopType === 'attachment' ? 'NOT NULL' : 'NULL'}`);
  }
  if (query.contains !== undefined) conditions.push(`destination >>= ${bind(query.contains)}::inet`);
  if (query.tags !== undefined) conditions.push(`tags @> ${bind(query.tags)}::text[]`);
  if (query.isIpv6 !== undefined) conditions.push(`family(destination) = ${query.isIpv6 ? 6 : 4}`);
  return conditions;
}
