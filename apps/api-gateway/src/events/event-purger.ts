import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@isthmus/telemetry';
import { LOGGER } from '../settings.module';
import { Purger } from '../upkeep/purger';
import { EventFeedRepository } from './event-feed.repository';

/** How long an event stays in the feed. The rows of events themselves go later, with their month. */
const KEPT_DAYS = 30;
const BATCH = 5_000;

/** Forgets what is too old to be caught up with. */
@Injectable()
export class EventPurger extends Purger {
  constructor(feed: EventFeedRepository, @Inject(LOGGER) logger: Logger) {
    const forget = (batch: number): Promise<number> => feed.purge(KEPT_DAYS, batch);
    super({ batch: BATCH, forget, complaint: 'the feed of events is purged later' }, logger);
  }
}
