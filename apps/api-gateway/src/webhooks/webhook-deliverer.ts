import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Signals } from '@isthmus/rpc';
import { loggedIds, type Logger } from '@isthmus/telemetry';
import { EVENTS_SEQUENCED } from '../events/event-sequencer';
import type { EventView } from '../events/event.view';
import { LOGGER } from '../settings.module';
import { DeliveryEvents } from './delivery-events.repository';
import { DeliveryOutcomes } from './delivery-outcomes.repository';
import { type ClaimedDelivery, DeliveryQueue } from './delivery-queue.repository';
import { type AttemptResult, verdictOn } from './verdict';
import { WebhookSecretRepository } from './webhook-secret.repository';
import { WebhookSender } from './webhook-sender';
import { countAttempt, measureDeliveries } from './webhook.metrics';
import { beginAttemptSpan, endAttemptSpan } from './webhook.spans';
import { WebhookSettings } from './webhook.settings';

/** Deliveries whose signal got lost wait this long at most. */
const IDLE_MS = 1_000;
/** What is due but held by somebody else is not asked for without a rest. */
const SHORTEST_SLEEP_MS = 20;
const AFTER_FAILURE_MS = 500;
/** Before a delivery is tried again that failed by no fault of its endpoint. */
const OWN_FAULT_MS = 60_000;
/** So long a stopping gateway waits for answers; the deliveries of those that are still out are made again by another. */
const DRAIN_MS = 5_000;

/**
 * Attempts the deliveries that are due. Every gateway runs one; leases share the deliveries out, and those of a gateway
 * that died are taken over when their lease runs out.
 */
@Injectable()
export class WebhookDeliverer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly inFlight = new Set<Promise<void>>();
  private isRunning = false;
  private isWoken = false;
  private timer: NodeJS.Timeout | undefined;
  private loop: Promise<void> = Promise.resolve();
  private unsubscribe: (() => void) | undefined;
  private stopMeasuring: (() => void) | undefined;

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly events: DeliveryEvents,
    private readonly secrets: WebhookSecretRepository,
    private readonly sender: WebhookSender,
    private readonly outcomes: DeliveryOutcomes,
    private readonly signals: Signals,
    private readonly settings: WebhookSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.isRunning = true;
    this.stopMeasuring = measureDeliveries(() => this.queue.backlog());
    this.unsubscribe = await this.signals.subscribe(EVENTS_SEQUENCED, () => this.wake());
    this.wake();
  }

  async onModuleDestroy(): Promise<void> {
    this.isRunning = false;
    this.stopMeasuring?.();
    this.unsubscribe?.();
    clearTimeout(this.timer);
    await this.loop;
    const giveUp = new AbortController();
    const patience = pause(DRAIN_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.inFlight), patience]);
    giveUp.abort();
  }

  /** Something may be due. Cheap, may be called as often as one likes. */
  wake(): void {
    this.isWoken = true;
    if (!this.isRunning) return;
    clearTimeout(this.timer);
    this.loop = this.loop.then(() => this.run());
  }

  private async run(): Promise<void> {
    // Of many wake-ups that queued behind a running pass, the first does the work of all.
    if (!this.isWoken || !this.isRunning) return;
    this.isWoken = false;
    let sleepMs: number;
    try {
      sleepMs = await this.startDue();
    } catch (error) {
      this.logger.warn({ err: error }, 'webhook deliveries wait');
      sleepMs = AFTER_FAILURE_MS;
    }
    if (this.isRunning && !this.isWoken) this.timer = setTimeout(() => this.wake(), sleepMs);
  }

  /** Starts what is due, as far as there are places, and answers how long nothing will be. */
  private async startDue(): Promise<number> {
    while (this.isRunning) {
      const places = this.settings.concurrency - this.inFlight.size;
      // Whoever ends gives its place back, and wakes.
      if (places <= 0) return IDLE_MS;
      const dueInMs = await this.queue.nextDueInMs();
      if (dueInMs === undefined) return IDLE_MS;
      if (dueInMs > 0) return Math.min(IDLE_MS, Math.max(SHORTEST_SLEEP_MS, Math.ceil(dueInMs)));
      const claimed = await this.queue.claim(places);
      if (claimed.length === 0) return SHORTEST_SLEEP_MS;
      await this.start(claimed);
    }
    return IDLE_MS;
  }

  private async start(claimed: ClaimedDelivery[]): Promise<void> {
    const [events, secrets] = await Promise.all([
      this.events.findAll(claimed.map(({ eventId }) => eventId)),
      this.secrets.living([...new Set(claimed.map(({ endpointId }) => endpointId))]),
    ]);
    for (const delivery of claimed) {
      const work = this.deliver(delivery, events.get(delivery.eventId), secrets.get(delivery.endpointId) ?? []);
      this.inFlight.add(work);
      void work.then(() => {
        this.inFlight.delete(work);
        this.wake();
      });
    }
  }

  /** Never rejects: what cannot be written down now is attempted again when the lease has run out. */
  private async deliver(delivery: ClaimedDelivery, event: EventView | undefined, secrets: string[]): Promise<void> {
    const { id: deliveryId, endpointId, attempt, tries } = delivery;
    try {
      // The event is older than what is kept.
      if (!event) return await this.queue.discard(delivery);
      if (secrets.length === 0) {
        this.logger.error(
          { endpointId },
          'no signing secret of this webhook endpoint can be opened with the master key',
        );
        return await this.queue.postpone(delivery, OWN_FAULT_MS);
      }
      const result = await this.attempt(delivery, event, secrets);
      const verdict = verdictOn(result, tries, this.settings.retryScheduleMs, Date.now(), Math.random());
      countAttempt(verdict, result.durationMs);
      await this.outcomes.record(delivery, result, verdict);
    } catch (error) {
      this.logger.warn(
        {
          err: error,
          deliveryId,
          attempt,
          ...loggedIds({ requestId: event?.requestId ?? undefined, traceparent: event?.traceparent }),
        },
        'the outcome of a webhook delivery is lost; it is made again',
      );
    }
  }

  private async attempt(delivery: ClaimedDelivery, event: EventView, secrets: string[]): Promise<AttemptResult> {
    const span = beginAttemptSpan(delivery, event);
    try {
      const result = await this.sender.send(delivery.url, event, secrets, span.traceparent);
      endAttemptSpan(span, result);
      return result;
    } catch (error) {
      span.end('fault');
      throw error;
    }
  }
}
