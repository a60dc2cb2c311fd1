import type { Tx } from '@isthmus/db';
import type { EventType } from '@isthmus/model';
import type { RequestContext } from '../http/request';

/** Something that an endpoint's owner is told in the feed. */
export interface EndpointEvent {
  type: Extract<EventType, `webhook${string}`>;
  projectId: string;
  endpointId: string;
  /** Never its URL, which may carry a token. */
  payload: Record<string, unknown>;
  cause?: Pick<RequestContext, 'requestId' | 'traceparent'>;
}

const RECORD = `SELECT ops.record_event($1, $2, 'webhook-endpoint', $3, $4, $5, $6) AS id`;

/** Writes the event in the transaction that makes it true, and answers its id. */
export async function recordEndpointEvent(tx: Tx, event: EndpointEvent): Promise<string> {
  const { type, projectId, endpointId, payload, cause } = event;
  const values = [type, projectId, endpointId, JSON.stringify(payload), cause?.requestId, cause?.traceparent];
  const [row] = await tx.query<{ id: string }>(RECORD, values);
  if (!row) throw new Error('an event that is recorded has an id');
  return row.id;
}
