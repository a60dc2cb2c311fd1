import { Injectable } from '@nestjs/common';
import type { NetworkCalls } from '@isthmus/contracts';
import { type CallContext, RpcCaller } from '@isthmus/rpc';

/** Calls to network-svc. */
@Injectable()
export class NetworkClient {
  constructor(private readonly rpc: RpcCaller) {}

  call<P extends keyof NetworkCalls & string>(
    pattern: P,
    data: NetworkCalls[P]['request'],
    context: CallContext,
  ): Promise<NetworkCalls[P]['response']> {
    return this.rpc.call<NetworkCalls, P>('network', pattern, data, context);
  }
}
