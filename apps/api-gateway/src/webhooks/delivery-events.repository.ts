import { Injectable } from '@nestjs/common';
import { Database } from '@isthmus/db';
import { EVENT_COLUMNS, toEventView } from '../events/event-feed.repository';
import type { EventView } from '../events/event.view';

type EventRow = Parameters<typeof toEventView>[0];

// The ids stand on both tables, so that only the months they are from are looked at.
const FIND_ALL = `
  SELECT ${EVENT_COLUMNS} FROM ops.event_feed f JOIN ops.event e ON e.id = f.event_id
   WHERE f.event_id = ANY ($1::uuid[]) AND e.id = ANY ($1::uuid[])`;

/** The events behind deliveries, as they are told in the feed. */
@Injectable()
export class DeliveryEvents {
  constructor(private readonly database: Database) {}

  /** By id; those that are not kept any more are missing. */
  async findAll(ids: string[]): Promise<Map<string, EventView>> {
    const rows = await this.database.query<EventRow>(FIND_ALL, [ids]);
    return new Map(rows.map((row) => [row.id, toEventView(row)]));
  }
}
