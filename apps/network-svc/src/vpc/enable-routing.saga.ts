import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import type { RoutedNetwork } from '../private-network/private-network.entity';
import { PrivateNetworkRepository } from '../private-network/private-network.repository';
import { toFabricNetwork } from '../private-network/private-network.view';
import { VpcRepository } from './vpc.repository';
import { toFabricRouter } from './vpc.view';

export interface EnableRoutingInput {
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
}

type Input = EnableRoutingInput;

/** Networks whose subnets are asked for at once, and which are wired at once. */
const BATCH = 16;

/**
 * vpc.enable-routing
 *   ensure-router   the fabric makes the router
 *   wire-networks   every joined network is plugged into it
 * No network of the VPC changes meanwhile (see VpcService). Undone, the networks are as the rows say.
 */
@Injectable()
export class EnableRoutingSaga implements Saga<Input> {
  readonly kind = 'vpc.enable-routing';
  readonly deadlineMs = 300_000;
  readonly isCancellable = true;

  private readonly ensureRouter: SagaStep<Input> = {
    name: 'ensure-router',
    do: async (run) => {
      const vpc = await this.vpcs.getById(run.resource.id);
      await this.fabric.ensureRouter(toFabricRouter(vpc, BigInt(run.input.revision) - 1n), run.signal);
    },
    undo: async (run) => {
      const { isRoutingEnabled } = await this.vpcs.getById(run.resource.id);
      if (!isRoutingEnabled) await this.fabric.removeRouter(run.resource.id, run.signal);
    },
  };

  private readonly wireNetworks: SagaStep<Input> = {
    name: 'wire-networks',
    do: (run) =>
      this.forEachJoined(run, (network) => ({
        network: { ...network, isRouted: true },
        revision: BigInt(network.revision) - 1n,
      })),
    undo: (run) => this.forEachJoined(run, (network) => ({ network, revision: BigInt(network.revision) })),
  };

  readonly steps = [this.ensureRouter, this.wireNetworks];

  constructor(
    private readonly vpcs: VpcRepository,
    private readonly networks: PrivateNetworkRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.vpcs.startRouting(tx, run.resource.id);
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.vpcs.settle(tx, run.resource.id, failure.detail);
  }

  private async forEachJoined(
    run: SagaRun<Input>,
    wanted: (network: RoutedNetwork) => { network: RoutedNetwork; revision: bigint },
  ): Promise<void> {
    const joined = await this.networks.listJoined(run.resource.id);
    for (let from = 0; from < joined.length; from += BATCH) {
      const batch = joined.slice(from, from + BATCH);
      const ids = batch.map(({ id }) => id);
      const subnets = await this.ipam.listSubnetsOf(run, ids);
      await Promise.all(
        batch.map((row) => {
          const { network, revision } = wanted(row);
          const own = subnets.filter(({ privateNetworkId }) => privateNetworkId === row.id);
          return this.fabric.ensureNetwork(toFabricNetwork(network, own, revision), run.signal);
        }),
      );
    }
  }
}
