import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '@isthmus/db';
import type { Logger } from '@isthmus/telemetry';
import { VPN_CONFIG, type VpnConfig } from '../config';
import { TunnelDriver, type TunnelEvent } from '../tunnel/tunnel.driver';
import { KeptGatewayRepository } from './kept-gateway.repository';
import { RECONCILER_LOG } from './reconciler-log';
import { RouteRefresher } from './route.refresher';
import { TunnelKeeper } from './tunnel.keeper';

const GATEWAYS_PER_PAGE = 100;
/** Routes follow peerings that come and go, which nobody tells us; that is not urgent, and asks another service. */
const PASSES_PER_ROUTE_REFRESH = 10;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Keeps active gateways and connections true: no input, level-triggered. Every replica follows the events of its own driver
 * and looks at what they are about; and one replica at a time looks at everything, every few seconds, in case an event was
 * lost.
 *
 * A driver that lacks something is not proof that it is down: the driver, or this process with a driver in memory, may have
 * been restarted, or the work was done in another replica. So what the driver lacks is restored first and judged by the
 * outcome; only what the driver has and calls down is written down at once. All looks of a replica come one after the
 * other, so that none of them sees what another one has half restored.
 *
 * Nothing is touched but active rows of active gateways, at the revision at which they were read: an operation that starts
 * meanwhile has a higher one, by which the driver prefers its word, and the write of an outdated verdict finds no row.
 */
@Injectable()
export class TunnelReconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  /** Endpoints and connections that the driver has told of. */
  private readonly suspects = new Set<string>();
  /** Cut short by an event. */
  private nap = new AbortController();
  private passes = 0;
  private loop: Promise<void> = Promise.resolve();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly driver: TunnelDriver,
    private readonly rows: KeptGatewayRepository,
    private readonly keeper: TunnelKeeper,
    private readonly routes: RouteRefresher,
    @Inject(VPN_CONFIG) private readonly config: VpnConfig,
    @Inject(RECONCILER_LOG) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.reconcileMs === 0) return;
    this.unsubscribe = this.driver.onEvent((event) => this.suspect(event));
    this.loop = this.run();
  }

  /** Runs before the database closes. */
  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    this.stop.abort();
    this.nap.abort();
    await this.loop;
  }

  private suspect(event: TunnelEvent): void {
    this.suspects.add('endpointId' in event ? event.endpointId : event.connectionId);
    this.nap.abort();
  }

  private async run(): Promise<void> {
    let nextPassAtMs = performance.now();
    while (!this.stop.signal.aborted) {
      await this.attempt(() => this.lookAtSuspects());
      if (performance.now() >= nextPassAtMs) {
        await this.attempt(() => this.lookAtAll());
        nextPassAtMs = performance.now() + this.config.reconcileMs;
      }
      await this.sleep(nextPassAtMs - performance.now());
    }
  }

  /** Until the time is over, an event comes or came while nobody slept, or the service stops. */
  private async sleep(sleepMs: number): Promise<void> {
    this.nap = new AbortController();
    if (this.suspects.size > 0 || this.stop.signal.aborted) return;
    // To be woken is no failure.
    await pause(Math.max(0, sleepMs), undefined, { signal: this.nap.signal }).catch(() => undefined);
  }

  /** What stops one look does not stop the next one. */
  private async attempt(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      // PostgreSQL or the driver is away, or we are told to stop; the next full pass sees what this one has missed.
      if (!this.stop.signal.aborted) this.logger.warn({ err: error }, 'the reconciliation of VPN gateways waits');
    }
  }

  private async lookAtSuspects(): Promise<void> {
    if (this.suspects.size === 0) return;
    const partIds = [...this.suspects];
    this.suspects.clear();
    await this.keeper.keep(await this.rows.ofParts(partIds), this.stop.signal);
  }

  private async lookAtAll(): Promise<void> {
    this.passes += 1;
    const areRoutesDue = this.passes % PASSES_PER_ROUTE_REFRESH === 0;
    await this.database.transaction(async (tx) => {
      if (!(await this.rows.beTheOne(tx))) return;
      for (let ids = await this.rows.page(FIRST_ID, GATEWAYS_PER_PAGE); ids.length > 0;) {
        await this.keeper.keep(ids, this.stop.signal);
        if (areRoutesDue) await this.attempt(() => this.routes.refresh(ids, this.stop.signal));
        await this.lookAtSuspects();
        ids = await this.rows.page(ids.at(-1) as string, GATEWAYS_PER_PAGE);
      }
    });
    this.keeper.sweep();
  }
}
