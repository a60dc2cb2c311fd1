import type { ListPeerings } from '@isthmus/contracts';

/** The project's peerings in the order of their creation, with only the filters that were asked for. */
export function listQuery(columns: string, projectId: string, query: ListPeerings): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [`p.project_id = ${bind(projectId)}`];
  if (query.peeringId !== undefined) conditions.push(`p.id::text = lower(${bind(query.peeringId)})`);
  if (query.localNetworkId !== undefined) {
    conditions.push(`p.local_network_id::text = lower(${bind(query.localNetworkId)})`);
  }
  if (query.peerNetworkId !== undefined) {
    conditions.push(`p.peer_network_id::text = lower(${bind(query.peerNetworkId)})`);
  }
  // Labels are an array of objects: one that has a member with this key (and value) contains this.
  for (const label of query.labels ?? []) conditions.push(`p.labels @> ${bind(JSON.stringify([label]))}::jsonb`);
  return {
    sql: `SELECT ${columns} FROM network.peering p WHERE ${conditions.join(' AND ')} ORDER BY created_at, id`,
    values,
  };
}
