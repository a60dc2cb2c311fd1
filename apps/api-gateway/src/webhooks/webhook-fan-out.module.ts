import { Module } from '@nestjs/common';
import { EventFanOut } from '../events/event-fan-out';
import { WebhookFanOut } from './webhook-fan-out';

/** The webhooks' share in the sequencing of events. */
@Module({ providers: [{ provide: EventFanOut, useClass: WebhookFanOut }], exports: [EventFanOut] })
export class WebhookFanOutModule {}
