import type { ListVpcs } from '@isthmus/contracts';

const ORDERS: Record<NonNullable<ListVpcs['orderBy']>, string> = {
  created_at_asc: 'v.created_at, v.id',
  created_at_desc: 'v.created_at DESC, v.id DESC',
  name_asc: 'v.name, v.id',
  name_desc: 'v.name DESC, v.id DESC',
};

/** One page and the number of all matches in one statement, with only the filters that were asked for. */
export function listQuery(columns: string, projectId: string, query: ListVpcs): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [`v.project_id = ${bind(projectId)}`, `v.region = ${bind(query.region)}`];
  if (query.name !== undefined) conditions.push(`strpos(lower(v.name), lower(${bind(query.name)})) > 0`);
  if (query.tags !== undefined) conditions.push(`v.tags @> ${bind(query.tags)}`);
  if (query.isDefault !== undefined) conditions.push(`v.is_default = ${bind(query.isDefault)}`);
  if (query.isRoutingEnabled !== undefined) conditions.push(`v.is_routing_enabled = ${bind(query.isRoutingEnabled)}`);
  const { page, pageSize } = query.paging;
  const sql = `SELECT ${columns}, count(*) OVER () AS "totalCount" FROM network.vpc v
    WHERE ${conditions.join(' AND ')} ORDER BY ${ORDERS[query.orderBy ?? 'created_at_asc']}
    LIMIT ${bind(pageSize)} OFFSET ${bind((page - 1) * pageSize)}`;
  return { sql, values };
}
