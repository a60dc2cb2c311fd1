import { Injectable } from '@nestjs/common';
import type { AssignAddressSet, IpamCalls, ReleaseOwner } from '@isthmus/contracts';
import type { AddressView, SubnetCapacity, SubnetView } from '@isthmus/model';
import { onBehalfOf, type SagaRun, stepCall, undoCall } from '@isthmus/operations';
import { type CallContext, RpcCaller, type RpcContext } from '@isthmus/rpc';

/** ipam-svc as vpn-svc sees it. Commands belong to a step of a saga and carry its request id. */
@Injectable()
export class IpamClient {
  constructor(private readonly rpc: RpcCaller) {}

  /** Those of these that the project has in the region. */
  async findSubnets(context: RpcContext, region: string, subnetIds: string[]): Promise<SubnetView[]> {
    const paging = { page: 1, pageSize: subnetIds.length };
    return (await this.call('subnet.query', { region, subnetIds, paging }, onBehalfOf(context))).items;
  }

  /** Oldest first, at most 1,000. */
  async subnetsOfVpc(context: RpcContext, region: string, vpcId: string): Promise<SubnetView[]> {
    const query = { region, vpcId, paging: { page: 1, pageSize: 1_000 }, orderBy: 'created_at_asc' as const };
    return (await this.call('subnet.query', query, onBehalfOf(context))).items;
  }

  capacityOf(context: RpcContext, subnetId: string): Promise<SubnetCapacity> {
    return this.call('subnet.capacity', { subnetId }, onBehalfOf(context));
  }

  /** `invalid-argument` outside the network's subnets, `conflict` when taken. */
  async checkAddress(context: RpcContext, privateNetworkId: string, address: string): Promise<void> {
    await this.call('address.check', { privateNetworkId, address }, onBehalfOf(context));
  }

  listAddresses(context: RpcContext, addressIds: string[]): Promise<AddressView[]> {
    return this.call('address.list', { addressIds }, onBehalfOf(context));
  }

  /** All that this owner has. */
  addressesOf(run: SagaRun, ownerId: string): Promise<AddressView[]> {
    return this.call('address.list', { ownerIds: [ownerId] }, onBehalfOf(run));
  }

  assignSet(run: SagaRun, step: string, request: AssignAddressSet): Promise<AddressView[]> {
    return this.call('address.assign-set', request, stepCall(run, step));
  }

  async releaseOwner(run: SagaRun, step: string, request: ReleaseOwner): Promise<void> {
    await this.call('address.release-owner', request, stepCall(run, step));
  }

  /** Undoes what the step asked for, whether or not the request ever arrived. */
  async undo(run: SagaRun, step: string): Promise<void> {
    await this.call('request.undo', { undoRequestId: run.requestId(step) }, undoCall(run, step));
  }

  private call<P extends keyof IpamCalls & string>(
    pattern: P,
    request: IpamCalls[P]['request'],
    context: CallContext,
  ): Promise<IpamCalls[P]['response']> {
    return this.rpc.call<IpamCalls, P>('ipam', pattern, request, context);
  }
}
