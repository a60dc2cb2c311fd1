import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { NetworkPair } from './peering.facts';
import { PeeringJudge } from './peering.judge';
import type { SubnetsByNetwork } from './peering.plan';
import { type PeeringChanges, PeeringRepository } from './peering.repository';

export interface UpdatePeeringInput {
  pair: NetworkPair;
  changes: PeeringChanges;
}

type Input = UpdatePeeringInput;

/**
 * peering.update
 *   check-both-sides   ipam-svc tells the subnets of both networks
 * The row keeps its old values until the end. Routes to be installed or taken out are then the affair of peering.activate
 * and peering.deactivate, and the peering is `provisioning` meanwhile.
 */
@Injectable()
export class UpdatePeeringSaga implements Saga<Input> {
  readonly kind = 'peering.update';
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
    await this.peerings.apply(tx, run.resource.id, run.input.changes);
    await this.judge.settle(tx, run.input.pair, run.output<SubnetsByNetwork>('check-both-sides') ?? {});
  }

  abandon(): Promise<void> {
    return Promise.resolve();
  }
}
