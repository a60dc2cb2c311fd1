import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import { EventFanOut } from '../events/event-fan-out';

/** Does endpoint e want events of the type of f? A ping is for one endpoint only, which gets it whatever else it wants. */
export const IS_WANTED = `
  CASE WHEN f.type = 'webhook.ping' THEN f.resource_id = e.id
       ELSE EXISTS (SELECT FROM unnest(e.event_types) wanted
                     WHERE wanted IN ('*', f.type)
                        OR (right(wanted, 2) = '.*' AND starts_with(f.type, left(wanted, -1)))) END`;

// The lock on the key keeps an endpoint from being deleted before its new deliveries can be seen, and hinders nothing else.
const FAN_OUT = `
  WITH wanted AS (
    SELECT e.id AS endpoint_id, f.project_id, f.event_id, f.type, f.position
      FROM ops.event_feed f JOIN webhook_endpoint e ON e.project_id = f.project_id AND e.state = 'enabled'
     WHERE f.position BETWEEN $1 AND $2 AND ${IS_WANTED}
       FOR KEY SHARE OF e)
  INSERT INTO webhook_delivery (endpoint_id, project_id, event_id, event_type, position, request_id)
  SELECT w.endpoint_id, w.project_id, w.event_id, w.type, w.position,
         (SELECT v.request_id FROM ops.event v WHERE v.id = w.event_id)
    FROM wanted w ORDER BY w.position
  ON CONFLICT (endpoint_id, event_id) DO NOTHING`;

/** Makes a delivery for each endpoint that wants an event, in the transaction that gives the event its position. */
@Injectable()
export class WebhookFanOut extends EventFanOut {
  fanOut(tx: Tx, first: number, last: number): Promise<number> {
    return tx.execute(FAN_OUT, [first, last]);
  }
}
