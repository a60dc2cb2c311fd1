import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { canonicalCidr, formatCidr, overlaps, ULA_RANDOM_BYTES, ulaBlock } from '@isthmus/cidr';
import type {
  ChangeNetworkSubnets,
  CheckSubnets,
  RehomeSubnets,
  ReserveSubnets,
  ReshapeSubnet,
  SubnetPlan,
} from '@isthmus/contracts';
import { Database, rehearse, type Tx } from '@isthmus/db';
import type { SubnetCapacity, SubnetView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { onlyUuids, requireUuid } from '../reference';
import { AUTOMATIC_PREFIX_LIMITS, parseSubnetCidr, shapeOf, type SubnetShape } from './subnet-shape';
import { misfitProblem, noBlockProblem, noSubnetProblem, overlapProblem, subnetInUseProblem } from './subnet.problems';
import { type NewSubnet, SubnetRepository } from './subnet.repository';
import { viewOfSubnet } from './subnet.view';

/** How often something is tried that only another caller's success can spoil. */
const TRIES = 5;

/** Rules of subnets: which block a network gets, and when it may change or go. */
@Injectable()
export class SubnetService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly subnets: SubnetRepository,
  ) {}

  /**
   * Tells early what the constraints would say later. The network's own subnets do not count: a reshape replaces them,
   * and a new network has none.
   */
  async check(request: CheckSubnets, context: RpcContext): Promise<null> {
    requireUuid('vpc', request.vpcId);
    requireUuid('private-network', request.privateNetworkId);
    const blocks = request.cidrs.map((cidr) => parseSubnetCidr(cidr, request.isJoined, 'cidrs'));
    for (const [index, block] of blocks.entries()) {
      const twin = blocks.slice(0, index).find((earlier) => overlaps(earlier, block));
      if (twin) throw overlapProblem(formatCidr(block), formatCidr(twin));
      const other = await this.subnets.findNeighbour(this.database, context.projectId, request, formatCidr(block));
      if (other) throw overlapProblem(formatCidr(block), other.cidr, other);
    }
    return null;
  }

  async reserve(request: ReserveSubnets, context: RpcContext): Promise<SubnetView[]> {
    for (const { id } of request.subnets) requireUuid('subnet', id);
    const work = async (tx: Tx): Promise<SubnetView[]> => {
      const views: SubnetView[] = [];
      for (const plan of request.subnets) {
        await this.place(tx, plan, newSubnet(request, plan.id, context));
        views.push(await this.read(tx, plan.id, context));
      }
      return views;
    };
    return request.isDryRun ? rehearse(this.database, work) : this.once(context, work);
  }

  async reshape(request: ReshapeSubnet, context: RpcContext): Promise<SubnetView> {
    const { isJoined, privateNetworkId } = request;
    const shape = shapeOf({ cidr: request.cidr, range: request.range, hasGateway: isJoined, isJoined });
    return this.once(context, async (tx) => {
      const [subnet, ...more] = await this.subnets.lockOfNetwork(tx, context.projectId, privateNetworkId, 4);
      if (more.length > 0) {
        const detail = `The network has ${more.length + 1} IPv4 subnets; a range needs a network with one or none.`;
        throw new ProblemError('precondition-failed', detail, { precondition: 'network_has_one_subnet' });
      }
      if (!subnet) {
        await this.placeGiven(tx, newSubnet(request, request.subnetId, context), shape);
        return this.read(tx, request.subnetId, context);
      }
      const misfit = await this.subnets.findMisfit(tx, subnet.id, shape);
      if (misfit) throw misfitProblem(misfit, shape);
      await this.subnets.noteShape(tx, context.projectId, subnet.id, context.requestId);
      if (!(await this.subnets.setShape(tx, subnet.id, shape, context.requestId))) {
        throw overlapProblem(shape.cidr, undefined);
      }
      return this.read(tx, subnet.id, context);
    });
  }

  /** The locks keep addresses from being booked in what goes. */
  async change(request: ChangeNetworkSubnets, context: RpcContext): Promise<SubnetView[]> {
    const { privateNetworkId } = request;
    requireUuid('private-network', privateNetworkId);
    const leaving = request.remove.map((cidr) => canonicalCidr(cidr, 'remove'));
    return this.once(context, async (tx) => {
      const present = await this.subnets.lockAllOfNetwork(tx, context.projectId, privateNetworkId);
      const unknown = leaving.find((cidr) => !present.some((subnet) => subnet.cidr === cidr));
      if (unknown !== undefined) throw noSubnetProblem(unknown, privateNetworkId);
      const ids = present.filter(({ cidr }) => leaving.includes(cidr)).map(({ id }) => id);
      const used = await this.subnets.remove(tx, context.projectId, ids, context.requestId);
      if (used !== undefined) throw subnetInUseProblem(used);
      for (const plan of request.add) await this.place(tx, plan, newSubnet(request, plan.id, context));
      return (await this.subnets.listOfNetworks(tx, context.projectId, [privateNetworkId])).map(viewOfSubnet);
    });
  }

  /** Blocks and addresses stay; a block that is not private cannot be joined. */
  async rehome(request: RehomeSubnets, context: RpcContext): Promise<null> {
    requireUuid('private-network', request.privateNetworkId);
    requireUuid('vpc', request.vpcId);
    return this.once(context, async (tx) => {
      const present = await this.subnets.lockAllOfNetwork(tx, context.projectId, request.privateNetworkId);
      for (const { cidr } of present) parseSubnetCidr(cidr, request.isJoined, 'cidrs');
      const taken = await this.subnets.rehome(tx, context.projectId, request, context.requestId);
      if (taken === undefined) return null;
      const other = await this.subnets.findNeighbour(tx, context.projectId, request, taken);
      throw overlapProblem(taken, other?.cidr, other);
    });
  }

  async release({ privateNetworkId }: { privateNetworkId: string }, context: RpcContext): Promise<null> {
    requireUuid('private-network', privateNetworkId);
    return this.once(context, async (tx) => {
      if (await this.subnets.release(tx, context.projectId, privateNetworkId, context.requestId)) return null;
      throw new ProblemError(
        'precondition-failed',
        'The network still has booked or attached addresses. Detach what uses them and release the booked ones first.',
        { precondition: 'network_is_empty', resource: 'private-network', resourceId: privateNetworkId },
      );
    });
  }

  async list({ privateNetworkIds }: { privateNetworkIds: string[] }, context: RpcContext): Promise<SubnetView[]> {
    const ids = onlyUuids(privateNetworkIds) ?? [];
    return (await this.subnets.listOfNetworks(this.database, context.projectId, ids)).map(viewOfSubnet);
  }

  async capacity({ subnetId }: { subnetId: string }, context: RpcContext): Promise<SubnetCapacity> {
    requireUuid('subnet', subnetId);
    const capacity = await this.subnets.capacity(this.database, context.projectId, subnetId);
    if (!capacity) throw ProblemError.notFound('subnet', subnetId);
    return capacity;
  }

  private async place(tx: Tx, plan: SubnetPlan, subnet: NewSubnet): Promise<void> {
    if (plan.kind === 'cidr') {
      const { cidr, range, hasGateway } = plan;
      return this.placeGiven(tx, subnet, shapeOf({ cidr, range, hasGateway, isJoined: subnet.isJoined }));
    }
    return plan.family === 4
      ? this.placeNext(tx, subnet, plan.prefixLength)
      : this.placeUla(tx, subnet, plan.prefixLength);
  }

  private async placeGiven(tx: Tx, subnet: NewSubnet, shape: SubnetShape): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (await this.subnets.add(tx, subnet, shape)) return;
      await this.requireNewId(tx, subnet);
      const other = await this.subnets.findOverlapping(tx, subnet, shape.cidr);
      if (other) throw overlapProblem(shape.cidr, other.cidr, other);
      // What was in the way is gone: the block is free after all.
    }
    throw overlapProblem(shape.cidr, undefined);
  }

  private async placeNext(tx: Tx, subnet: NewSubnet, prefixLength: number): Promise<void> {
    const { min, max } = AUTOMATIC_PREFIX_LIMITS;
    if (!Number.isInteger(prefixLength) || prefixLength < min || prefixLength > max) {
      throw ProblemError.invalid('prefixLength', `An automatic IPv4 block is a /${min} to /${max}.`);
    }
    const isPlaced = await this.subnets.addNextBlock(tx, subnet, prefixLength);
    if (isPlaced === null) throw noBlockProblem(subnet, prefixLength);
    if (!isPlaced) await this.requireNewId(tx, subnet);
  }

  /** A random choice of 2^56 that meets another has bad luck, not a conflict. */
  private async placeUla(tx: Tx, subnet: NewSubnet, prefixLength: number): Promise<void> {
    if (prefixLength !== 64) throw ProblemError.invalid('prefixLength', 'An automatic IPv6 block is a /64.');
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const cidr = formatCidr(ulaBlock(randomBytes(ULA_RANDOM_BYTES)));
      const shape = shapeOf({ cidr, hasGateway: subnet.isJoined, isJoined: subnet.isJoined });
      if (await this.subnets.add(tx, subnet, shape)) return;
      await this.requireNewId(tx, subnet);
    }
    throw noBlockProblem(subnet, prefixLength);
  }

  private async requireNewId(tx: Tx, { id }: NewSubnet): Promise<void> {
    if (!(await this.subnets.exists(tx, id))) return;
    throw new ProblemError('already-exists', `There is a subnet ${id} already; choose another id.`, {
      resource: 'subnet',
      resourceId: id,
    });
  }

  private async read(tx: Tx, id: string, context: RpcContext): Promise<SubnetView> {
    const row = await this.subnets.find(tx, context.projectId, id);
    if (!row) throw ProblemError.notFound('subnet', id);
    return viewOfSubnet(row);
  }

  private once<T>(context: RpcContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) => this.inbox.once(tx, context, () => work(tx)));
  }
}

function newSubnet(
  placement: Omit<NewSubnet, 'id' | 'projectId' | 'requestId'>,
  id: string,
  context: RpcContext,
): NewSubnet {
  const { privateNetworkId, vpcId, region, isJoined } = placement;
  requireUuid('subnet', id);
  requireUuid('private-network', privateNetworkId);
  requireUuid('vpc', vpcId);
  const { projectId, requestId } = context;
  return { id, projectId, requestId, privateNetworkId, vpcId, region, isJoined };
}
