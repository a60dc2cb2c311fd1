import { Injectable } from '@nestjs/common';
import { ProblemError } from '@isthmus/problem';
import type { EventView } from './event.view';
import { typesMeantBy } from './event-filter';
import { EventFeedRepository, type EventSelection } from './event-feed.repository';

/** A part of the feed and the position to go on from. */
export interface ReadEvents {
  events: EventView[];
  next: number;
}

/** What a project may read of the feed. */
@Injectable()
export class EventFeed {
  constructor(private readonly repository: EventFeedRepository) {}

  /**
   * The first `limit` selected events behind position `after`, or from the oldest kept one on. `types` are patterns.
   * Throws `gone` when events behind `after` are not kept any more, `invalid-argument` when there never was that position.
   */
  async read(selection: EventSelection, after: number | undefined, limit: number): Promise<ReadEvents> {
    const types = selection.types && typesMeantBy(selection.types);
    const { events, head, oldest } = await this.repository.page({ ...selection, types }, after ?? 0, limit);
    if (after !== undefined && after < oldest - 1) throw forgotten(after);
    if (after !== undefined && after > head) throw neverGiven(after);
    // With a page that is not full everything up to the head has been seen, whether it was selected or not.
    const last = events.at(-1);
    return { events, next: last && events.length === limit ? last.position : head };
  }

  /** The event once it has its position; undefined for those of other projects. */
  find(id: string, projectId: string): Promise<EventView | undefined> {
    return this.repository.find(id, projectId);
  }
}

function forgotten(after: number): ProblemError {
  const detail = `Events behind position ${after} are not kept any more: read the resources anew, then the feed without after.`;
  return new ProblemError('gone', detail);
}

function neverGiven(after: number): ProblemError {
  return ProblemError.invalid('after', `after is ${after}, and no event has that position yet.`, 'constraint');
}
