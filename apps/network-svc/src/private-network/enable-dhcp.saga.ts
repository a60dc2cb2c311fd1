import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { PrivateNetworkRepository } from './private-network.repository';
import { toFabricNetwork } from './private-network.view';

export interface EnableDhcpInput {
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
}

type Input = EnableDhcpInput;

/**
 * private-network.enable-dhcp
 *   ensure-network   the fabric serves DHCP on every subnet
 */
@Injectable()
export class EnableDhcpSaga implements Saga<Input> {
  readonly kind = 'private-network.enable-dhcp';
  readonly deadlineMs = 60_000;
  readonly isCancellable = true;

  private readonly ensureNetwork: SagaStep<Input> = {
    name: 'ensure-network',
    do: (run) => this.ensure(run, true, BigInt(run.input.revision) - 1n),
    undo: (run) => this.ensure(run, undefined, BigInt(run.input.revision)),
  };

  readonly steps = [this.ensureNetwork];

  constructor(
    private readonly networks: PrivateNetworkRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.networks.apply(tx, run.resource.id, { isDhcpEnabled: true });
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.networks.settle(tx, run.resource.id, failure.detail);
  }

  /** `isDhcpEnabled` undefined: as the row says. */
  private async ensure(run: SagaRun<Input>, isDhcpEnabled: true | undefined, revision: bigint): Promise<void> {
    const network = await this.networks.getById(run.resource.id);
    const subnets = await this.ipam.listSubnets(run, network.id);
    const wanted = { ...network, isDhcpEnabled: isDhcpEnabled ?? network.isDhcpEnabled };
    await this.fabric.ensureNetwork(toFabricNetwork(wanted, subnets, revision), run.signal);
  }
}
