import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { FabricDriver } from '../fabric/fabric.driver';
import type { NetworkPair } from './peering.facts';
import { PeeringJudge } from './peering.judge';
import type { SubnetsByNetwork } from './peering.plan';
import type { LinkSide } from './peering-link.repository';

/** Both sides as they were when the routes were worked out. */
export interface PeeringLinkInput {
  pair: NetworkPair;
  low: LinkSide;
  high: LinkSide;
}

type Input = PeeringLinkInput;

/**
 * peering.activate
 *   check-both-sides       are both still as they must be?
 *   install-routes-local   the fabric makes the port and the routes of the side with the lower id
 *   install-routes-peer    and of the other
 *   verify                 nothing has changed meanwhile
 * Its end activates both sides in one transaction. Undone, the fabric has nothing of either; the reconciler tries again
 * when something changes, or after a while.
 */
@Injectable()
export class ActivatePeeringSaga implements Saga<Input> {
  readonly kind = 'peering.activate';
  readonly deadlineMs = 60_000;

  private readonly checkBothSides: SagaStep<Input> = {
    name: 'check-both-sides',
    do: (run) => this.judge.requireReady(run.resource.id),
    undo: () => Promise.resolve(),
  };

  private readonly installRoutesLocal: SagaStep<Input> = {
    name: 'install-routes-local',
    do: (run) => this.install(run, run.input.low),
    undo: (run) => this.remove(run, run.input.low),
  };

  private readonly installRoutesPeer: SagaStep<Input> = {
    name: 'install-routes-peer',
    do: (run) => this.install(run, run.input.high),
    undo: (run) => this.remove(run, run.input.high),
  };

  private readonly verify: SagaStep<Input> = {
    name: 'verify',
    do: (run) => this.judge.requireReady(run.resource.id),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.checkBothSides, this.installRoutesLocal, this.installRoutesPeer, this.verify];

  constructor(
    private readonly judge: PeeringJudge,
    private readonly fabric: FabricDriver,
  ) {}

  async complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    const subnets = run.output<SubnetsByNetwork>('verify') ?? {};
    const linkId = run.resource.id;
    await this.judge.settle(tx, run.input.pair, subnets, { linkId, outcome: { phase: 'installed' } });
  }

  async abandon(tx: Tx, run: SagaRun<Input>, { detail: failure }: ProblemShape): Promise<void> {
    const subnets = run.output<SubnetsByNetwork>('check-both-sides') ?? {};
    const linkId = run.resource.id;
    await this.judge.settle(tx, run.input.pair, subnets, { linkId, outcome: { phase: 'failed', failure } });
  }

  private install(run: SagaRun<Input>, side: LinkSide): Promise<void> {
    const { id, peerId, networkId, routerId, destinations } = side;
    const revision = BigInt(side.revision) - 1n;
    return this.fabric.ensurePeering({ id, peerId, networkId, routerId, destinations, revision }, run.signal);
  }

  private remove(run: SagaRun<Input>, { id, revision }: LinkSide): Promise<void> {
    return this.fabric.removePeering({ id, revision: BigInt(revision) }, run.signal);
  }
}
