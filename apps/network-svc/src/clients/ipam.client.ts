import { Injectable } from '@nestjs/common';
import type {
  AssignAddresses,
  ChangeNetworkSubnets,
  CheckAddress,
  CheckSubnets,
  IpamCalls,
  ListAddresses,
  RehomeSubnets,
  ReleaseOwner,
  ReserveSubnets,
  ReshapeSubnet,
} from '@isthmus/contracts';
import type { AddressView, SubnetView } from '@isthmus/model';
import { onBehalfOf, type SagaRun, stepCall, undoCall } from '@isthmus/operations';
import { type CallContext, RpcCaller, type RpcContext } from '@isthmus/rpc';

const NETWORKS_PER_CALL = 500;

/** ipam-svc as network-svc sees it. Commands belong to a step of a saga and carry its request id. */
@Injectable()
export class IpamClient {
  constructor(private readonly rpc: RpcCaller) {}

  async checkSubnets(context: RpcContext, request: CheckSubnets): Promise<void> {
    await this.call('subnet.check', request, onBehalfOf(context));
  }

  async checkAddress(context: RpcContext, request: CheckAddress): Promise<void> {
    await this.call('address.check', request, onBehalfOf(context));
  }

  /** What reserving these would give; nothing is reserved. */
  planSubnets(context: RpcContext, request: ReserveSubnets): Promise<SubnetView[]> {
    return this.call('subnet.reserve', { ...request, isDryRun: true }, onBehalfOf(context));
  }

  /** What assigning these would give; nothing is assigned. */
  planAddresses(context: RpcContext, request: AssignAddresses): Promise<AddressView[]> {
    return this.call('address.assign', { ...request, isDryRun: true }, onBehalfOf(context));
  }

  listSubnets(context: RpcContext | SagaRun, privateNetworkId: string): Promise<SubnetView[]> {
    return this.call('subnet.list', { privateNetworkIds: [privateNetworkId] }, onBehalfOf(context));
  }

  /** Oldest first. */
  listSubnetsOf(context: RpcContext | SagaRun, privateNetworkIds: string[]): Promise<SubnetView[]> {
    return this.call('subnet.list', { privateNetworkIds }, onBehalfOf(context));
  }

  /** CIDRs by network, asked in the name of the project whose networks they are. */
  async cidrsOfProject(projectId: string, privateNetworkIds: string[]): Promise<Record<string, string[]>> {
    const cidrs: Record<string, string[]> = Object.fromEntries(privateNetworkIds.map((id) => [id, []]));
    for (let from = 0; from < privateNetworkIds.length; from += NETWORKS_PER_CALL) {
      const request = { privateNetworkIds: privateNetworkIds.slice(from, from + NETWORKS_PER_CALL) };
      const subnets = await this.call('subnet.list', request, { projectId, principal: 'network-svc' });
      for (const { privateNetworkId, cidr } of subnets) cidrs[privateNetworkId]?.push(cidr);
    }
    return cidrs;
  }

  listAddressesOf(context: RpcContext | SagaRun, ownerId: string): Promise<AddressView[]> {
    return this.call('address.list', { ownerIds: [ownerId] }, onBehalfOf(context));
  }

  listAddresses(context: RpcContext | SagaRun, query: ListAddresses): Promise<AddressView[]> {
    return this.call('address.list', query, onBehalfOf(context));
  }

  changeSubnets(run: SagaRun, step: string, request: ChangeNetworkSubnets): Promise<SubnetView[]> {
    return this.call('subnet.change', request, stepCall(run, step));
  }

  reserveSubnets(run: SagaRun, step: string, request: ReserveSubnets): Promise<SubnetView[]> {
    return this.call('subnet.reserve', request, stepCall(run, step));
  }

  reshapeSubnet(run: SagaRun, step: string, request: ReshapeSubnet): Promise<SubnetView> {
    return this.call('subnet.reshape', request, stepCall(run, step));
  }

  async rehomeSubnets(run: SagaRun, step: string, request: RehomeSubnets): Promise<void> {
    await this.call('subnet.rehome', request, stepCall(run, step));
  }

  async releaseSubnets(run: SagaRun, step: string, privateNetworkId: string): Promise<void> {
    await this.call('subnet.release', { privateNetworkId }, stepCall(run, step));
  }

  assignAddresses(run: SagaRun, step: string, request: AssignAddresses): Promise<AddressView[]> {
    return this.call('address.assign', request, stepCall(run, step));
  }

  async releaseOwner(run: SagaRun, step: string, request: ReleaseOwner): Promise<void> {
    await this.call('address.release-owner', request, stepCall(run, step));
  }

  /** Undoes what the step asked for, whether or not the request ever arrived. */
  async undo(run: SagaRun, step: string): Promise<void> {
    const request = { undoRequestId: run.requestId(step) };
    await this.call('request.undo', request, undoCall(run, step));
  }

  private call<P extends keyof IpamCalls & string>(
    pattern: P,
    request: IpamCalls[P]['request'],
    context: CallContext,
  ): Promise<IpamCalls[P]['response']> {
    return this.rpc.call<IpamCalls, P>('ipam', pattern, request, context);
  }
}
