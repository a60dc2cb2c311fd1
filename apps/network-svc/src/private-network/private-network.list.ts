import type { ListPrivateNetworks } from '@isthmus/contracts';

const ORDERS: Record<NonNullable<ListPrivateNetworks['orderBy']>, string> = {
  created_at_asc: 'created_at, id',
  created_at_desc: 'created_at DESC, id DESC',
  name_asc: 'name, id',
  name_desc: 'name DESC, id DESC',
};

const MAX_UNPAGED = 10_000;

/** One page and the number of all matches in one statement, with only the filters that were asked for. */
export function listQuery(
  columns: string,
  projectId: string,
  query: ListPrivateNetworks,
): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [`project_id = ${bind(projectId)}`, `region = ${bind(query.region)}`];
  if (query.zone !== undefined) conditions.push(`(zone IS NULL OR zone = ${bind(query.zone)})`);
  if (query.name !== undefined) conditions.push(`strpos(lower(name), lower(${bind(query.name)})) > 0`);
  if (query.tags !== undefined) conditions.push(`tags @> ${bind(query.tags)}`);
  if (query.privateNetworkIds !== undefined) conditions.push(`id = ANY(${bind(query.privateNetworkIds)}::uuid[])`);
  if (query.vpcId !== undefined) conditions.push(`vpc_id = ${bind(query.vpcId)}`);
  if (query.isDhcpEnabled !== undefined) conditions.push(`is_dhcp_enabled = ${bind(query.isDhcpEnabled)}`);
  const { page, pageSize } = query.paging ?? { page: 1, pageSize: MAX_UNPAGED };
  const sql = `SELECT ${columns}, count(*) OVER () AS "totalCount" FROM network.private_network
    WHERE ${conditions.join(' AND ')} ORDER BY ${ORDERS[query.orderBy ?? 'created_at_asc']}
    LIMIT ${bind(pageSize)} OFFSET ${bind((page - 1) * pageSize)}`;
  return { sql, values };
}
