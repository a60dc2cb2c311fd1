import type { Tx } from '@isthmus/db';
import type { ResourceReference } from '@isthmus/model';

/** Something that became true without anybody having asked for it, e.g. `vpn-gateway.endpoint-down`. */
export interface ResourceEvent {
  type: string;
  projectId: string;
  resource: ResourceReference;
  /** JSON; never a secret. */
  payload: Record<string, unknown>;
}

const INSERT = `
  INSERT INTO ops.event (type, project_id, resource_type, resource_id, payload) VALUES ($1, $2, $3, $4, $5)`;

/** Writes the event in the transaction that makes it true. */
export async function recordEvent(tx: Tx, { type, projectId, resource, payload }: ResourceEvent): Promise<void> {
  await tx.execute(INSERT, [type, projectId, resource.type, resource.id, JSON.stringify(payload)]);
}
