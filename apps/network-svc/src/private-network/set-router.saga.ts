import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { VpcRepository } from '../vpc/vpc.repository';
import { toFabricRouter } from '../vpc/vpc.view';
import type { RoutedNetwork } from './private-network.entity';
import { PrivateNetworkRepository } from './private-network.repository';
import { toFabricNetwork } from './private-network.view';
import { type Placement, SetRouterRepository } from './set-router.repository';

export interface SetRouterInput {
  to: Placement;
  former: Placement;
  /** The VPC that it joins routes. */
  isRouted: boolean;
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
}

type Input = SetRouterInput;

/**
 * private-network.set-router
 *   ensure-router    the fabric makes the VPC's router           (only where that routes; it stays, it is the VPC's)
 *   ensure-network   the fabric plugs the switch into it, or out
 *   rehome-subnets   ipam-svc moves the subnets, or refuses where they would overlap
 * The row is in its new place from the start, with the former one beside it. Undone, the network is where it was.
 */
@Injectable()
export class SetRouterSaga implements Saga<Input> {
  readonly kind = 'private-network.set-router';
  readonly deadlineMs = 60_000;
  readonly isCancellable = true;

  private readonly ensureRouter: SagaStep<Input> = {
    name: 'ensure-router',
    appliesTo: ({ isRouted }) => isRouted,
    do: async (run) => {
      const vpc = await this.vpcs.getById(run.input.to.vpcId);
      await this.fabric.ensureRouter(toFabricRouter(vpc, BigInt(vpc.revision)), run.signal);
    },
    undo: () => Promise.resolve(),
  };

  private readonly ensureNetwork: SagaStep<Input> = {
    name: 'ensure-network',
    do: async (run) => {
      const network = await this.networks.getById(run.resource.id);
      await this.ensure(run, network, BigInt(run.input.revision) - 1n);
    },
    undo: async (run) => {
      const { former, revision } = run.input;
      const [network, vpc] = await Promise.all([
        this.networks.getById(run.resource.id),
        this.vpcs.getById(former.vpcId),
      ]);
      const isRouted = former.connectivity === 'joined' && vpc.isRoutingEnabled;
      await this.ensure(run, { ...network, ...former, isRouted }, BigInt(revision));
    },
  };

  private readonly rehomeSubnets: SagaStep<Input> = {
    name: 'rehome-subnets',
    do: (run) => {
      const { vpcId, connectivity } = run.input.to;
      const place = { privateNetworkId: run.resource.id, vpcId, isJoined: connectivity === 'joined' };
      return this.ipam.rehomeSubnets(run, 'rehome-subnets', place);
    },
    undo: (run) => this.ipam.undo(run, 'rehome-subnets'),
  };

  readonly steps = [this.ensureRouter, this.ensureNetwork, this.rehomeSubnets];

  constructor(
    private readonly placements: SetRouterRepository,
    private readonly networks: PrivateNetworkRepository,
    private readonly vpcs: VpcRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.placements.arrive(tx, run.resource.id);
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.placements.goBack(tx, run.resource.id, run.input.former, failure.detail);
  }

  private async ensure(run: SagaRun<Input>, network: RoutedNetwork, revision: bigint): Promise<void> {
    const subnets = await this.ipam.listSubnets(run, network.id);
    await this.fabric.ensureNetwork(toFabricNetwork(network, subnets, revision), run.signal);
  }
}
