import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type {
  CreatePrivateNetwork,
  GetPrivateNetwork,
  ListPrivateNetworks,
  Page,
  UpdatePrivateNetwork,
} from '@isthmus/contracts';
import { Database, type Tx } from '@isthmus/db';
import type { Accepted, OperationView, PrivateNetworkView, SubnetView } from '@isthmus/model';
import { busyWith, OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { IpamClient } from '../clients/ipam.client';
import { VpcRepository } from '../vpc/vpc.repository';
import { CreatePrivateNetworkSaga } from './create-private-network.saga';
import { DeletePrivateNetworkSaga } from './delete-private-network.saga';
import { EnableDhcpSaga } from './enable-dhcp.saga';
import type { PrivateNetwork } from './private-network.entity';
import { type PrivateNetworkChanges, PrivateNetworkRepository } from './private-network.repository';
import { toPrivateNetworkView } from './private-network.view';
import { planRangeChange, planSubnets, type RangeChange } from './subnet-plan';
import { UpdatePrivateNetworkSaga } from './update-private-network.saga';

type AcceptedNetwork = Accepted<PrivateNetworkView>;

/** The rules of private networks, and the transactions that accept their changes. */
@Injectable()
export class PrivateNetworkService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly networks: PrivateNetworkRepository,
    private readonly vpcs: VpcRepository,
    private readonly ipam: IpamClient,
  ) {}

  /** Errors: `invalid-argument` (subnets), `not-found` (VPC), `conflict` (subnets overlap), `exhausted` (VNI). */
  create(command: CreatePrivateNetwork, context: RpcContext): Promise<AcceptedNetwork> {
    return this.inbox.orEarlier(this.database, context, () => this.admit(command, context));
  }

  private async admit(command: CreatePrivateNetwork, context: RpcContext): Promise<AcceptedNetwork> {
    const id = randomUUID();
    const { projectId } = context;
    const subnets = planSubnets(command.addressing);
    await this.checkGivenSubnets(command, id, context);
    return this.accept(context, async (tx) => {
      const vpcId = await this.shareVpc(tx, command, projectId);
      const network = await this.networks.insert(tx, { ...command, id, projectId, vpcId });
      const placement = placementOf(network);
      const operation = await this.engine.accept(tx, CreatePrivateNetworkSaga, {
        by: context,
        resource: { type: 'private-network', id },
        input: { subnets, placement },
      });
      return { network, operation };
    });
  }

  async get(query: GetPrivateNetwork, context: RpcContext): Promise<PrivateNetworkView> {
    const network = await this.networks.find(query.privateNetworkId, context.projectId, query);
    if (!network) throw ProblemError.notFound('private-network', query.privateNetworkId);
    return toPrivateNetworkView(network);
  }

  list(query: ListPrivateNetworks, context: RpcContext): Promise<Page<PrivateNetworkView>> {
    return this.networks.list(context.projectId, query);
  }

  /** Errors: `not-found`, `busy`, `invalid-argument` (range). That leases fit the new subnet is ipam-svc's to say. */
  update(command: UpdatePrivateNetwork, context: RpcContext): Promise<AcceptedNetwork> {
    return this.inbox.orEarlier(this.database, context, () => this.admitUpdate(command, context));
  }

  private async admitUpdate(command: UpdatePrivateNetwork, context: RpcContext): Promise<AcceptedNetwork> {
    const planned = command.range && (await this.planRange(command, command.range, context));
    return this.accept(context, async (tx) => {
      await this.lockIdle(tx, command, context);
      const network = await this.networks.beginChange(tx, command.privateNetworkId, 'updating');
      const operation = await this.engine.accept(tx, UpdatePrivateNetworkSaga, {
        by: context,
        resource: { type: 'private-network', id: network.id },
        input: {
          changes: changesOf(command),
          reshape: planned ? { ...planned.change, ...placementOf(network) } : null,
          formerSubnets: planned?.formerSubnets ?? null,
          revision: network.revision,
        },
      });
      return { network, operation };
    });
  }

  /** Cannot be taken back. Errors: `not-found`, `busy`. */
  enableDhcp(command: GetPrivateNetwork, context: RpcContext): Promise<AcceptedNetwork> {
    return this.accept(context, async (tx) => {
      await this.lockIdle(tx, command, context);
      const network = await this.networks.beginChange(tx, command.privateNetworkId, 'updating');
      const operation = await this.engine.accept(tx, EnableDhcpSaga, {
        by: context,
        resource: { type: 'private-network', id: network.id },
        input: { revision: network.revision },
      });
      return { network, operation };
    });
  }

  /** Errors: `not-found`, `busy`, `precondition-failed` while anything is attached. */
  delete(command: GetPrivateNetwork, context: RpcContext): Promise<AcceptedNetwork> {
    return this.accept(context, async (tx) => {
      const { attachmentCount } = await this.lockIdle(tx, command, context);
      if (attachmentCount > 0) throw stillInUse(command.privateNetworkId, attachmentCount);
      const network = await this.networks.beginChange(tx, command.privateNetworkId, 'deleting');
      const operation = await this.engine.accept(tx, DeletePrivateNetworkSaga, {
        by: context,
        resource: { type: 'private-network', id: network.id },
        input: { revision: network.revision },
      });
      return { network, operation };
    });
  }

  /** One transaction, once per request: the changed resource, its operation, and the wake-up. */
  private accept(
    context: RpcContext,
    change: (tx: Tx) => Promise<{ network: PrivateNetwork; operation: OperationView }>,
  ): Promise<AcceptedNetwork> {
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const { network, operation } = await change(tx);
        return { resource: toPrivateNetworkView(network), operation };
      }),
    );
  }

  private async lockIdle(tx: Tx, command: GetPrivateNetwork, context: RpcContext): Promise<PrivateNetwork> {
    const network = await this.networks.lock(tx, command.privateNetworkId, context.projectId, command);
    if (!network) throw ProblemError.notFound('private-network', command.privateNetworkId);
    if (network.state === 'active' || network.state === 'error') return network;
    throw await busyWith(tx, { type: 'private-network', id: network.id });
  }

  private async shareVpc(tx: Tx, command: CreatePrivateNetwork, projectId: string): Promise<string> {
    if (command.vpcId === null) return this.vpcs.shareDefault(tx, projectId, command.region);
    if (await this.vpcs.share(tx, command.vpcId, projectId, command.region)) return command.vpcId;
    throw ProblemError.notFound('vpc', command.vpcId);
  }

  /** An early, friendly no; the constraint in ipam-svc stays the judge of races. */
  private async checkGivenSubnets(command: CreatePrivateNetwork, id: string, context: RpcContext): Promise<void> {
    if (command.addressing.kind !== 'subnets') return;
    const vpcId = command.vpcId ?? (await this.vpcs.findDefault(context.projectId, command.region));
    if (vpcId === undefined) return;
    const isJoined = command.connectivity === 'joined';
    const placement = { privateNetworkId: id, vpcId, region: command.region, isJoined };
    await this.ipam.checkSubnets(context, { ...placement, cidrs: command.addressing.cidrs });
  }

  private async planRange(
    command: GetPrivateNetwork,
    range: NonNullable<UpdatePrivateNetwork['range']>,
    context: RpcContext,
  ): Promise<{ change: RangeChange; formerSubnets: SubnetView[] }> {
    const network = await this.networks.find(command.privateNetworkId, context.projectId, command);
    if (!network) throw ProblemError.notFound('private-network', command.privateNetworkId);
    const formerSubnets = await this.ipam.listSubnets(context, network.id);
    return { change: planRangeChange(range, formerSubnets), formerSubnets };
  }
}

function placementOf(network: PrivateNetwork) {
  const { id: privateNetworkId, vpcId, region, connectivity } = network;
  return { privateNetworkId, vpcId, region, isJoined: connectivity === 'joined' };
}

function changesOf(command: UpdatePrivateNetwork): PrivateNetworkChanges {
  const { name, description, labels, tags, dhcpOptions, isDefaultRoutePropagated } = command;
  return { name, description, labels, tags, dhcpOptions, isDefaultRoutePropagated };
}

function stillInUse(id: string, attachmentCount: number): ProblemError {
  const what = attachmentCount === 1 ? '1 instance is' : `${attachmentCount} instances are`;
  return new ProblemError('precondition-failed', `${what} still attached to this private network; detach first.`, {
    resource: 'private-network',
    resourceId: id,
    precondition: 'network_is_empty',
  });
}
