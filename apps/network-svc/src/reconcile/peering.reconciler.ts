import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';
import { OPERATION_DONE, OperationEngine } from '@isthmus/operations';
import { Signals } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import { NETWORK_CONFIG, type NetworkConfig } from '../config';
import { ActivatePeeringSaga } from '../peering/activate-peering.saga';
import { DeactivatePeeringSaga } from '../peering/deactivate-peering.saga';
import { PeeringFactsRepository, type PeeringSelection } from '../peering/peering.facts';
import { PeeringJudge, type UnsettledPair } from '../peering/peering.judge';
import { PeeringLinkRepository, type PendingLink } from '../peering/peering-link.repository';
import { PeeringCheckRepository } from './peering-check.repository';

/** Injection token of the service's logger. */
export const RECONCILER_LOG = Symbol('RECONCILER_LOG');

/** Events are looked for this often without being told of any; a look at an empty table. */
const LOOK_EVERY_MS = 500;
const AFTER_FAILURE_MS = 250;
const EVENTS_PER_PASS = 1_000;
const PEERINGS_PER_PAGE = 500;
const LINKS_PER_TRANSACTION = 50;
const SETTLED_AT_ONCE = 4;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Keeps peerings true: no input, level-triggered, on every replica. It is woken when an operation has ended, which is when
 * facts have changed; takes the events that those changes left; makes rows agree with facts; and starts the operations
 * that move routes. In case an event was lost it looks at all peerings every few seconds, on one replica at a time.
 */
@Injectable()
export class PeeringReconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private isRunning = false;
  private isWoken = false;
  private lookedAtAllMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private loop: Promise<void> = Promise.resolve();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly engine: OperationEngine,
    private readonly signals: Signals,
    private readonly judge: PeeringJudge,
    private readonly facts: PeeringFactsRepository,
    private readonly links: PeeringLinkRepository,
    private readonly checks: PeeringCheckRepository,
    @Inject(NETWORK_CONFIG) private readonly config: NetworkConfig,
    @Inject(RECONCILER_LOG) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.peeringReconcileMs === 0) return;
    this.isRunning = true;
    this.unsubscribe = await this.signals.subscribe(OPERATION_DONE, () => this.wake());
    this.wake();
  }

  /** Look now. Cheap, may be called as often as one likes. */
  wake(): void {
    if (!this.isRunning || this.isWoken) return;
    this.isWoken = true;
    clearTimeout(this.timer);
    this.loop = this.loop.then(() => this.run());
  }

  /** Runs before the database closes. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isRunning = false;
    this.unsubscribe?.();
    clearTimeout(this.timer);
    await this.loop;
  }

  private async run(): Promise<void> {
    if (!this.isRunning) return;
    this.isWoken = false;
    const isDone = [
      await this.attempt(() => this.takeAllEvents()),
      await this.attempt(() => this.lookAtAllWhenDue()),
      await this.attempt(() => this.startAllOperations()),
    ];
    const sleepMs = isDone.includes(false) ? AFTER_FAILURE_MS : LOOK_EVERY_MS;
    if (this.isRunning && !this.isWoken) this.timer = setTimeout(() => this.wake(), sleepMs);
  }

  /** One part of a pass, so that what stops it does not stop the others. False when it must be tried again. */
  private async attempt(part: () => Promise<void>): Promise<boolean> {
    try {
      await part();
      return true;
    } catch (error) {
      // PostgreSQL or ipam-svc is away; the events are still there.
      this.logger.warn({ err: error }, 'the reconciliation of peerings waits');
      return false;
    }
  }

  private async takeAllEvents(): Promise<void> {
    while ((await this.takeEvents()) === EVENTS_PER_PASS);
  }

  private async lookAtAllWhenDue(): Promise<void> {
    if (performance.now() - this.lookedAtAllMs >= this.config.peeringReconcileMs) await this.lookAtAll();
  }

  private async startAllOperations(): Promise<void> {
    while ((await this.startOperations()) === LINKS_PER_TRANSACTION);
  }

  /** The events are deleted by the transaction that has seen them through: a crash in between leaves them to others. */
  private takeEvents(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const { ids, selection } = await this.checks.take(tx, EVENTS_PER_PASS);
      if (ids.length === 0) return 0;
      await this.settleAll(selection);
      await this.checks.done(tx, ids);
      return ids.length;
    });
  }

  private async lookAtAll(): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.checks.beTheOne(tx))) return;
      for (let ids = await this.facts.page(FIRST_ID, PEERINGS_PER_PAGE); ids.length > 0;) {
        await this.settleAll({ peeringIds: ids, networkIds: [], vpcIds: [] });
        ids = await this.facts.page(ids.at(-1) as string, PEERINGS_PER_PAGE);
      }
    });
    this.lookedAtAllMs = performance.now();
  }

  private async settleAll(selection: PeeringSelection): Promise<void> {
    const unsettled = await this.judge.findUnsettled(selection);
    const failures: unknown[] = [];
    for (let from = 0; from < unsettled.length; from += SETTLED_AT_ONCE) {
      const batch = unsettled.slice(from, from + SETTLED_AT_ONCE).map((pair) => this.settle(pair));
      for (const result of await Promise.allSettled(batch)) {
        if (result.status === 'rejected') failures.push(result.reason);
      }
    }
    // Told when all others are settled: one pair keeps nobody waiting.
    if (failures.length > 0) throw failures[0];
  }

  private async settle({ pair, subnets }: UnsettledPair): Promise<void> {
    await this.database.transaction(async (tx) => {
      const isSettled = await this.judge.settle(tx, pair, subnets);
      // It has become ready since its subnets were not read; the next pass reads them.
      if (!isSettled)
        await this.checks.again(
          tx,
          (await this.facts.ofPair(tx, pair)).map(({ id }) => id),
        );
    });
  }

  /** Accepts an operation for each link whose routes must be moved and that has none, up to 50; answers how many. */
  startOperations(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const pending = await this.links.lockPending(tx, LINKS_PER_TRANSACTION);
      for (const link of pending) await this.startOperation(tx, link);
      return pending.length;
    });
  }

  private async startOperation(tx: Tx, { id, phase, low, high }: PendingLink): Promise<void> {
    const saga = phase === 'installing' ? ActivatePeeringSaga : DeactivatePeeringSaga;
    await this.engine.accept(tx, saga, {
      by: {
        projectId: low.projectId,
        principal: 'peering-reconciler',
        requestId: `peering-link.${id}`,
        traceparent: null,
      },
      resource: { type: 'peering-link', id },
      reference: { type: 'peering', id: low.id },
      input: { pair: [low.networkId, high.networkId], low, high },
    });
  }
}
