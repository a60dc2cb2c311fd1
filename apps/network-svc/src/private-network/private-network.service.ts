import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type {
  ChangeSubnets,
  CreatePrivateNetwork,
  GetPrivateNetwork,
  ListPrivateNetworks,
  MigrateZonal,
  Page,
  Planned,
  PlannedNetwork,
  UpdatePrivateNetwork,
} from '@isthmus/contracts';
import { Database, type Tx } from '@isthmus/db';
import type { Accepted, OperationView, PrivateNetworkView, SubnetView } from '@isthmus/model';
import { busyWith, OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { rehearsePlan, withoutOperation } from '../dry-run';
import { IpamClient } from '../clients/ipam.client';
import type { Vpc } from '../vpc/vpc.entity';
import { VpcRepository } from '../vpc/vpc.repository';
import { ChangeSubnetsSaga } from './change-subnets.saga';
import { CreatePrivateNetworkSaga } from './create-private-network.saga';
import { DeletePrivateNetworkSaga } from './delete-private-network.saga';
import { EnableDhcpSaga } from './enable-dhcp.saga';
import { MigrateZonalSaga } from './migrate-zonal.saga';
import type { PrivateNetwork, RoutedNetwork } from './private-network.entity';
import { meanwhileChanged, stillInUse, subnetInUse } from './private-network.problems';
import { type PrivateNetworkChanges, PrivateNetworkRepository } from './private-network.repository';
import { toPrivateNetworkView } from './private-network.view';
import { planSubnetChange } from './subnet-change';
import { planRangeChange, planSubnets, type RangeChange } from './subnet-plan';
import { UpdatePrivateNetworkSaga } from './update-private-network.saga';

type AcceptedNetwork = Accepted<PrivateNetworkView> & Planned;
type Change = { network: PrivateNetwork; operation: OperationView };

/** As many of what is in the way are named. */
const NAMED_BLOCKERS = 5;

/**
 * The rules of private networks, and the transactions that accept their changes. Locks: VPC, then network, then the
 * project's count.
 */
@Injectable()
export class PrivateNetworkService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly networks: PrivateNetworkRepository,
    private readonly vpcs: VpcRepository,
    private readonly quotas: ProjectQuotas,
    private readonly ipam: IpamClient,
  ) {}

  /**
   * Errors: `invalid-argument` (subnets), `not-found` and `busy` (VPC), `conflict` (subnets overlap), `exhausted` (VNI),
   * `quota-exceeded`.
   */
  create(command: CreatePrivateNetwork, context: RpcContext): Promise<PlannedNetwork> {
    return this.inbox.orEarlier(this.database, context, () => this.admit(command, context));
  }

  private async admit(command: CreatePrivateNetwork, context: RpcContext): Promise<PlannedNetwork> {
    const id = randomUUID();
    const { projectId } = context;
    const subnets = planSubnets(command.addressing);
    await this.checkGivenSubnets(command, id, context);
    const accepted = await this.accept(
      context,
      async (tx) => {
        const vpc = await this.shareVpc(tx, command, projectId);
        const network = await this.networks.insert(tx, { ...command, id, projectId, vpcId: vpc.id });
        const placement = placementOf(network);
        const operation = await this.engine.accept(tx, CreatePrivateNetworkSaga, {
          by: context,
          resource: { type: 'private-network', id },
          input: { subnets, placement, isRouted: placement.isJoined && vpc.isRoutingEnabled },
        });
        await this.quotas.take(tx, projectId, 'private-network');
        return { network, operation };
      },
      command.isDryRun,
    );
    if (!command.isDryRun) return accepted;
    const { vpcId, region } = accepted.resource;
    const placement = { privateNetworkId: id, vpcId, region, isJoined: command.connectivity === 'joined' };
    return { ...accepted, plannedSubnets: await this.ipam.planSubnets(context, { ...placement, subnets }) };
  }

  async get(query: GetPrivateNetwork, context: RpcContext): Promise<PrivateNetworkView> {
    return toPrivateNetworkView(await this.require(query, context));
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

  /**
   * Errors: `not-found`, `busy`, `invalid-argument` (CIDRs), `conflict` and `already-exists` (overlaps),
   * `precondition-failed` (in use).
   */
  changeSubnets(command: ChangeSubnets, context: RpcContext): Promise<AcceptedNetwork> {
    return this.inbox.orEarlier(this.database, context, () => this.admitSubnets(command, context));
  }

  private async admitSubnets(command: ChangeSubnets, context: RpcContext): Promise<AcceptedNetwork> {
    const known = await this.require(command, context);
    const placement = placementOf(known);
    const formerSubnets = await this.ipam.listSubnets(context, known.id);
    const { add, remove } = planSubnetChange(command, formerSubnets, placement.isJoined);
    const cidrs = add.flatMap((plan) => (plan.kind === 'cidr' ? [plan.cidr] : []));
    if (cidrs.length > 0) await this.ipam.checkSubnets(context, { ...placement, cidrs });
    if (remove.length > 0) await this.requireUnusedSubnets(known.id, formerSubnets, remove, context);
    const change = async (tx: Tx): Promise<Change> => {
      const { revision } = await this.lockIdle(tx, command, context);
      if (revision !== known.revision) throw meanwhileChanged(known.id);
      const network = await this.networks.beginChange(tx, known.id, 'updating');
      const operation = await this.engine.accept(tx, ChangeSubnetsSaga, {
        by: context,
        resource: { type: 'private-network', id: network.id },
        input: { change: { ...placement, add, remove }, formerSubnets, revision: network.revision },
      });
      return { network, operation };
    };
    return this.accept(context, change, command.isDryRun);
  }

  /** Networks that are regional already are left out of the answer. Errors: `not-found`, `busy`. */
  migrateZonal({ region, privateNetworkIds }: MigrateZonal, context: RpcContext): Promise<AcceptedNetwork[]> {
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const found = await this.networks.lockZonal(tx, context.projectId, region, privateNetworkIds);
        const missing = privateNetworkIds?.find((id) => !found.some((network) => network.id === id));
        if (missing !== undefined) throw ProblemError.notFound('private-network', missing);
        const accepted: AcceptedNetwork[] = [];
        for (const zonal of found.filter(({ zone }) => zone !== null)) {
          await this.requireIdle(tx, zonal);
          context.recordBefore(toPrivateNetworkView(zonal));
          const network = await this.networks.beginChange(tx, zonal.id, 'updating');
          const operation = await this.engine.accept(tx, MigrateZonalSaga, {
            by: context,
            resource: { type: 'private-network', id: network.id },
            input: { revision: network.revision },
          });
          accepted.push({ resource: toPrivateNetworkView(network), operation });
        }
        return accepted;
      }),
    );
  }

  /** Errors: `not-found`, `busy`, `precondition-failed` while anything is attached, booked or routed to it. */
  delete(command: GetPrivateNetwork, context: RpcContext): Promise<AcceptedNetwork> {
    return this.inbox.orEarlier(this.database, context, () => this.admitDelete(command, context));
  }

  private async admitDelete(command: GetPrivateNetwork, context: RpcContext): Promise<AcceptedNetwork> {
    const booked = await this.listBooked(command.privateNetworkId, context);
    return this.accept(context, async (tx) => {
      const { id } = await this.lockIdle(tx, command, context);
      const blockers = [...(await this.networks.users(tx, id, NAMED_BLOCKERS)), ...booked];
      if (blockers.length > 0) throw stillInUse(id, blockers);
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
  private async accept(
    context: RpcContext,
    change: (tx: Tx) => Promise<Change>,
    isDryRun = false,
  ): Promise<AcceptedNetwork> {
    const { quotas } = this;
    const { projectId } = context;
    const work = async (tx: Tx): Promise<AcceptedNetwork> => {
      const { network, operation } = await change(tx);
      return { resource: toPrivateNetworkView(network), operation };
    };
    if (isDryRun) return withoutOperation(await rehearsePlan(this.database, { quotas, projectId }, work));
    return this.database.transaction((tx) => this.inbox.once(tx, context, () => work(tx)));
  }

  private async require(query: GetPrivateNetwork, context: RpcContext): Promise<PrivateNetwork> {
    const network = await this.networks.find(query.privateNetworkId, context.projectId, query);
    if (!network) throw ProblemError.notFound('private-network', query.privateNetworkId);
    return network;
  }

  private async lockIdle(tx: Tx, command: GetPrivateNetwork, context: RpcContext): Promise<RoutedNetwork> {
    const network = await this.networks.lock(tx, command.privateNetworkId, context.projectId, command);
    if (!network) throw ProblemError.notFound('private-network', command.privateNetworkId);
    context.recordBefore(toPrivateNetworkView(network));
    return this.requireIdle(tx, network);
  }

  /** A VPC that starts to route is plugging in its joined networks as they are. */
  private async requireIdle(tx: Tx, network: RoutedNetwork): Promise<RoutedNetwork> {
    const isIdle = network.state === 'active' || network.state === 'error';
    if (!isIdle) throw await busyWith(tx, { type: 'private-network', id: network.id });
    const isBeingWired = network.connectivity === 'joined' && network.vpcState !== 'active';
    if (isBeingWired) throw await busyWith(tx, { type: 'vpc', id: network.vpcId });
    return network;
  }

  private async shareVpc(tx: Tx, command: CreatePrivateNetwork, projectId: string): Promise<Vpc> {
    const { vpcId, region } = command;
    const vpc =
      vpcId === null
        ? await this.vpcs.shareDefault(tx, projectId, region)
        : await this.vpcs.share(tx, vpcId, projectId, region);
    if (!vpc) throw ProblemError.notFound('vpc', vpcId as string);
    if (command.connectivity === 'isolated' || vpc.state === 'active') return vpc;
    throw await busyWith(tx, { type: 'vpc', id: vpc.id });
  }

  /** Addresses that no NIC holds: reservations, and those of other products. NICs are told by their instances. */
  private async listBooked(privateNetworkId: string, context: RpcContext): Promise<string[]> {
    const addresses = await this.ipam.listAddresses(context, { privateNetworkIds: [privateNetworkId] });
    const booked = addresses.filter(({ owner }) => owner?.type !== 'instance_private_nic');
    return booked.slice(0, NAMED_BLOCKERS).map(({ address }) => `address ${address}`);
  }

  /** An early, friendly no; ipam-svc looks again under its locks. */
  private async requireUnusedSubnets(
    privateNetworkId: string,
    subnets: SubnetView[],
    cidrs: string[],
    context: RpcContext,
  ): Promise<void> {
    const used = await this.ipam.listAddresses(context, { privateNetworkIds: [privateNetworkId] });
    const leaving = subnets.filter(({ cidr }) => cidrs.includes(cidr));
    const inUse = leaving.find(({ id }) => used.some(({ subnetId }) => subnetId === id));
    if (inUse) throw subnetInUse(inUse.cidr);
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
    const network = await this.require(command, context);
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
