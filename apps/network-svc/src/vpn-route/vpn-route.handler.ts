import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { NetworkCalls, SetVpnRoutes } from '@isthmus/contracts';
import { Answers, RpcContext } from '@isthmus/rpc';
import { VpnRouteService } from './vpn-route.service';

const AnswersNetwork = Answers<NetworkCalls>();

@Controller()
export class VpnRouteHandler {
  constructor(private readonly routes: VpnRouteService) {}

  @AnswersNetwork('vpn-route.set')
  set(@Payload() command: SetVpnRoutes, @Ctx() context: RpcContext): Promise<null> {
    return this.routes.set(command, context);
  }
}
