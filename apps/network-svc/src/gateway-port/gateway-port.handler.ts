import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { NetworkCalls, PluggedPort, PlugPorts, UnplugPorts } from '@isthmus/contracts';
import { Answers, RpcContext } from '@isthmus/rpc';
import { GatewayPortService } from './gateway-port.service';

const AnswersNetwork = Answers<NetworkCalls>();

@Controller()
export class GatewayPortHandler {
  constructor(private readonly ports: GatewayPortService) {}

  @AnswersNetwork('gateway-port.plug')
  plug(@Payload() command: PlugPorts, @Ctx() context: RpcContext): Promise<PluggedPort[]> {
    return this.ports.plug(command, context);
  }

  @AnswersNetwork('gateway-port.unplug')
  unplug(@Payload() command: UnplugPorts, @Ctx() context: RpcContext): Promise<null> {
    return this.ports.unplug(command, context);
  }
}
