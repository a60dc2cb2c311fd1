import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { IpamClient } from '../clients/ipam.client';
import { ownerOf } from './gateway-owner';
import { type GatewayPair, GatewayTunnels } from './gateway-tunnels';
import { type EipChange, VpnEndpointRepository } from './vpn-endpoint.repository';
import { type VpnGatewayContent, VpnGatewayRepository } from './vpn-gateway.repository';

export interface UpdateVpnGatewayInput {
  /** What the row had; it has the new values already. */
  former: VpnGatewayContent;
  eips: EipChange[];
}

type Input = UpdateVpnGatewayInput;

const changesEips = ({ eips }: Input): boolean => eips.length > 0;

/**
 * vpn-gateway.update
 *   bind-eips                ipam-svc attaches the new EIPs           (these three only when EIPs change)
 *   update-endpoints         the driver moves the endpoints to them
 *   announce-local-subnets   the driver tells of this side's subnets
 *   release-eips             ipam-svc takes the former EIPs back      (point of no return)
 */
@Injectable()
export class UpdateVpnGatewaySaga implements Saga<Input> {
  readonly kind = 'vpn-gateway.update';
  readonly deadlineMs = 600_000;
  readonly isCancellable = true;

  private readonly bindEips: SagaStep<Input> = {
    name: 'bind-eips',
    appliesTo: changesEips,
    do: async (run) => {
      const { gateway } = await this.tunnels.load(run);
      const places = idsIn(run.input.eips, 'new').map((addressId) => ({ addressId }));
      // Two endpoints that exchange their EIPs need none.
      if (places.length > 0) await this.ipam.assignSet(run, 'bind-eips', { owner: ownerOf(gateway), places });
    },
    undo: (run) => this.ipam.undo(run, 'bind-eips'),
  };

  private readonly updateEndpoints: SagaStep<Input> = {
    name: 'update-endpoints',
    appliesTo: changesEips,
    do: async (run) => {
      const { gateway, endpoints } = changedOf(run, await this.tunnels.loadForward(run));
      const moved = endpoints.map((endpoint) => ({
        ...endpoint,
        eipAddress: changeFor(run, endpoint.id)?.address ?? null,
      }));
      await this.tunnels.ensureEndpoints(run, { gateway, endpoints: moved });
    },
    undo: async (run) => this.tunnels.ensureEndpoints(run, changedOf(run, await this.tunnels.load(run))),
  };

  private readonly announceLocalSubnets: SagaStep<Input> = {
    name: 'announce-local-subnets',
    do: async (run) => this.tunnels.announce(run, await this.tunnels.loadForward(run)),
    undo: async (run) => {
      const { gateway } = await this.tunnels.load(run);
      await this.tunnels.announce(run, { gateway: { ...gateway, ...run.input.former } });
    },
  };

  private readonly releaseEips: SagaStep<Input> = {
    name: 'release-eips',
    isPointOfNoReturn: true,
    appliesTo: changesEips,
    do: async (run) => {
      const former = idsIn(run.input.eips, 'former');
      const held = await this.ipam.addressesOf(run, run.resource.id);
      const exceptAddressIds = held.map(({ id }) => id).filter((id) => !former.includes(id));
      await this.ipam.releaseOwner(run, 'release-eips', { ownerId: run.resource.id, exceptAddressIds });
    },
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.bindEips, this.updateEndpoints, this.announceLocalSubnets, this.releaseEips];

  constructor(
    private readonly tunnels: GatewayTunnels,
    private readonly ipam: IpamClient,
    private readonly gateways: VpnGatewayRepository,
    private readonly endpoints: VpnEndpointRepository,
  ) {}

  async complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    await this.gateways.activate(tx, run.resource.id);
    await this.endpoints.exchangeEips(tx, run.input.eips);
  }

  abandon(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.gateways.restore(tx, run.resource.id, run.input.former);
  }
}

/** EIPs that come to the gateway, or leave it: not those that only go from one endpoint to the other. */
function idsIn(changes: EipChange[], which: 'new' | 'former'): string[] {
  const coming = changes.map(({ addressId }) => addressId);
  const leaving = changes.map(({ formerAddressId }) => formerAddressId);
  return which === 'new' ? coming.filter((id) => !leaving.includes(id)) : leaving.filter((id) => !coming.includes(id));
}

function changeFor({ input }: SagaRun<Input>, endpointId: string): EipChange | undefined {
  return input.eips.find((change) => change.endpointId === endpointId);
}

function changedOf(run: SagaRun<Input>, { gateway, endpoints }: GatewayPair): GatewayPair {
  return { gateway, endpoints: endpoints.filter(({ id }) => changeFor(run, id)) };
}
