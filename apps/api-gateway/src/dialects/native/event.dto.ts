import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsInt, IsOptional, IsUUID, Matches, Max, Min, ValidateBy } from 'class-validator';
import { EVENT_TYPES, type EventType } from '@isthmus/model';
import { type EventTypePattern, isEventTypePattern } from '../../events/event-filter';
import { QueryInteger, Repeated } from '../../http/validators';
import { ResourceReferenceBody } from './operation.dto';

const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 100;
const MAX_TYPES = 50;

/** Each item is a type of event, all types below a name (`operation.*`), or `*`. */
export function AreEventTypePatterns(): PropertyDecorator {
  const message = '$property must be types of events such as operation.succeeded, operation.* or *';
  const validate = (value: unknown): boolean => Array.isArray(value) && value.every(isEventTypePattern);
  return ValidateBy({ name: 'eventTypes', validator: { validate, defaultMessage: () => message } });
}

export class ListEventsQuery {
  @ApiPropertyOptional({
    type: String,
    description:
      'Where to go on: `next` of the page before, or the position of an event. The oldest kept event when absent.',
  })
  @IsOptional()
  @Matches(/^\d{1,15}$/, { message: '$property must be `next` of a page or the position of an event' })
  after?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({ type: [String], example: ['operation.*'], description: 'Only these types; may be repeated.' })
  @IsOptional()
  @Repeated()
  @ArrayMaxSize(MAX_TYPES)
  @AreEventTypePatterns()
  type?: EventTypePattern[];

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID('all')
  resourceId?: string;

  @ApiPropertyOptional({ example: 'private-network' })
  @IsOptional()
  @Matches(/^[a-z]{1,20}(-[a-z]{1,20}){0,3}$/, {
    message: '$property must be a type of resource, e.g. private-network',
  })
  resourceType?: string;
}

export class EventBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: EVENT_TYPES })
  type!: EventType;

  @ApiProperty({ format: 'date-time', description: 'When it became true.' })
  timestamp!: string;

  @ApiProperty({ type: 'integer', description: 'In the feed; later events have higher ones.' })
  position!: number;

  @ApiProperty({ type: 'integer', description: '1 for the first event of its resource, 2 for the next one, …' })
  sequence!: number;

  @ApiProperty({ format: 'uuid' })
  projectId!: string;

  @ApiProperty({ type: ResourceReferenceBody })
  resource!: ResourceReferenceBody;

  @ApiProperty({ type: String, nullable: true, description: 'The request that caused it, where there was one.' })
  requestId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  traceparent!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'As the schema of the type says.' })
  data!: Record<string, unknown>;
}

export class EventPageBody {
  @ApiProperty({ type: [EventBody], description: 'In the order of the feed.' })
  items!: EventBody[];

  @ApiProperty({ description: 'Where to go on, also when there is nothing more yet.' })
  next!: string;
}

export class EventTypeBody {
  @ApiProperty({ enum: EVENT_TYPES })
  type!: EventType;

  @ApiProperty()
  summary!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What `resource` points at; null for any.' })
  resourceType!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'JSON Schema of `data`.' })
  schema!: object;
}

export class EventTypeListBody {
  @ApiProperty({ type: [EventTypeBody] })
  items!: readonly EventTypeBody[];
}
