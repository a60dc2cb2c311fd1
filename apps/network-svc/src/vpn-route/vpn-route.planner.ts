import { Injectable } from '@nestjs/common';
import { canonicalCidr, type Cidr, containsCidr, parseAddress, parseCidr } from '@isthmus/cidr';
import type { SetVpnRoutes } from '@isthmus/contracts';
import { isUuid } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from '@isthmus/rpc';
import { IpamClient } from '../clients/ipam.client';
import { destinationTaken } from '../route/route.problems';
import { type RouteMatrix, VpnRouteRepository } from './vpn-route.repository';

/** Which routes a connection shall have, worked out before the transaction because ipam-svc is asked for subnets. */
@Injectable()
export class VpnRoutePlanner {
  constructor(
    private readonly routes: VpnRouteRepository,
    private readonly ipam: IpamClient,
  ) {}

  /** Errors: `invalid-argument`, `not-found` (an id that nothing can have), `already-exists` (a subnet's route). */
  async plan(command: SetVpnRoutes, context: RpcContext): Promise<RouteMatrix> {
    if (command.destinations.length === 0) return { vpcIds: [], destinations: [] };
    const destinations = destinationsOf(command);
    const { vpcId, nextHop } = command;
    if (!isUuid(vpcId)) throw ProblemError.notFound('vpc', vpcId);
    if (!isUuid(nextHop.privateNetworkId)) throw ProblemError.notFound('private-network', nextHop.privateNetworkId);
    const vpcIds = [vpcId, ...(await this.listReached(command, context.projectId))];
    await this.requireFreeOfSubnets({ vpcIds, destinations }, context.projectId);
    return { vpcIds, destinations };
  }

  /** Other VPCs that the tunnel is for: the way back from their networks leads through the gateway too. */
  private async listReached({ vpcId, localSubnets }: SetVpnRoutes, projectId: string): Promise<string[]> {
    const blocks = localSubnets.map((text) => parseCidr(text, 'localSubnets'));
    const peered = await this.routes.listPeered(vpcId, projectId);
    const subnets = await this.subnetsOf(
      peered.map(({ id }) => id),
      projectId,
    );
    const reached = peered.filter(({ id }) => (subnets[id] ?? []).some((cidr) => isIn(blocks, cidr)));
    return [...new Set(reached.map((network) => network.vpcId))];
  }

  /** A subnet's own route cannot be replaced; a part of it, or what it is a part of, can be routed elsewhere. */
  private async requireFreeOfSubnets({ vpcIds, destinations }: RouteMatrix, projectId: string): Promise<void> {
    const subnets = await this.subnetsOf(await this.routes.listJoined(vpcIds, projectId), projectId);
    const taken = destinations.find((destination) => Object.values(subnets).flat().includes(destination));
    if (taken !== undefined) throw destinationTaken(taken, undefined);
  }

  private async subnetsOf(networkIds: string[], projectId: string): Promise<Record<string, string[]>> {
    return networkIds.length === 0 ? {} : this.ipam.cidrsOfProject(projectId, networkIds);
  }
}

function destinationsOf({ destinations, nextHop }: SetVpnRoutes): string[] {
  const { family } = parseAddress(nextHop.address, 'nextHop.address');
  const stranger = destinations.find((text) => parseCidr(text, 'destinations').family !== family);
  if (stranger !== undefined) {
    const message = `${stranger} cannot be routed to ${nextHop.address}, which is of the other IP version.`;
    throw ProblemError.invalid('destinations', message);
  }
  return [...new Set(destinations.map((text) => canonicalCidr(text, 'destinations')))];
}

function isIn(blocks: Cidr[], cidr: string): boolean {
  const subnet = parseCidr(cidr);
  return blocks.some((block) => containsCidr(block, subnet));
}
