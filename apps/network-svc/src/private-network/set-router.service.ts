import { Injectable } from '@nestjs/common';
import type { SetRouter } from '@isthmus/contracts';
import { Database, type Tx } from '@isthmus/db';
import { type Accepted, isUuid, type PrivateNetworkView } from '@isthmus/model';
import { busyWith, OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { IpamClient } from '../clients/ipam.client';
import type { Vpc } from '../vpc/vpc.entity';
import { VpcRepository } from '../vpc/vpc.repository';
import type { RoutedNetwork } from './private-network.entity';
import { PrivateNetworkRepository } from './private-network.repository';
import { toPrivateNetworkView } from './private-network.view';
import { type Placement, SetRouterRepository } from './set-router.repository';
import { SetRouterSaga } from './set-router.saga';

type AcceptedNetwork = Accepted<PrivateNetworkView>;

/** Moves networks from router to router. Locks: the new VPC, the present one, then the network. */
@Injectable()
export class SetRouterService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly placements: SetRouterRepository,
    private readonly networks: PrivateNetworkRepository,
    private readonly vpcs: VpcRepository,
    private readonly ipam: IpamClient,
  ) {}

  /**
   * Errors: `not-found` (network, or VPC in its region), `busy`, `conflict` (its subnets overlap in the VPC),
   * `invalid-argument` (they are not private), `precondition-failed` (`network_is_no_next_hop`,
   * `network_has_no_gateway`).
   */
  setRouter(command: SetRouter, context: RpcContext): Promise<AcceptedNetwork> {
    return this.inbox.orEarlier(this.database, context, () => this.admit(command, context));
  }

  private async admit({ privateNetworkId: id, vpcId }: SetRouter, context: RpcContext): Promise<AcceptedNetwork> {
    const region = isUuid(id) ? await this.placements.findRegion(id, context.projectId) : undefined;
    if (region === undefined) throw ProblemError.notFound('private-network', id);
    if (vpcId !== null) await this.checkSubnets(id, vpcId, region, context);
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const target = await this.shareTarget(tx, vpcId, region, context.projectId);
        const present = await this.lockIdle(tx, id, region, context.projectId);
        context.recordBefore(toPrivateNetworkView(present));
        if (vpcId === null || present.vpcId !== target.id) await this.requireMovable(tx, id);
        const former: Placement = { vpcId: present.vpcId, connectivity: present.connectivity };
        const to: Placement = { vpcId: target.id, connectivity: vpcId === null ? 'isolated' : 'joined' };
        const network = await this.placements.beginMove(tx, id, to);
        const isRouted = to.connectivity === 'joined' && target.isRoutingEnabled;
        const operation = await this.engine.accept(tx, SetRouterSaga, {
          by: context,
          resource: { type: 'private-network', id },
          input: { to, former, isRouted, revision: network.revision },
        });
        return { resource: toPrivateNetworkView(network), operation };
      }),
    );
  }

  /** What was made for the present router stays with it. */
  private async requireMovable(tx: Tx, id: string): Promise<void> {
    const routes = await this.placements.routesTo(tx, id);
    if (routes.length > 0) throw nextHop(id, routes);
    const ports = await this.placements.gatewayPorts(tx, id);
    if (ports.length > 0) throw gatewayIn(id, ports);
  }

  /** An early, friendly no; the constraint in ipam-svc stays the judge of races. */
  private async checkSubnets(id: string, vpcId: string, region: string, context: RpcContext): Promise<void> {
    if (!isUuid(vpcId)) throw ProblemError.notFound('vpc', vpcId);
    const subnets = await this.ipam.listSubnets(context, id);
    const cidrs = subnets.map(({ cidr }) => cidr);
    await this.ipam.checkSubnets(context, { privateNetworkId: id, vpcId, region, isJoined: true, cidrs });
  }

  private async shareTarget(tx: Tx, vpcId: string | null, region: string, projectId: string): Promise<Vpc> {
    if (vpcId === null) return this.vpcs.shareDefault(tx, projectId, region);
    const vpc = await this.vpcs.share(tx, vpcId, projectId, region);
    if (!vpc) throw ProblemError.notFound('vpc', vpcId);
    if (vpc.state !== 'active') throw await busyWith(tx, { type: 'vpc', id: vpc.id });
    return vpc;
  }

  private async lockIdle(tx: Tx, id: string, region: string, projectId: string): Promise<RoutedNetwork> {
    const network = await this.networks.lock(tx, id, projectId, { region });
    if (!network) throw ProblemError.notFound('private-network', id);
    if (network.state !== 'active' && network.state !== 'error') {
      throw await busyWith(tx, { type: 'private-network', id });
    }
    const isBeingWired = network.connectivity === 'joined' && network.vpcState !== 'active';
    if (isBeingWired) throw await busyWith(tx, { type: 'vpc', id: network.vpcId });
    return network;
  }
}

function nextHop(privateNetworkId: string, routes: string[]): ProblemError {
  const detail = `Routes of the present router lead to this private network (${routes.join(', ')}); delete them first.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'private-network',
    resourceId: privateNetworkId,
    precondition: 'network_is_no_next_hop',
  });
}

function gatewayIn(privateNetworkId: string, ports: string[]): ProblemError {
  const detail = `Gateways hang on this private network (${ports.join(', ')}); delete them before it changes its router.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'private-network',
    resourceId: privateNetworkId,
    precondition: 'network_has_no_gateway',
  });
}
