import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@isthmus/telemetry';
import { LOGGER } from '../settings.module';
import { Purger } from '../upkeep/purger';
import { DeliveryRepository } from './delivery.repository';
import { WebhookSettings } from './webhook.settings';

const BATCH = 1_000;

/** Forgets deliveries that ended long ago, and secrets that have expired. */
@Injectable()
export class DeliveryPurger extends Purger {
  constructor(deliveries: DeliveryRepository, settings: WebhookSettings, @Inject(LOGGER) logger: Logger) {
    const forget = (batch: number): Promise<number> => deliveries.purge(settings.keepDays, batch);
    super({ batch: BATCH, forget, complaint: 'webhook deliveries are purged later' }, logger);
  }
}
