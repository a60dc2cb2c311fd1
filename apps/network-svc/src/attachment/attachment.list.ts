import type { ListAttachments } from '@isthmus/contracts';

const MAX_UNPAGED = 10_000;

/** One page and the number of all matches in one statement, with only the filters that were asked for. */
export function listQuery(
  columns: string,
  projectId: string,
  query: ListAttachments,
): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [`project_id = ${bind(projectId)}`];
  if (query.zone !== undefined) conditions.push(`zone = ${bind(query.zone)}`);
  if (query.instanceId !== undefined) conditions.push(`instance_id = ${bind(query.instanceId)}`);
  if (query.instanceIds !== undefined) conditions.push(`instance_id = ANY(${bind(query.instanceIds)}::uuid[])`);
  if (query.privateNetworkId !== undefined) conditions.push(`private_network_id = ${bind(query.privateNetworkId)}`);
  if (query.tags !== undefined) conditions.push(`tags @> ${bind(query.tags)}`);
  const { page, pageSize } = query.paging ?? { page: 1, pageSize: MAX_UNPAGED };
  const sql = `SELECT ${columns}, count(*) OVER () AS "totalCount" FROM network.attachment
    WHERE ${conditions.join(' AND ')} ORDER BY attachment.created_at, id
    LIMIT ${bind(pageSize)} OFFSET ${bind((page - 1) * pageSize)}`;
  return { sql, values };
}
