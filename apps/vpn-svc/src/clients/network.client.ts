import { Injectable } from '@nestjs/common';
import type { NetworkCalls, PluggedPort, PlugPorts, SetVpnRoutes } from '@isthmus/contracts';
import type { VpcView } from '@isthmus/model';
import { onBehalfOf, type SagaRun, stepCall, undoCall } from '@isthmus/operations';
import { type CallContext, RpcCaller, type RpcContext } from '@isthmus/rpc';

/** network-svc as vpn-svc sees it. Commands belong to a step of a saga and carry its request id. */
@Injectable()
export class NetworkClient {
  constructor(private readonly rpc: RpcCaller) {}

  /** `not-found` when the project has none such in the region. */
  getVpc(context: RpcContext, region: string, vpcId: string): Promise<VpcView> {
    return this.call('vpc.get', { region, vpcId }, onBehalfOf(context));
  }

  /** Throws what setting these routes would throw. */
  async checkRoutes(context: RpcContext, routes: SetVpnRoutes): Promise<void> {
    await this.call('vpn-route.set', { ...routes, isDryRun: true }, onBehalfOf(context));
  }

  plugPorts(run: SagaRun, step: string, ports: PlugPorts): Promise<PluggedPort[]> {
    return this.call('gateway-port.plug', ports, stepCall(run, step));
  }

  async unplugPorts(run: SagaRun, step: string, gatewayId: string): Promise<void> {
    await this.call('gateway-port.unplug', { gatewayId }, stepCall(run, step));
  }

  /** Undoes the step's plugging, whether or not the request ever arrived. */
  async undoPlugging(run: SagaRun, step: string, gatewayId: string): Promise<void> {
    await this.call('gateway-port.unplug', { gatewayId, buries: run.requestId(step) }, undoCall(run, step));
  }

  async setRoutes(run: SagaRun, step: string, routes: SetVpnRoutes): Promise<void> {
    await this.call('vpn-route.set', routes, stepCall(run, step));
  }

  /** Puts `former` in place of what the step set, whether or not the request ever arrived. */
  async undoRoutes(run: SagaRun, step: string, former: SetVpnRoutes): Promise<void> {
    await this.call('vpn-route.set', { ...former, buries: run.requestId(step) }, undoCall(run, step));
  }

  private call<P extends keyof NetworkCalls & string>(
    pattern: P,
    request: NetworkCalls[P]['request'],
    context: CallContext,
  ): Promise<NetworkCalls[P]['response']> {
    return this.rpc.call<NetworkCalls, P>('network', pattern, request, context);
  }
}
