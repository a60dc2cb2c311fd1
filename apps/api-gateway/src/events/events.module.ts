import { Module } from '@nestjs/common';
import { WebhookFanOutModule } from '../webhooks/webhook-fan-out.module';
import { EventFeed } from './event-feed';
import { EventFeedRepository } from './event-feed.repository';
import { EventPurger } from './event-purger';
import { EventSequencer } from './event-sequencer';

@Module({
  imports: [WebhookFanOutModule],
  providers: [EventFeed, EventFeedRepository, EventSequencer, EventPurger],
  exports: [EventFeed, EventFeedRepository],
})
export class EventsModule {}
