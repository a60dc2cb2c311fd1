import { Injectable } from '@nestjs/common';
import type { SubnetPlan, SubnetPlacement } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import type { SubnetView } from '@isthmus/model';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { VpcRepository } from '../vpc/vpc.repository';
import { toFabricRouter } from '../vpc/vpc.view';
import { PrivateNetworkRepository } from './private-network.repository';
import { toFabricNetwork } from './private-network.view';

export interface CreatePrivateNetworkInput {
  subnets: SubnetPlan[];
  placement: SubnetPlacement;
  /** Its VPC routes it. */
  isRouted: boolean;
}

type Input = CreatePrivateNetworkInput;

/**
 * private-network.create
 *   ensure-router    the fabric makes the VPC's router      (only where that routes; it stays, it is the VPC's)
 *   reserve-subnets  ipam-svc books the address space        (not for an unmanaged network)
 *   ensure-network   the fabric makes the switch
 * Undone, the network is gone: it never was usable.
 */
@Injectable()
export class CreatePrivateNetworkSaga implements Saga<Input> {
  readonly kind = 'private-network.create';
  readonly deadlineMs = 60_000;
  readonly isCancellable = true;

  private readonly ensureRouter: SagaStep<Input> = {
    name: 'ensure-router',
    appliesTo: ({ isRouted }) => isRouted === true,
    do: async (run) => {
      const vpc = await this.vpcs.getById(run.input.placement.vpcId);
      await this.fabric.ensureRouter(toFabricRouter(vpc, BigInt(vpc.revision)), run.signal);
    },
    undo: () => Promise.resolve(),
  };

  private readonly reserveSubnets: SagaStep<Input> = {
    name: 'reserve-subnets',
    appliesTo: ({ subnets }) => subnets.length > 0,
    do: (run) =>
      this.ipam.reserveSubnets(run, 'reserve-subnets', { ...run.input.placement, subnets: run.input.subnets }),
    undo: (run) => this.ipam.undo(run, 'reserve-subnets'),
  };

  private readonly ensureNetwork: SagaStep<Input> = {
    name: 'ensure-network',
    do: async (run) => {
      const network = await this.networks.getById(run.resource.id);
      const subnets = run.output<SubnetView[]>('reserve-subnets') ?? [];
      await this.fabric.ensureNetwork(toFabricNetwork(network, subnets, BigInt(network.revision)), run.signal);
    },
    undo: (run) => this.fabric.removeNetwork(run.resource.id, run.signal),
  };

  readonly steps = [this.ensureRouter, this.reserveSubnets, this.ensureNetwork];

  constructor(
    private readonly networks: PrivateNetworkRepository,
    private readonly vpcs: VpcRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.networks.settle(tx, run.resource.id, null);
  }

  abandon(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.networks.delete(tx, run.resource.id);
  }
}
