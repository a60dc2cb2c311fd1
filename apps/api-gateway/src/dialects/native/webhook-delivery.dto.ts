import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { EVENT_TYPES, type EventType } from '@isthmus/model';
import { DELIVERY_STATES, type DeliveryState } from '../../webhooks/webhook-delivery.entity';
import { PageQuery } from './page';

export class ListDeliveriesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: DELIVERY_STATES })
  @IsOptional()
  @IsIn(DELIVERY_STATES)
  state?: DeliveryState;

  @ApiPropertyOptional({ enum: EVENT_TYPES })
  @IsOptional()
  @IsIn(EVENT_TYPES)
  eventType?: EventType;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID('all')
  eventId?: string;
}

export class WebhookDeliveryBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid', description: 'What the header webhook-id says, in every attempt.' })
  eventId!: string;

  @ApiProperty({ enum: EVENT_TYPES })
  eventType!: string;

  @ApiProperty({ type: 'integer', description: 'Of the event in the feed.' })
  position!: number;

  @ApiProperty({
    enum: DELIVERY_STATES,
    description:
      'Exhausted: all attempts failed. Discarded: the endpoint was disabled, or the event is not kept any more.',
  })
  state!: DeliveryState;

  @ApiProperty({ type: 'integer', description: 'How many attempts were begun.' })
  attempts!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null unless it is pending.' })
  nextAttemptAt!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The request that caused the event, where there was one.' })
  requestId!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt!: string | null;
}

export class WebhookAttemptBody {
  @ApiProperty({ type: 'integer', description: 'From 1.' })
  number!: number;

  @ApiProperty({ format: 'date-time' })
  startedAt!: string;

  @ApiProperty({ type: 'integer' })
  durationMs!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null when no answer came.' })
  status!: number | null;

  @ApiProperty({ type: String, nullable: true })
  error!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The first 1000 characters of the answer, without what looks like a secret.',
  })
  responseExcerpt!: string | null;
}

export class WebhookDeliveryDetailsBody extends WebhookDeliveryBody {
  @ApiProperty({ type: [WebhookAttemptBody], description: 'Attempts that were interrupted are missing.' })
  attemptLog!: WebhookAttemptBody[];
}

export class WebhookDeliveryPageBody {
  @ApiProperty({ type: [WebhookDeliveryBody], description: 'The newest first.' })
  items!: WebhookDeliveryBody[];

  @ApiProperty({ type: String, nullable: true, description: 'The cursor of the next page; null at the end.' })
  next!: string | null;
}
