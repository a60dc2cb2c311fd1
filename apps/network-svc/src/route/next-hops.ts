import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { AddressView } from '@isthmus/model';
import { busyWith } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from '@isthmus/rpc';
import { AttachmentRepository } from '../attachment/attachment.repository';
import { IpamClient } from '../clients/ipam.client';
import type { PrivateNetwork } from '../private-network/private-network.entity';
import { PrivateNetworkRepository } from '../private-network/private-network.repository';
import type { Route } from './route.entity';
import { unsuitableNextHop } from './route.problems';

type RouteToBe = Pick<
  Route,
  'projectId' | 'vpcId' | 'region' | 'destination' | 'nextHopAttachmentId' | 'nextHopPrivateNetworkId'
>;

/** May a route lead there? */
@Injectable()
export class NextHops {
  constructor(
    private readonly networks: PrivateNetworkRepository,
    private readonly attachments: AttachmentRepository,
    private readonly ipam: IpamClient,
  ) {}

  /** Before the transaction: a NIC needs an address of the destination's family. */
  async requireAddress(route: RouteToBe, context: RpcContext): Promise<void> {
    const { nextHopAttachmentId, nextHopPrivateNetworkId, destination } = route;
    if (nextHopAttachmentId === null && nextHopPrivateNetworkId === null) throw missingNextHop();
    if (nextHopAttachmentId === null) return;
    const known = await this.attachments.find(context.projectId, { attachmentId: nextHopAttachmentId });
    if (!known) throw noSuchNic(nextHopAttachmentId);
    const addresses = await this.ipam.listAddressesOf(context, nextHopAttachmentId);
    if (addressFor(destination, addresses)) return;
    const message = `The NIC has no IPv${familyOf(destination)} address to route ${destination} to.`;
    throw unsuitableNextHop('nextHopAttachmentId', message);
  }

  /** Keeps both from being changed or deleted until the route is there; from then on the foreign keys do. */
  async share(tx: Tx, route: RouteToBe): Promise<void> {
    const { nextHopAttachmentId: nicId, nextHopPrivateNetworkId: networkId, projectId } = route;
    const nic = nicId === null ? undefined : await this.attachments.find(projectId, { attachmentId: nicId });
    if (nicId !== null && !nic) throw noSuchNic(nicId);
    if (nic && networkId !== null && nic.privateNetworkId !== networkId) {
      throw unsuitableNextHop('nextHopAttachmentId', 'The NIC is not on the private network that was given with it.');
    }
    const field = nic ? 'nextHopAttachmentId' : 'nextHopPrivateNetworkId';
    await this.shareNetwork(tx, (nic?.privateNetworkId ?? networkId) as string, route, field);
    if (nicId === null) return;
    const state = await this.attachments.shareState(tx, nicId);
    if (state === undefined) throw noSuchNic(nicId);
    if (state !== 'active') throw await busyWith(tx, { type: 'attachment', id: nicId });
  }

  private async shareNetwork(
    tx: Tx,
    id: string,
    { projectId, vpcId }: RouteToBe,
    field: 'nextHopAttachmentId' | 'nextHopPrivateNetworkId',
  ): Promise<void> {
    const network = await this.networks.share(tx, id, projectId);
    if (!network) throw unsuitableNextHop(field, `There is no private network ${id}.`);
    if (!isRoutedBy(network, vpcId)) {
      throw unsuitableNextHop(field, `The private network ${id} is not routed by VPC ${vpcId}.`);
    }
    if (network.state === 'creating' || network.state === 'deleting') {
      throw await busyWith(tx, { type: 'private-network', id });
    }
  }
}

/** Where the fabric sends what goes to `destination`. */
export function addressFor(destination: string, addresses: AddressView[]): string | undefined {
  return addresses.find(({ family }) => family === familyOf(destination))?.address;
}

function familyOf(destination: string): 4 | 6 {
  return destination.includes(':') ? 6 : 4;
}

function isRoutedBy(network: PrivateNetwork, vpcId: string): boolean {
  return network.vpcId === vpcId && network.connectivity === 'joined';
}

function noSuchNic(id: string): ProblemError {
  return unsuitableNextHop('nextHopAttachmentId', `There is no NIC ${id}.`);
}

function missingNextHop(): ProblemError {
  const message = 'Name a NIC or a private network as the next hop.';
  const violations = (['nextHopAttachmentId', 'nextHopPrivateNetworkId'] as const).map(
    (field) => ({ field, rule: 'required', message }) as const,
  );
  return new ProblemError('invalid-argument', message, { violations });
}
