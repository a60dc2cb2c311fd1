import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CreateVpc, GetVpc, ListVpcs, MoveVpc, Page, Planned, UpdateVpc } from '@isthmus/contracts';
import { Database, type Tx, violatedConstraint } from '@isthmus/db';
import type { Accepted, VpcView } from '@isthmus/model';
import { busyWith, OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { rehearsePlan } from '../dry-run';
import { PrivateNetworkRepository } from '../private-network/private-network.repository';
import { DeleteVpcSaga } from './delete-vpc.saga';
import { EnableRoutingSaga } from './enable-routing.saga';
import type { Vpc } from './vpc.entity';
import { VpcRepository } from './vpc.repository';
import { toVpcView } from './vpc.view';

/** As many of what is in the way are named. */
const NAMED_BLOCKERS = 5;

/**
 * The rules of VPCs, and the transactions that accept their changes. Whoever adds to a VPC or changes what it routes holds
 * its row FOR SHARE and finds it idle; so what enable-routing finds under its lock stays as it is until it has ended.
 * Locks: VPC, then network, then the project's count.
 */
@Injectable()
export class VpcService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly vpcs: VpcRepository,
    private readonly networks: PrivateNetworkRepository,
    private readonly quotas: ProjectQuotas,
  ) {}

  /** The fabric hears of it with its first joined network. Errors: `quota-exceeded`. */
  create({ isDryRun, ...command }: CreateVpc, context: RpcContext): Promise<VpcView & Planned> {
    const { quotas } = this;
    const { projectId } = context;
    const insert = async (tx: Tx): Promise<VpcView> =>
      toVpcView(await this.vpcs.insert(tx, { ...command, id: randomUUID(), projectId }));
    return isDryRun ? rehearsePlan(this.database, { quotas, projectId }, insert) : this.once(context, insert);
  }

  async get(query: GetVpc, context: RpcContext): Promise<VpcView> {
    const vpc = await this.vpcs.find(query, context.projectId);
    if (!vpc) throw ProblemError.notFound('vpc', query.vpcId);
    return toVpcView(vpc);
  }

  list(query: ListVpcs, context: RpcContext): Promise<Page<VpcView>> {
    return this.vpcs.list(context.projectId, query);
  }

  /** Errors: `not-found`. */
  update({ name, tags, ...vpc }: UpdateVpc, context: RpcContext): Promise<VpcView> {
    return this.once(context, async (tx) => {
      await this.lock(tx, vpc, context);
      const row = await this.vpcs.apply(tx, vpc, context.projectId, { name, tags });
      if (!row) throw ProblemError.notFound('vpc', vpc.vpcId);
      return toVpcView(row);
    });
  }

  /** Errors: `not-found`, `busy`, `precondition-failed`. */
  move({ toRegion, ...command }: MoveVpc, context: RpcContext): Promise<VpcView> {
    return this.once(context, async (tx) => {
      const vpc = await this.lockIdle(tx, command, context);
      const blockers = await this.vpcs.contents(tx, vpc.id, NAMED_BLOCKERS);
      if (vpc.isDefault || blockers.length > 0) throw unmovable(vpc, blockers);
      return toVpcView(await this.vpcs.move(tx, vpc.id, toRegion));
    });
  }

  /** Cannot be taken back. Errors: `not-found`. */
  enableCustomRoutesPropagation(command: GetVpc, context: RpcContext): Promise<VpcView> {
    return this.once(context, async (tx) => {
      await this.lock(tx, command, context);
      const row = await this.vpcs.apply(tx, command, context.projectId, { isCustomRoutesPropagationEnabled: true });
      if (!row) throw ProblemError.notFound('vpc', command.vpcId);
      return toVpcView(row);
    });
  }

  /**
   * The row goes at once; an operation takes its router out of the fabric. A default VPC is made anew when it is needed.
   * Errors: `not-found`, `busy`, `precondition-failed`.
   */
  delete(command: GetVpc, context: RpcContext): Promise<null> {
    return this.once(context, async (tx) => {
      const vpc = await this.lockIdle(tx, command, context);
      const blockers = await this.vpcs.contents(tx, vpc.id, NAMED_BLOCKERS);
      if (blockers.length > 0) throw inUse(vpc.id, blockers);
      try {
        await this.vpcs.delete(tx, vpc);
      } catch (error) {
        throw violatedConstraint(error) ? inUse(vpc.id, []) : error;
      }
      const resource = { type: 'vpc', id: vpc.id } as const;
      await this.engine.accept(tx, DeleteVpcSaga, { by: context, resource, input: {} });
      return null;
    });
  }

  /** Cannot be taken back. On a VPC that routes already the fabric is told again. Errors: `not-found`, `busy`. */
  enableRouting(command: GetVpc, context: RpcContext): Promise<Accepted<VpcView>> {
    return this.once(context, async (tx) => {
      await this.lockIdle(tx, command, context);
      const busyId = await this.networks.findBusyJoined(tx, command.vpcId);
      if (busyId !== undefined) throw await busyWith(tx, { type: 'private-network', id: busyId });
      await this.networks.raiseJoined(tx, command.vpcId);
      const vpc = await this.vpcs.beginChange(tx, command.vpcId);
      const operation = await this.engine.accept(tx, EnableRoutingSaga, {
        by: context,
        resource: { type: 'vpc', id: vpc.id },
        input: { revision: vpc.revision },
      });
      return { resource: toVpcView(vpc), operation };
    });
  }

  private async lockIdle(tx: Tx, command: GetVpc, context: RpcContext): Promise<Vpc> {
    const vpc = await this.lock(tx, command, context);
    if (vpc.state === 'active') return vpc;
    throw await busyWith(tx, { type: 'vpc', id: vpc.id });
  }

  private async lock(tx: Tx, command: GetVpc, context: RpcContext): Promise<Vpc> {
    const vpc = await this.vpcs.lock(tx, command, context.projectId);
    if (!vpc) throw ProblemError.notFound('vpc', command.vpcId);
    context.recordBefore(toVpcView(vpc));
    return vpc;
  }

  private once<T>(context: RpcContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) => this.inbox.once(tx, context, () => work(tx)));
  }
}

function unmovable(vpc: Vpc, blockers: string[]): ProblemError {
  const why = vpc.isDefault ? 'it is the default VPC there' : `it has ${blockers.join(', ')}`;
  return new ProblemError('precondition-failed', `This VPC stays in ${vpc.region}, because ${why}.`, {
    resource: 'vpc',
    resourceId: vpc.id,
    precondition: 'vpc_is_empty',
  });
}

function inUse(vpcId: string, blockers: string[]): ProblemError {
  const named = blockers.length > 0 ? ` with ${blockers.join(', ')}` : '';
  return new ProblemError('precondition-failed', `This VPC is still in use${named}; delete what is in it first.`, {
    resource: 'vpc',
    resourceId: vpcId,
    precondition: 'vpc_is_empty',
  });
}
