import { Injectable } from '@nestjs/common';
import type { VpnCalls } from '@isthmus/contracts';
import { type CallContext, RpcCaller } from '@isthmus/rpc';

/** Calls to vpn-svc. */
@Injectable()
export class VpnClient {
  constructor(private readonly rpc: RpcCaller) {}

  call<P extends keyof VpnCalls & string>(
    pattern: P,
    data: VpnCalls[P]['request'],
    context: CallContext,
  ): Promise<VpnCalls[P]['response']> {
    return this.rpc.call<VpnCalls, P>('vpn', pattern, data, context);
  }
}
