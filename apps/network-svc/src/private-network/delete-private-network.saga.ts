import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { PrivateNetworkRepository } from './private-network.repository';
import { toFabricNetwork } from './private-network.view';

export interface DeletePrivateNetworkInput {
  /** The revision of the way back. */
  revision: string;
}

type Input = DeletePrivateNetworkInput;

/**
 * private-network.delete
 *   remove-network    the fabric drops the switch
 *   release-subnets   ipam-svc gives the address space back, or refuses while addresses are booked
 * Undone, the network is as it was.
 */
@Injectable()
export class DeletePrivateNetworkSaga implements Saga<Input> {
  readonly kind = 'private-network.delete';
  readonly deadlineMs = 60_000;

  private readonly removeNetwork: SagaStep<Input> = {
    name: 'remove-network',
    do: (run) => this.fabric.removeNetwork(run.resource.id, run.signal),
    undo: async (run) => {
      const network = await this.networks.getById(run.resource.id);
      const subnets = await this.ipam.listSubnets(run, network.id);
      await this.fabric.ensureNetwork(toFabricNetwork(network, subnets, BigInt(run.input.revision)), run.signal);
    },
  };

  private readonly releaseSubnets: SagaStep<Input> = {
    name: 'release-subnets',
    do: (run) => this.ipam.releaseSubnets(run, 'release-subnets', run.resource.id),
    undo: (run) => this.ipam.undo(run, 'release-subnets'),
  };

  readonly steps = [this.removeNetwork, this.releaseSubnets];

  constructor(
    private readonly networks: PrivateNetworkRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.networks.delete(tx, run.resource.id);
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.networks.settle(tx, run.resource.id, failure.detail);
  }
}
