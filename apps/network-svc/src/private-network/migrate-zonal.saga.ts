import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import type { RoutedNetwork } from './private-network.entity';
import { PrivateNetworkRepository } from './private-network.repository';
import { toFabricNetwork } from './private-network.view';

export interface MigrateZonalInput {
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
}

type Input = MigrateZonalInput;

/**
 * private-network.migrate-zonal
 *   ensure-network   the fabric spreads the network over its region
 * The row keeps its zone until the end, so undoing is ensuring what the row says.
 */
@Injectable()
export class MigrateZonalSaga implements Saga<Input> {
  readonly kind = 'private-network.migrate-zonal';
  readonly deadlineMs = 60_000;
  readonly isCancellable = true;

  private readonly ensureNetwork: SagaStep<Input> = {
    name: 'ensure-network',
    do: (run) => this.ensure(run, { zone: null }, BigInt(run.input.revision) - 1n),
    undo: (run) => this.ensure(run, {}, BigInt(run.input.revision)),
  };

  readonly steps = [this.ensureNetwork];

  constructor(
    private readonly networks: PrivateNetworkRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.networks.makeRegional(tx, run.resource.id);
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.networks.settle(tx, run.resource.id, failure.detail);
  }

  private async ensure(
    run: SagaRun<Input>,
    change: Pick<Partial<RoutedNetwork>, 'zone'>,
    revision: bigint,
  ): Promise<void> {
    const network = await this.networks.getById(run.resource.id);
    const subnets = await this.ipam.listSubnets(run, network.id);
    await this.fabric.ensureNetwork(toFabricNetwork({ ...network, ...change }, subnets, revision), run.signal);
  }
}
