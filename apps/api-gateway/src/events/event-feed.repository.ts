import { Injectable } from '@nestjs/common';
import { Database, isoTimestamp, type Tx } from '@isthmus/db';
import type { EventType, ResourceType } from '@isthmus/model';
import type { EventView } from './event.view';

/** Whose events of which kind; absent = all. */
export interface EventSelection {
  projectId: string;
  types?: readonly string[];
  resourceType?: string;
  resourceId?: string;
}

/** A part of the feed, with what must be known to go on from it; all of one moment. */
export interface FeedPage {
  events: EventView[];
  /** The last position given out to any project. */
  head: number;
  /** The lowest position that is still kept, or would be if there were any. */
  oldest: number;
}

/** Positions that were given out together; none when `last` is below `first`. */
export interface SequencedRange {
  first: number;
  last: number;
}

interface EventRow extends Omit<EventView, 'resource'> {
  resourceType: ResourceType;
  resourceId: string;
  type: EventType;
}

/** f is ops.event_feed, e is ops.event. */
export const EVENT_COLUMNS = `
  e.id, e.type, ${isoTimestamp('e.created_at')} AS "timestamp", f.position::float8 AS position,
  f.resource_sequence::float8 AS sequence, e.project_id AS "projectId", e.resource_type AS "resourceType",
  e.resource_id AS "resourceId", e.request_id AS "requestId", e.traceparent, e.payload AS data`;

const FIND = `
  SELECT ${EVENT_COLUMNS} FROM ops.event_feed f JOIN ops.event e ON e.id = f.event_id
   WHERE f.event_id = $1 AND f.project_id = $2`;

/**
 * One statement, so that the head is that of the events: what is committed later lies behind it. The limit is part of the
 * text, because a plan for any limit is made for a tenth of the feed and reads all of it.
 */
const PAGE = (conditions: string, limit: number): string => `
  SELECT head.position::float8 AS head,
         coalesce((SELECT min(position) FROM ops.event_feed), head.position + 1)::float8 AS oldest, found.*
    FROM ops.feed_head head
    LEFT JOIN LATERAL (
      SELECT ${EVENT_COLUMNS} FROM ops.event_feed f JOIN ops.event e ON e.id = f.event_id
       WHERE f.project_id = $1 AND f.position > $2 ${conditions}
       ORDER BY f.position LIMIT ${Math.trunc(limit)}) found ON true
   ORDER BY found.position`;

const SEQUENCE = `
  SELECT first_position::float8 AS first, last_position::float8 AS last FROM ops.sequence_events($1)`;
/** The one that waits longest is the first. */
const LAG = `
  SELECT greatest(0, extract(epoch FROM now() - created_at))::float8 AS lag FROM ops.event_queue ORDER BY number LIMIT 1`;
const PURGE = `SELECT ops.purge_feed(now() - make_interval(days => $1), $2)::int AS purged`;

/** The SQL of the feed. */
@Injectable()
export class EventFeedRepository {
  constructor(private readonly database: Database) {}

  async find(id: string, projectId: string): Promise<EventView | undefined> {
    const [row] = await this.database.query<EventRow>(FIND, [id, projectId]);
    return row && toEventView(row);
  }

  /** The first `limit` selected events behind position `after`. */
  async page(selection: EventSelection, after: number, limit: number): Promise<FeedPage> {
    const { sql, values } = pageQuery(selection, after, limit);
    const rows = await this.database.queryDynamic<EventRow & Omit<FeedPage, 'events'>>(sql, values);
    const [first] = rows;
    if (!first) throw new Error('the feed has no head');
    const events = rows.filter(({ id }) => id !== null).map(toEventView);
    return { events, head: first.head, oldest: first.oldest };
  }

  /** Gives positions to some `limit` events that wait for one; undefined while somebody else is at it. */
  async sequence(tx: Tx, limit: number): Promise<SequencedRange | undefined> {
    const [range] = await tx.query<SequencedRange>(SEQUENCE, [limit]);
    return range;
  }

  /** How long the oldest committed event has been waiting for its position; 0 when none waits. */
  async lagSeconds(): Promise<number> {
    const [first] = await this.database.query<{ lag: number }>(LAG);
    return first?.lag ?? 0;
  }

  /** Forgets up to `limit` of the oldest events of the feed that are older than that; answers how many. */
  async purge(olderThanDays: number, limit: number): Promise<number> {
    const [row] = await this.database.query<{ purged: number }>(PURGE, [olderThanDays, limit]);
    return row?.purged ?? 0;
  }
}

function pageQuery(
  { projectId, types, resourceType, resourceId }: EventSelection,
  after: number,
  limit: number,
): { sql: string; values: unknown[] } {
  const values: unknown[] = [projectId, after];
  const conditions: string[] = [];
  const restrict = (condition: (parameter: string) => string, value: unknown): void => {
    if (value !== undefined) conditions.push(`AND ${condition(`$${values.push(value)}`)}`);
  };
  restrict((parameter) => `f.type = ANY (${parameter}::text[])`, types);
  restrict((parameter) => `f.resource_type = ${parameter}`, resourceType);
  restrict((parameter) => `f.resource_id = ${parameter}`, resourceId);
  return { sql: PAGE(conditions.join(' '), limit), values };
}

/** A row of `EVENT_COLUMNS` as it is told. */
export function toEventView(row: EventRow): EventView {
  const { id, type, timestamp, position, sequence, projectId, resourceType, resourceId, requestId, traceparent } = row;
  const resource = { type: resourceType, id: resourceId };
  return { id, type, timestamp, position, sequence, projectId, resource, requestId, traceparent, data: row.data };
}
