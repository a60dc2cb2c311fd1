import { Injectable } from '@nestjs/common';
import type { ChangeNetworkSubnets } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import type { SubnetView } from '@isthmus/model';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { PrivateNetworkRepository } from './private-network.repository';
import { toFabricNetwork } from './private-network.view';

export interface ChangeSubnetsInput {
  change: ChangeNetworkSubnets;
  /** The subnets before: what the fabric goes back to while ipam-svc still has the new ones. */
  formerSubnets: SubnetView[];
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
}

type Input = ChangeSubnetsInput;

/**
 * private-network.change-subnets
 *   change-subnets   ipam-svc takes some and books others, or refuses while addresses are in use
 *   ensure-network   the fabric learns which there are
 */
@Injectable()
export class ChangeSubnetsSaga implements Saga<Input> {
  readonly kind = 'private-network.change-subnets';
  readonly deadlineMs = 60_000;
  readonly isCancellable = true;

  private readonly changeSubnets: SagaStep<Input> = {
    name: 'change-subnets',
    do: (run) => this.ipam.changeSubnets(run, 'change-subnets', run.input.change),
    undo: (run) => this.ipam.undo(run, 'change-subnets'),
  };

  private readonly ensureNetwork: SagaStep<Input> = {
    name: 'ensure-network',
    do: (run) => this.ensure(run, run.output<SubnetView[]>('change-subnets') ?? [], BigInt(run.input.revision) - 1n),
    undo: (run) => this.ensure(run, run.input.formerSubnets, BigInt(run.input.revision)),
  };

  readonly steps = [this.changeSubnets, this.ensureNetwork];

  constructor(
    private readonly networks: PrivateNetworkRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.networks.apply(tx, run.resource.id, {});
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.networks.settle(tx, run.resource.id, failure.detail);
  }

  private async ensure(run: SagaRun<Input>, subnets: SubnetView[], revision: bigint): Promise<void> {
    const network = await this.networks.getById(run.resource.id);
    await this.fabric.ensureNetwork(toFabricNetwork(network, subnets, revision), run.signal);
  }
}
