import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { ProjectQuotas } from '@isthmus/quota';
import { IpamClient } from '../clients/ipam.client';
import { NetworkClient } from '../clients/network.client';
import { GatewayPlacement } from '../placement/gateway-placement';
import { GatewayTunnels } from './gateway-tunnels';
import type { VpnGateway } from './vpn-gateway.entity';
import { VpnGatewayRepository } from './vpn-gateway.repository';

export interface DeleteVpnGatewayInput {
  /** `active`, or `fault`: then it holds nothing, and there is nothing to bring back. */
  former: Pick<VpnGateway, 'state' | 'stateReason'>;
}

type Input = DeleteVpnGatewayInput;

/**
 * vpn-gateway.delete
 *   withdraw-local-subnets   the driver forgets this side's subnets
 *   remove-endpoints         the driver stops both
 *   detach-ports             network-svc takes the ports away          (point of no return)
 *   release-addresses        ipam-svc: made EIPs become free, booked ones stay booked   (point of no return)
 */
@Injectable()
export class DeleteVpnGatewaySaga implements Saga<Input> {
  readonly kind = 'vpn-gateway.delete';
  readonly deadlineMs = 600_000;

  private readonly withdrawLocalSubnets: SagaStep<Input> = {
    name: 'withdraw-local-subnets',
    do: async (run) => this.tunnels.withdraw(run, await this.tunnels.loadForward(run)),
    undo: async (run) => {
      if (wasActive(run)) await this.tunnels.announce(run, await this.tunnels.load(run));
    },
  };

  private readonly removeEndpoints: SagaStep<Input> = {
    name: 'remove-endpoints',
    do: async (run) => this.tunnels.removeEndpoints(run, await this.tunnels.loadForward(run)),
    undo: async (run) => {
      if (wasActive(run)) await this.tunnels.ensureEndpoints(run, await this.tunnels.load(run));
    },
  };

  private readonly detachPorts: SagaStep<Input> = {
    name: 'detach-ports',
    isPointOfNoReturn: true,
    do: (run) => this.network.unplugPorts(run, 'detach-ports', run.resource.id),
    undo: () => Promise.resolve(),
  };

  private readonly releaseAddresses: SagaStep<Input> = {
    name: 'release-addresses',
    isPointOfNoReturn: true,
    do: (run) => this.ipam.releaseOwner(run, 'release-addresses', { ownerId: run.resource.id }),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.withdrawLocalSubnets, this.removeEndpoints, this.detachPorts, this.releaseAddresses];

  constructor(
    private readonly tunnels: GatewayTunnels,
    private readonly network: NetworkClient,
    private readonly ipam: IpamClient,
    private readonly placement: GatewayPlacement,
    private readonly gateways: VpnGatewayRepository,
    private readonly quotas: ProjectQuotas,
  ) {}

  async complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    const { id } = run.resource;
    await this.placement.giveBack(tx, id);
    const projectId = await this.gateways.delete(tx, id);
    if (projectId !== undefined) await this.quotas.giveBack(tx, projectId, 'vpn-gateway');
  }

  abandon(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.gateways.returnTo(tx, run.resource.id, run.input.former);
  }
}

function wasActive({ input }: SagaRun<Input>): boolean {
  return input.former.state === 'active';
}
