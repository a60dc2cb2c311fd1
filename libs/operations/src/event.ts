import type { Tx } from '@isthmus/db';
import type { EventType, ResourceReference } from '@isthmus/model';

/** A text in an event is cut to this, in characters. At four bytes for each the event stays below the promised 20 kB. */
export const MAX_EVENT_TEXT = 4_000;

/** Something that became true without anybody having asked for it, e.g. `vpn_gateway.endpoint_down`. */
export interface ResourceEvent {
  type: EventType;
  projectId: string;
  resource: ResourceReference;
  /** JSON as the catalogue describes it; never a secret. */
  payload: Record<string, unknown>;
  /** The request that caused it, where there was one. */
  cause?: { requestId: string; traceparent: string | null };
}

const INSERT = `
  INSERT INTO ops.event (type, project_id, resource_type, resource_id, payload, request_id, traceparent)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/** Writes the event in the transaction that makes it true. */
export async function recordEvent(tx: Tx, event: ResourceEvent): Promise<void> {
  const { type, projectId, resource, cause } = event;
  const payload = JSON.stringify(event.payload, (_key, value: unknown) => shortened(value));
  const { requestId = null, traceparent = null } = cause ?? {};
  await tx.execute(INSERT, [type, projectId, resource.type, resource.id, payload, requestId, traceparent]);
}

/** By code points: half of a surrogate pair is nothing that the database takes. */
function shortened(value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= MAX_EVENT_TEXT) return value;
  return Array.from(value).slice(0, MAX_EVENT_TEXT).join('');
}
