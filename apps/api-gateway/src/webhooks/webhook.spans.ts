import { beginSpan, type Span } from '@isthmus/telemetry';
import type { EventView } from '../events/event.view';
import type { ClaimedDelivery } from './delivery-queue.repository';
import type { AttemptResult } from './verdict';

/** The span of one attempt. Of the endpoint's URL only the host: the rest may be a token. */
export function beginAttemptSpan({ id, endpointId, attempt, url }: ClaimedDelivery, event: EventView): Span {
  return beginSpan(`webhook ${event.type}`, {
    kind: 'client',
    parent: event.traceparent,
    attributes: {
      'http.request.method': 'POST',
      'server.address': new URL(url).hostname,
      'isthmus.event.id': event.id,
      'isthmus.webhook.endpoint_id': endpointId,
      'isthmus.webhook.delivery_id': id,
      'isthmus.webhook.attempt': attempt,
      'isthmus.project_id': event.projectId,
    },
  });
}

export function endAttemptSpan(span: Span, { status }: AttemptResult): void {
  if (status === null) return span.end('no_answer');
  span.tell({ 'http.response.status_code': status });
  span.end(status >= 200 && status < 300 ? undefined : String(status));
}
