import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { canonicalCidr } from '@isthmus/cidr';
import type { CreateRoute, GetRoute, Planned, UpdateRoute } from '@isthmus/contracts';
import { Database, type Tx, violatedConstraint } from '@isthmus/db';
import type { Accepted, OperationView, RouteView } from '@isthmus/model';
import { busyWith, OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { rehearsePlan, withoutOperation } from '../dry-run';
import { VpcRepository } from '../vpc/vpc.repository';
import { VpnRouteRepository } from '../vpn-route/vpn-route.repository';
import { CreateRouteSaga } from './create-route.saga';
import { DeleteRouteSaga } from './delete-route.saga';
import { NextHops } from './next-hops';
import type { Route } from './route.entity';
import { destinationTaken, readOnlyRoute, routeRefusal, routingIsOff } from './route.problems';
import { RouteReader } from './route.reader';
import { RouteRepository } from './route.repository';
import { toRouteView } from './route.view';
import { UpdateRouteSaga } from './update-route.saga';

type AcceptedRoute = Accepted<RouteView> & Planned;
type Change = { route: Route; operation: OperationView };

const DEFAULT_DESCRIPTION = 'Custom route';

/**
 * The rules of custom routes, and the transactions that accept their changes. Locks: VPC, then network, then NIC, then
 * route, then the project's count.
 */
@Injectable()
export class RouteService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly routes: RouteRepository,
    private readonly reader: RouteReader,
    private readonly nextHops: NextHops,
    private readonly vpcs: VpcRepository,
    private readonly vpnRoutes: VpnRouteRepository,
    private readonly quotas: ProjectQuotas,
  ) {}

  /**
   * Errors: `invalid-argument` (destination, next hop), `not-found` (VPC), `already-exists`, `busy` (what it leads to),
   * `precondition-failed` (the VPC does not route), `quota-exceeded`.
   */
  create(command: CreateRoute, context: RpcContext): Promise<AcceptedRoute> {
    return this.inbox.orEarlier(this.database, context, () => this.admit(command, context));
  }

  private async admit({ isDryRun, ...command }: CreateRoute, context: RpcContext): Promise<AcceptedRoute> {
    const { projectId } = context;
    const destination = canonicalCidr(command.destination, 'destination');
    const description = command.description || DEFAULT_DESCRIPTION;
    const fresh = { ...command, id: randomUUID(), projectId, destination, description };
    await this.nextHops.requireAddress(fresh, context);
    await this.requireFreeOfSubnets(fresh, context);
    const change = async (tx: Tx): Promise<Change> => {
      await this.requireRouting(tx, fresh, projectId);
      await this.nextHops.share(tx, fresh);
      await this.requireFreeOfVpn(tx, fresh);
      const route = await refusing(destination, () => this.routes.insert(tx, fresh));
      const operation = await this.engine.accept(tx, CreateRouteSaga, {
        by: context,
        resource: { type: 'route', id: route.id },
        input: {},
      });
      await this.quotas.take(tx, projectId, 'route');
      return { route, operation };
    };
    return this.accept(context, change, isDryRun);
  }

  /**
   * The row has the new values at once, so that nobody takes the destination or the next hop away; the fabric follows.
   * Errors: as `create`, and `busy` (the route).
   */
  update(command: UpdateRoute, context: RpcContext): Promise<AcceptedRoute> {
    return this.inbox.orEarlier(this.database, context, () => this.admitUpdate(command, context));
  }

  private async admitUpdate(command: UpdateRoute, context: RpcContext): Promise<AcceptedRoute> {
    const known = await this.requireCustom(command, context);
    const wanted = changed(known, command);
    await this.nextHops.requireAddress(wanted, context);
    if (wanted.destination !== known.destination) await this.requireFreeOfSubnets(wanted, context);
    return this.accept(context, async (tx) => {
      await this.requireRouting(tx, known, context.projectId);
      await this.nextHops.share(tx, wanted);
      const locked = await this.lockIdle(tx, command, context);
      // What was absent stays as it is now.
      const present = changed(locked, command);
      await this.requireFreeOfVpn(tx, present);
      const route = await refusing(present.destination, () => this.routes.beginUpdate(tx, present));
      const operation = await this.engine.accept(tx, UpdateRouteSaga, {
        by: context,
        resource: { type: 'route', id: route.id },
        input: {},
      });
      return { route, operation };
    });
  }

  /** Errors: `not-found`, `busy`, `precondition-failed` (the route of a subnet or of a VPN connection). */
  delete(command: GetRoute, context: RpcContext): Promise<AcceptedRoute> {
    return this.inbox.orEarlier(this.database, context, async () => {
      await this.requireCustom(command, context);
      return this.accept(context, async (tx) => {
        const { id } = await this.lockIdle(tx, command, context);
        const route = await this.routes.beginDelete(tx, id);
        const operation = await this.engine.accept(tx, DeleteRouteSaga, {
          by: context,
          resource: { type: 'route', id },
          input: { revision: route.revision },
        });
        return { route, operation };
      });
    });
  }

  private async accept(
    context: RpcContext,
    change: (tx: Tx) => Promise<Change>,
    isDryRun = false,
  ): Promise<AcceptedRoute> {
    const { quotas } = this;
    const { projectId } = context;
    const work = async (tx: Tx): Promise<AcceptedRoute> => {
      const { route, operation } = await change(tx);
      return { resource: toRouteView(route), operation };
    };
    if (isDryRun) return withoutOperation(await rehearsePlan(this.database, { quotas, projectId }, work));
    return this.database.transaction((tx) => this.inbox.once(tx, context, () => work(tx)));
  }

  private async requireRouting(
    tx: Tx,
    { vpcId, region }: { vpcId: string; region: string },
    projectId: string,
  ): Promise<void> {
    const vpc = await this.vpcs.share(tx, vpcId, projectId, region);
    if (!vpc) throw ProblemError.notFound('vpc', vpcId);
    if (!vpc.isRoutingEnabled) throw routingIsOff(vpcId);
    if (vpc.state !== 'active') throw await busyWith(tx, { type: 'vpc', id: vpcId });
  }

  /** A subnet's own route cannot be replaced by a custom one; a part of it can be routed elsewhere. */
  private async requireFreeOfSubnets(
    route: { vpcId: string; region: string; destination: string },
    context: RpcContext,
  ): Promise<void> {
    const subnets = await this.reader.listRoutedSubnets(route, context);
    const same = subnets.find(({ cidr }) => cidr === route.destination);
    if (same) throw destinationTaken(route.destination, same.id);
  }

  /** Whoever makes routes for a VPN connection locks the VPC, which is shared here. */
  private async requireFreeOfVpn(tx: Tx, { vpcId, destination }: Pick<Route, 'vpcId' | 'destination'>): Promise<void> {
    const id = await this.vpnRoutes.findTo(tx, vpcId, destination);
    if (id !== undefined) throw destinationTaken(destination, id);
  }

  private async requireCustom(query: GetRoute, context: RpcContext): Promise<Route> {
    const route = await this.routes.find(query, context.projectId);
    if (route) return route;
    const other = await this.reader.get(query, context);
    throw other.isReadOnly ? readOnlyRoute(other) : ProblemError.notFound('route', query.routeId);
  }

  private async lockIdle(tx: Tx, command: GetRoute, context: RpcContext): Promise<Route> {
    const route = await this.routes.lock(tx, command, context.projectId);
    if (!route) throw ProblemError.notFound('route', command.routeId);
    context.recordBefore(toRouteView(route));
    if (route.state === 'active' || route.state === 'error') return route;
    throw await busyWith(tx, { type: 'route', id: route.id });
  }
}

/** The route as it shall be; absent = unchanged. */
function changed(route: Route, command: UpdateRoute): Route {
  const { description, tags, destination, nextHopAttachmentId, nextHopPrivateNetworkId } = command;
  return {
    ...route,
    description: description ?? route.description,
    tags: tags ?? route.tags,
    destination: destination === undefined ? route.destination : canonicalCidr(destination, 'destination'),
    nextHopAttachmentId: nextHopAttachmentId === undefined ? route.nextHopAttachmentId : nextHopAttachmentId,
    nextHopPrivateNetworkId:
      nextHopPrivateNetworkId === undefined ? route.nextHopPrivateNetworkId : nextHopPrivateNetworkId,
  };
}

async function refusing<T>(destination: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw routeRefusal(violatedConstraint(error), destination) ?? error;
  }
}
