import { Injectable } from '@nestjs/common';
import type { AddressPlace, GatewayPort } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { NetworkClient } from '../clients/network.client';
import { GatewayPlacement } from '../placement/gateway-placement';
import { ownerOf } from './gateway-owner';
import { type GatewayPair, GatewayTunnels } from './gateway-tunnels';
import { VpnEndpointRepository } from './vpn-endpoint.repository';
import { VpnGatewayRepository } from './vpn-gateway.repository';

export interface CreateVpnGatewayInput {
  /** Those of the access subnet that the caller chose; null: the next free ones. */
  privateIps: string[] | null;
  /** Null for a private gateway, else by slot: a booked EIP, or null for one that is made. */
  eipIds: (string | null)[] | null;
}

type Input = CreateVpnGatewayInput;

/** What an endpoint gets of ipam-svc, by slot. */
interface Reserved {
  access: string[];
  connect: string[];
}
interface BoundEip {
  id: string;
  address: string;
}

/**
 * vpn-gateway.create
 *   place-on-zones           a place in a zone for each endpoint
 *   reserve-addresses        ipam-svc: all private addresses in one request, so that racing gateways do not starve each other
 *   bind-eips                ipam-svc: both EIPs                                                     (public gateways only)
 *   attach-ports             network-svc: the ports of both endpoints
 *   bring-up-endpoints       the driver starts both
 *   announce-local-subnets   the driver tells them of this side's subnets
 * Undone, the gateway stays as a row in `fault` that says why and holds nothing.
 */
@Injectable()
export class CreateVpnGatewaySaga implements Saga<Input> {
  readonly kind = 'vpn-gateway.create';
  readonly deadlineMs = 600_000;
  readonly isCancellable = true;

  private readonly placeOnZones: SagaStep<Input> = {
    name: 'place-on-zones',
    do: (run) => this.placement.place(run.resource.id),
    undo: (run) => this.placement.undo(run.resource.id),
  };

  private readonly reserveAddresses: SagaStep<Input> = {
    name: 'reserve-addresses',
    do: async (run): Promise<Reserved> => {
      const { gateway } = await this.tunnels.load(run);
      const { accessSubnetId, connectSubnetId } = gateway;
      const [one, two] = run.input.privateIps ?? [];
      const places: AddressPlace[] = [one, two].map((address) => ({ subnetId: accessSubnetId, address }));
      if (connectSubnetId !== null) places.push({ subnetId: connectSubnetId }, { subnetId: connectSubnetId });
      const views = await this.ipam.assignSet(run, 'reserve-addresses', { owner: ownerOf(gateway), places });
      const addresses = views.map(({ address }) => address);
      return { access: addresses.slice(0, 2), connect: addresses.slice(2) };
    },
    undo: (run) => this.ipam.undo(run, 'reserve-addresses'),
  };

  private readonly bindEips: SagaStep<Input> = {
    name: 'bind-eips',
    appliesTo: ({ eipIds }) => eipIds !== null,
    do: async (run): Promise<BoundEip[]> => {
      const { gateway, endpoints } = await this.tunnels.load(run);
      const places = endpoints.map(({ slot, zone }): AddressPlace => {
        const addressId = run.input.eipIds?.[slot - 1] ?? null;
        return addressId === null ? { zone: zone ?? '', family: 4 } : { addressId };
      });
      const views = await this.ipam.assignSet(run, 'bind-eips', { owner: ownerOf(gateway), places });
      return views.map(({ id, address }) => ({ id, address }));
    },
    undo: (run) => this.ipam.undo(run, 'bind-eips'),
  };

  private readonly attachPorts: SagaStep<Input> = {
    name: 'attach-ports',
    do: async (run) => {
      const ports = portsOf(await this.provisioned(run));
      await this.network.plugPorts(run, 'attach-ports', { gatewayId: run.resource.id, ports });
    },
    undo: (run) => this.network.undoPlugging(run, 'attach-ports', run.resource.id),
  };

  private readonly bringUpEndpoints: SagaStep<Input> = {
    name: 'bring-up-endpoints',
    do: async (run) => this.tunnels.ensureEndpoints(run, await this.provisioned(run)),
    undo: async (run) => this.tunnels.removeEndpoints(run, await this.tunnels.load(run)),
  };

  private readonly announceLocalSubnets: SagaStep<Input> = {
    name: 'announce-local-subnets',
    do: async (run) => this.tunnels.announce(run, await this.tunnels.load(run)),
    undo: async (run) => this.tunnels.withdraw(run, await this.tunnels.load(run)),
  };

  readonly steps = [
    this.placeOnZones,
    this.reserveAddresses,
    this.bindEips,
    this.attachPorts,
    this.bringUpEndpoints,
    this.announceLocalSubnets,
  ];

  constructor(
    private readonly placement: GatewayPlacement,
    private readonly tunnels: GatewayTunnels,
    private readonly ipam: IpamClient,
    private readonly network: NetworkClient,
    private readonly gateways: VpnGatewayRepository,
    private readonly endpoints: VpnEndpointRepository,
  ) {}

  async complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    const { endpoints } = await this.provisioned(run);
    await this.gateways.activate(tx, run.resource.id);
    for (const endpoint of endpoints) await this.endpoints.provision(tx, endpoint);
  }

  /** A worker that was away may have taken places since they were given back: none are kept by a gateway in fault. */
  async abandon(tx: Tx, run: SagaRun<Input>, { detail }: ProblemShape): Promise<void> {
    await this.placement.giveBack(tx, run.resource.id);
    await this.gateways.fail(tx, run.resource.id, detail);
  }

  /** The rows with what the steps so far have got for them. */
  private async provisioned(run: SagaRun<Input>): Promise<GatewayPair> {
    const { gateway, endpoints } = await this.tunnels.load(run);
    const { access = [], connect = [] } = run.output<Reserved>('reserve-addresses') ?? {};
    const eips = run.output<BoundEip[]>('bind-eips') ?? [];
    const withAddresses = endpoints.map((endpoint) => {
      const index = endpoint.slot - 1;
      const eip = eips[index];
      return {
        ...endpoint,
        accessAddress: access[index] ?? null,
        connectAddress: connect[index] ?? null,
        eipId: eip?.id ?? null,
        eipAddress: eip?.address ?? null,
      };
    });
    return { gateway, endpoints: withAddresses };
  }
}

function portsOf({ gateway, endpoints }: GatewayPair): GatewayPort[] {
  const { name, accessNetworkId, connectNetworkId } = gateway;
  return endpoints.flatMap(({ slot, accessPortId, accessAddress, connectPortId, connectAddress }) => [
    ...portOf(accessPortId, accessNetworkId, `${name}-access-${slot}`, accessAddress),
    ...portOf(connectPortId, connectNetworkId, `${name}-connect-${slot}`, connectAddress),
  ]);
}

function portOf(id: string | null, networkId: string | null, name: string, address: string | null): GatewayPort[] {
  if (id === null || networkId === null || address === null) return [];
  return [{ id, privateNetworkId: networkId, name, addresses: [address] }];
}
