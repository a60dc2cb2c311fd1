import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsIn, IsInt, IsString, Max, Min, ValidateIf } from 'class-validator';
import { DryRunBody } from '../../dry-run/dry-run.dto';
import type { EventTypePattern } from '../../events/event-filter';
import { IsRfc3339 } from '../../operations/rfc3339';
import { IsPlainText } from '../../http/validators';
import { ENDPOINT_STATES, type EndpointState } from '../../webhooks/webhook-endpoint.entity';
import { AreEventTypePatterns } from './event.dto';

const MAX_EVENT_TYPES = 50;
const MAX_DESCRIPTION = 255;
const LONGEST_OVERLAP_SECONDS = 7 * 86_400;

const EVENT_TYPES_EXAMPLE = ['operation.*', 'peering.state_changed'];

/** Absent says nothing, null is wrong. */
const IfGiven = (): PropertyDecorator => ValidateIf((_dto, value) => value !== undefined);

export class CreateWebhookBody {
  @ApiProperty({ example: 'https://hooks.example.org/isthmus', description: 'Where events are sent to, by POST.' })
  @IsString()
  url!: string;

  @ApiPropertyOptional({ maxLength: MAX_DESCRIPTION, default: '' })
  @IfGiven()
  @IsPlainText(0, MAX_DESCRIPTION)
  description: string = '';

  @ApiPropertyOptional({
    type: [String],
    example: EVENT_TYPES_EXAMPLE,
    default: ['*'],
    description: 'Types, `operation.*` for all below a name, `*` for all there are.',
  })
  @IfGiven()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_EVENT_TYPES)
  @AreEventTypePatterns()
  eventTypes: EventTypePattern[] = ['*'];
}

export class UpdateWebhookBody {
  @ApiPropertyOptional()
  @IfGiven()
  @IsString()
  url?: string;

  @ApiPropertyOptional({ maxLength: MAX_DESCRIPTION })
  @IfGiven()
  @IsPlainText(0, MAX_DESCRIPTION)
  description?: string;

  @ApiPropertyOptional({ type: [String], example: EVENT_TYPES_EXAMPLE })
  @IfGiven()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_EVENT_TYPES)
  @AreEventTypePatterns()
  eventTypes?: EventTypePattern[];

  @ApiPropertyOptional({ enum: ENDPOINT_STATES, description: 'Disabling discards what is still to be delivered.' })
  @IfGiven()
  @IsIn(ENDPOINT_STATES)
  state?: EndpointState;
}

export class RotateSecretBody {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: LONGEST_OVERLAP_SECONDS,
    description: 'How long the secret before signs along; 24 hours unless the installation has another default.',
  })
  @IfGiven()
  @IsInt()
  @Min(0)
  @Max(LONGEST_OVERLAP_SECONDS)
  overlapSeconds?: number;
}

export class ReplayWebhookBody {
  @ApiProperty({ format: 'date-time', description: 'Events from this moment on.' })
  @IsRfc3339()
  from!: string;

  @ApiProperty({ format: 'date-time', description: 'Events before this moment.' })
  @IsRfc3339()
  to!: string;
}

export class WebhookBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  projectId!: string;

  @ApiProperty()
  url!: string;

  @ApiProperty()
  description!: string;

  @ApiProperty({ type: [String], example: EVENT_TYPES_EXAMPLE })
  eventTypes!: EventTypePattern[];

  @ApiProperty({ enum: ENDPOINT_STATES })
  state!: EndpointState;

  @ApiProperty({ type: String, nullable: true, description: 'Why it is disabled, and what to do.' })
  disabledReason!: string | null;

  @ApiProperty({ type: 'integer', description: 'Since the last success.' })
  consecutiveFailures!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The first failure after the last success.',
  })
  failingSince!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Nothing is sent before this moment, because of failures or because it asked for it.',
  })
  pausedUntil!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ type: 'integer', description: 'Grows with every change of its settings.' })
  revision!: number;
}

export class PlannedWebhookBody extends WebhookBody {
  @ApiProperty({ type: DryRunBody })
  dryRun!: DryRunBody;
}

export class WebhookWithSecretBody extends WebhookBody {
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', description: 'Shown in this answer only.' })
  secret!: string;
}

export class WebhookPageBody {
  @ApiProperty({ type: [WebhookBody], description: 'The oldest first.' })
  items!: WebhookBody[];

  @ApiProperty({ type: String, nullable: true, description: 'The cursor of the next page; null at the end.' })
  next!: string | null;
}

export class PingBody {
  @ApiProperty({ format: 'uuid', description: 'The event that is sent; the deliveries can be filtered by it.' })
  eventId!: string;
}

export class ReplayBody {
  @ApiProperty({ type: 'integer', description: 'How many deliveries were queued.' })
  queued!: number;
}
