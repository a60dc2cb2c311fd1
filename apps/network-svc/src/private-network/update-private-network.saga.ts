import { Injectable } from '@nestjs/common';
import type { ReshapeSubnet } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import type { SubnetView } from '@isthmus/model';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { type PrivateNetworkChanges, PrivateNetworkRepository } from './private-network.repository';
import { toFabricNetwork } from './private-network.view';

export interface UpdatePrivateNetworkInput {
  changes: PrivateNetworkChanges;
  reshape: ReshapeSubnet | null;
  /** The subnets before the reshape: what the fabric goes back to while ipam-svc still has the new shape. */
  formerSubnets: SubnetView[] | null;
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
}

type Input = UpdatePrivateNetworkInput;

/**
 * private-network.update
 *   reshape-subnet   ipam-svc moves the range               (only when the range changes)
 *   ensure-network   the fabric learns the new options
 * The row keeps its old values until the end, so undoing is ensuring what the row says.
 */
@Injectable()
export class UpdatePrivateNetworkSaga implements Saga<Input> {
  readonly kind = 'private-network.update';
  readonly deadlineMs = 60_000;
  readonly isCancellable = true;

  private readonly reshapeSubnet: SagaStep<Input> = {
    name: 'reshape-subnet',
    appliesTo: ({ reshape }) => reshape !== null,
    do: (run) => this.ipam.reshapeSubnet(run, 'reshape-subnet', run.input.reshape as ReshapeSubnet),
    undo: (run) => this.ipam.undo(run, 'reshape-subnet'),
  };

  private readonly ensureNetwork: SagaStep<Input> = {
    name: 'ensure-network',
    do: (run) => this.ensure(run, run.input.changes, null, BigInt(run.input.revision) - 1n),
    undo: (run) => this.ensure(run, {}, run.input.formerSubnets, BigInt(run.input.revision)),
  };

  readonly steps = [this.reshapeSubnet, this.ensureNetwork];

  constructor(
    private readonly networks: PrivateNetworkRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.networks.apply(tx, run.resource.id, run.input.changes);
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.networks.settle(tx, run.resource.id, failure.detail);
  }

  private async ensure(
    run: SagaRun<Input>,
    changes: PrivateNetworkChanges,
    knownSubnets: SubnetView[] | null,
    revision: bigint,
  ): Promise<void> {
    const network = await this.networks.getById(run.resource.id);
    const subnets = knownSubnets ?? (await this.ipam.listSubnets(run, network.id));
    await this.fabric.ensureNetwork(toFabricNetwork({ ...network, ...changes }, subnets, revision), run.signal);
  }
}
