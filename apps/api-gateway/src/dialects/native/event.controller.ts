import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemError } from '@isthmus/problem';
import { EVENT_CATALOGUE } from '../../events/event-catalogue';
import { EventFeed } from '../../events/event-feed';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy } from '../../http/request';
import { validated } from '../../http/validation';
import type { Caller } from '../../identity/caller';
import { EventBody, EventPageBody, EventTypeListBody, ListEventsQuery } from './event.dto';

@ApiTags('events')
@Controller('v1')
export class EventController {
  constructor(private readonly feed: EventFeed) {}

  /** The feed: every event once, in the order of the commits. Whoever goes on from `next` misses none. */
  @Get('events')
  @ApiOperation({ operationId: 'listEvents' })
  @ApiOkResponse({ type: EventPageBody })
  async list(@Query(validated) query: ListEventsQuery, @AskedBy() { projectId }: Caller): Promise<EventPageBody> {
    const { after, limit, type: types, resourceId, resourceType } = query;
    const selection = { projectId, types, resourceType, resourceId: resourceId?.toLowerCase() };
    const { events, next } = await this.feed.read(selection, after === undefined ? undefined : Number(after), limit);
    return { items: events, next: String(next) };
  }

  @Get('events/:id')
  @ApiOperation({ operationId: 'getEvent' })
  @ApiOkResponse({ type: EventBody })
  async get(@Param('id', new IdPipe('event')) id: string, @AskedBy() { projectId }: Caller): Promise<EventBody> {
    const event = await this.feed.find(id, projectId);
    if (!event) throw ProblemError.notFound('event', id);
    return event;
  }

  /** Every type of event with the JSON Schema of its data. */
  @Get('event-types')
  @ApiOperation({ operationId: 'listEventTypes' })
  @ApiOkResponse({ type: EventTypeListBody })
  listTypes(): EventTypeListBody {
    return { items: EVENT_CATALOGUE };
  }
}
