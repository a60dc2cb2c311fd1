import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@isthmus/telemetry';
import { LOGGER } from '../settings.module';
import { Purger } from '../upkeep/purger';
import { IdempotencyRepository } from './idempotency.repository';

/** A day is promised. */
const UNUSED_HOURS = 48;
const BATCH = 1_000;

/** Forgets old keys. */
@Injectable()
export class IdempotencyPurger extends Purger {
  constructor(keys: IdempotencyRepository, @Inject(LOGGER) logger: Logger) {
    const forget = (batch: number): Promise<number> => keys.purge(UNUSED_HOURS, batch);
    super({ batch: BATCH, forget, complaint: 'idempotency keys are purged later' }, logger);
  }
}
