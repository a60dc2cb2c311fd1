import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { type CursorPage, type CursorPageRequest, endIn, pageOf } from '../http/cursor';
import type { RequestContext } from '../http/request';
import { isUuid } from '../http/validators';
import { LocalWork } from '../idempotency/local-work';
import { type DeliveryFilter, DeliveryRepository, type TimeRange } from './delivery.repository';
import type { WebhookAttemptEntity } from './webhook-attempt.entity';
import { WebhookDeliverer } from './webhook-deliverer';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity';
import { WebhookService } from './webhook.service';

export interface DeliveryWithAttempts {
  delivery: WebhookDeliveryEntity;
  attempts: WebhookAttemptEntity[];
}

/** As many events one request may replay. */
const MAX_REPLAYED = 10_000;

/** What was sent to the endpoints of a project, and sending it again. */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly localWork: LocalWork,
    private readonly webhooks: WebhookService,
    private readonly deliveries: DeliveryRepository,
    private readonly deliverer: WebhookDeliverer,
  ) {}

  async list(
    endpointId: string,
    projectId: string,
    filter: DeliveryFilter,
    { limit, cursor }: CursorPageRequest,
  ): Promise<CursorPage<WebhookDeliveryEntity>> {
    const beforeId = endIn(cursor, isUuid);
    await this.webhooks.get(endpointId, projectId);
    return pageOf(await this.deliveries.page(endpointId, filter, beforeId, limit + 1), limit, ({ id }) => id);
  }

  async get(id: string, endpointId: string, projectId: string): Promise<DeliveryWithAttempts> {
    await this.webhooks.get(endpointId, projectId);
    const delivery = await this.find(id, endpointId, projectId);
    return { delivery, attempts: await this.deliveries.attempts(id) };
  }

  /** Whatever came of it before. Throws `busy` while it is being attempted, `conflict` when the endpoint is disabled. */
  async resend(id: string, endpointId: string, call: RequestContext): Promise<WebhookDeliveryEntity> {
    const { projectId } = call;
    return this.localWork.once(call, async (tx) => {
      await this.webhooks.resume(tx, endpointId, projectId);
      const { id: known } = await this.find(id, endpointId, projectId, tx);
      const queued = await this.deliveries.queueAgain(tx, known);
      if (!queued) {
        const meta = { resource: 'webhook-delivery', resourceId: id };
        throw new ProblemError('busy', 'This delivery is being attempted right now; see what comes of it.', meta);
      }
      await this.webhooks.record(tx, call, 'resend', { id: endpointId });
      tx.afterCommit(() => this.deliverer.wake());
      return queued;
    });
  }

  /**
   * Sends all events of that time that the endpoint wants, also those from before it was made, and answers how many.
   * Throws `invalid-argument` when they are more than 10 000, `conflict` when the endpoint is disabled.
   */
  replay(endpointId: string, call: RequestContext, range: TimeRange): Promise<number> {
    const { projectId } = call;
    if (Date.parse(range.from) >= Date.parse(range.to)) throw ProblemError.invalid('to', 'to must be later than from.');
    return this.localWork.once(call, async (tx) => {
      await this.webhooks.resume(tx, endpointId, projectId);
      const events = await this.deliveries.countEvents(tx, endpointId, projectId, range, MAX_REPLAYED + 1);
      if (events > MAX_REPLAYED) {
        throw ProblemError.invalid('to', `There are more than ${MAX_REPLAYED} events in this time; take a part of it.`);
      }
      await this.webhooks.record(tx, call, 'replay', { id: endpointId });
      tx.afterCommit(() => this.deliverer.wake());
      return this.deliveries.replay(tx, endpointId, projectId, range, MAX_REPLAYED);
    });
  }

  private async find(id: string, endpointId: string, projectId: string, on?: Tx): Promise<WebhookDeliveryEntity> {
    const delivery = await this.deliveries.find(id, endpointId, projectId, on);
    if (!delivery) throw ProblemError.notFound('webhook-delivery', id);
    return delivery;
  }
}
