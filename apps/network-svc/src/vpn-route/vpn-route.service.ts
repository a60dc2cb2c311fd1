import { Injectable } from '@nestjs/common';
import type { SetVpnRoutes } from '@isthmus/contracts';
import { Database, rehearse, type Tx, violatedConstraint } from '@isthmus/db';
import { isUuid } from '@isthmus/model';
import { busyWith } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { untilDeadline } from '../fabric/fabric-deadline';
import { FabricDriver } from '../fabric/fabric.driver';
import { PrivateNetworkRepository } from '../private-network/private-network.repository';
import { destinationTaken, routingIsOff } from '../route/route.problems';
import { VpnRoutePlanner } from './vpn-route.planner';
import { type GoneRoute, type RouteMatrix, VpnRouteRepository } from './vpn-route.repository';
import { toFabricVpnRoute } from './vpn-route.view';

/** Routes that the fabric is told at once. */
const BATCH = 16;

/**
 * The routes of VPN connections. What the rows say is told to the fabric after the commit and told again by every repeated
 * request, which knows from its first answer what had gone. Locks: connection, then VPCs in the order of their ids, then
 * network.
 */
@Injectable()
export class VpnRouteService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly routes: VpnRouteRepository,
    private readonly planner: VpnRoutePlanner,
    private readonly networks: PrivateNetworkRepository,
    private readonly fabric: FabricDriver,
  ) {}

  /**
   * Taking all routes away is never refused. Errors: `invalid-argument`, `not-found` (VPC, network), `busy` (VPC, network),
   * `precondition-failed` (the VPC does not route, or not the network), `already-exists` (a destination).
   */
  async set(command: SetVpnRoutes, context: RpcContext): Promise<null> {
    requireUuids(command);
    if (command.isDryRun) {
      const wanted = await this.planner.plan(command, context);
      await rehearse(this.database, (tx) => this.replace(tx, command, wanted, context.projectId));
      return null;
    }
    const gone = await this.inbox.orEarlier(this.database, context, () => this.change(command, context));
    await this.tellFabric(command.connectionId, gone, context);
    return null;
  }

  /** Answers what the fabric must forget, that of the request which is buried included. */
  private async change(command: SetVpnRoutes, context: RpcContext): Promise<GoneRoute[]> {
    const wanted = await this.planner.plan(command, context);
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const buried = command.buries === undefined ? null : await this.inbox.bury(tx, command.buries);
        const gone = await this.replace(tx, command, wanted, context.projectId);
        return buried?.pattern === context.pattern ? [...gone, ...(buried.response as GoneRoute[])] : gone;
      }),
    );
  }

  private async replace(tx: Tx, command: SetVpnRoutes, wanted: RouteMatrix, projectId: string): Promise<GoneRoute[]> {
    await this.routes.lockConnection(tx, command.connectionId);
    if (wanted.destinations.length === 0) {
      return this.routes.deleteOthers(tx, command.connectionId, projectId, wanted);
    }
    const vpcIds = await this.lockVpcs(tx, command.vpcId, wanted.vpcIds, projectId);
    await this.shareNextHop(tx, command, projectId);
    const admitted = { ...wanted, vpcIds };
    const gone = await this.routes.deleteOthers(tx, command.connectionId, projectId, admitted);
    const inTheWay = await this.routes.findInTheWay(tx, admitted, command.gatewayId);
    if (inTheWay) throw destinationTaken(inTheWay.destination, inTheWay.id);
    await this.put(tx, command, admitted, projectId);
    return gone;
  }

  /** A peered VPC that has gone meanwhile needs no routes. */
  private async lockVpcs(tx: Tx, vpcId: string, wanted: string[], projectId: string): Promise<string[]> {
    const vpcs = await this.routes.lockVpcs(tx, wanted, projectId);
    const own = vpcs.find(({ id }) => id === vpcId);
    if (!own) throw ProblemError.notFound('vpc', vpcId);
    if (!own.isRoutingEnabled) throw routingIsOff(vpcId);
    if (own.state !== 'active') throw await busyWith(tx, { type: 'vpc', id: vpcId });
    return vpcs.map(({ id }) => id);
  }

  /**
   * Keeps the network from being deleted and moved until the routes are there; from then on those are in the way. It may
   * lie in another VPC: a gateway of a router has its ports where it was told to.
   */
  private async shareNextHop(tx: Tx, { nextHop }: SetVpnRoutes, projectId: string): Promise<void> {
    const { privateNetworkId: id } = nextHop;
    const network = await this.networks.share(tx, id, projectId);
    if (!network) throw ProblemError.notFound('private-network', id);
    if (network.state === 'creating' || network.state === 'deleting') {
      throw await busyWith(tx, { type: 'private-network', id });
    }
    if (network.connectivity !== 'joined') throw notRouted(id);
  }

  private async put(tx: Tx, command: SetVpnRoutes, wanted: RouteMatrix, projectId: string): Promise<void> {
    try {
      await this.routes.put(tx, command, projectId, wanted);
    } catch (error) {
      const isTaken = violatedConstraint(error) === 'vpn_route_of_one_gateway';
      throw isTaken ? destinationTaken(wanted.destinations.join(', '), undefined) : error;
    }
  }

  /** The new ones first, so that no moment is without a way. */
  private async tellFabric(connectionId: string, gone: GoneRoute[], context: RpcContext): Promise<void> {
    const signal = untilDeadline(context);
    const present = await this.routes.listOfConnection(connectionId, context.projectId);
    await inBatches(present, (route) => this.fabric.ensureRoute(toFabricVpnRoute(route), signal));
    await inBatches(gone, ({ id, revision }) => this.fabric.removeRoute({ id, revision: BigInt(revision) }, signal));
  }
}

async function inBatches<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH) await Promise.all(items.slice(from, from + BATCH).map(work));
}

function requireUuids({ connectionId, gatewayId }: SetVpnRoutes): void {
  for (const id of [connectionId, gatewayId]) {
    if (!isUuid(id)) throw ProblemError.invalid('id', `${JSON.stringify(id)} is not a UUID.`, 'format');
  }
}

function notRouted(privateNetworkId: string): ProblemError {
  const detail = `The private network ${privateNetworkId} is not routed by its VPC; the next hop must be on one that is.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'private-network',
    resourceId: privateNetworkId,
    precondition: 'network_is_routed',
  });
}
