import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { NetworkPair } from './peering.facts';
import { PeeringJudge } from './peering.judge';
import type { SubnetsByNetwork } from './peering.plan';
import { PeeringRepository } from './peering.repository';

export interface CreatePeeringInput {
  pair: NetworkPair;
}

type Input = CreatePeeringInput;

/**
 * peering.create
 *   check-both-sides   ipam-svc tells the subnets of both networks
 * From its end on the peering counts; the routes are the affair of peering.activate, which that may start.
 */
@Injectable()
export class CreatePeeringSaga implements Saga<Input> {
  readonly kind = 'peering.create';
  readonly deadlineMs = 60_000;

  private readonly checkBothSides: SagaStep<Input> = {
    name: 'check-both-sides',
    do: (run) => this.judge.subnetsOfPair(run.input.pair),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.checkBothSides];

  constructor(
    private readonly peerings: PeeringRepository,
    private readonly judge: PeeringJudge,
  ) {}

  async complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    await this.judge.lock(tx, run.input.pair);
    await this.peerings.confirm(tx, run.resource.id);
    await this.judge.settle(tx, run.input.pair, run.output<SubnetsByNetwork>('check-both-sides') ?? {});
  }

  abandon(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.peerings.delete(tx, run.resource.id);
  }
}
