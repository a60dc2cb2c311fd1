import { Injectable } from '@nestjs/common';
import type { AddressView, SubnetView } from '@isthmus/model';
import type { IpamCalls } from '@isthmus/contracts';
import { type CallContext, RpcCaller } from '@isthmus/rpc';

/** Ids in one request, so that a message stays small however long the list is. */
const BATCH = 1_000;

/** Calls to ipam-svc. */
@Injectable()
export class IpamClient {
  constructor(private readonly rpc: RpcCaller) {}

  call<P extends keyof IpamCalls & string>(
    pattern: P,
    data: IpamCalls[P]['request'],
    context: CallContext,
  ): Promise<IpamCalls[P]['response']> {
    return this.rpc.call<IpamCalls, P>('ipam', pattern, data, context);
  }

  subnetsOf(privateNetworkIds: string[], context: CallContext): Promise<SubnetView[]> {
    return inBatches(privateNetworkIds, (batch) => this.call('subnet.list', { privateNetworkIds: batch }, context));
  }

  addressesIn(privateNetworkIds: string[], context: CallContext): Promise<AddressView[]> {
    return inBatches(privateNetworkIds, (batch) => this.call('address.list', { privateNetworkIds: batch }, context));
  }

  addressesOf(ownerIds: string[], context: CallContext): Promise<AddressView[]> {
    return inBatches(ownerIds, (batch) => this.call('address.list', { ownerIds: batch }, context));
  }
}

async function inBatches<Item>(ids: string[], load: (batch: string[]) => Promise<Item[]>): Promise<Item[]> {
  if (ids.length === 0) return [];
  const batches: string[][] = [];
  for (let start = 0; start < ids.length; start += BATCH) batches.push(ids.slice(start, start + BATCH));
  return (await Promise.all(batches.map(load))).flat();
}
