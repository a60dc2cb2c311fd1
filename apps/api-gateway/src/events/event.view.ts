import type { EventType, ResourceType } from '@isthmus/model';

/** An event as it is told, in the feed and to webhooks alike. Below 20 kB as JSON. */
export interface EventView {
  id: string;
  type: EventType;
  /** When it became true: RFC 3339 with microseconds. */
  timestamp: string;
  /** In the feed; later events have higher ones. */
  position: number;
  /** 1 for the first event of its resource, 2 for the next one, … */
  sequence: number;
  projectId: string;
  resource: { type: ResourceType; id: string };
  /** The request that caused it, where there was one. */
  requestId: string | null;
  traceparent: string | null;
  /** The snapshot at the event, as the catalogue describes it. */
  data: Record<string, unknown>;
}
