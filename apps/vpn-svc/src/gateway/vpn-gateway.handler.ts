import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { CreateVpnGateway, ListVpnGateways, UpdateVpnGateway, VpnCalls, VpnQuota } from '@isthmus/contracts';
import type { Accepted, VpnGatewayView, VpnZoneOffer } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { VpnGatewayReader } from './vpn-gateway.reader';
import { VpnGatewayService } from './vpn-gateway.service';
import { VpnGatewayUpdateService } from './vpn-gateway-update.service';

const AnswersVpn = Answers<VpnCalls>();

@Controller()
export class VpnGatewayHandler {
  constructor(
    private readonly gateways: VpnGatewayService,
    private readonly updates: VpnGatewayUpdateService,
    private readonly reader: VpnGatewayReader,
  ) {}

  @AnswersVpn('vpn-gateway.create')
  create(@Payload() command: CreateVpnGateway, @Ctx() context: RpcContext): Promise<Accepted<VpnGatewayView>> {
    return this.gateways.create(command, context);
  }

  @AnswersVpn('vpn-gateway.get')
  get(@Payload() { gatewayId }: { gatewayId: string }, @Ctx() context: RpcContext): Promise<VpnGatewayView> {
    return this.reader.get(gatewayId, context);
  }

  @AnswersVpn('vpn-gateway.list')
  list(@Payload() query: ListVpnGateways, @Ctx() context: RpcContext): Promise<VpnGatewayView[]> {
    return this.reader.list(query, context);
  }

  @AnswersVpn('vpn-gateway.update')
  update(@Payload() command: UpdateVpnGateway, @Ctx() context: RpcContext): Promise<Accepted<VpnGatewayView>> {
    return this.updates.update(command, context);
  }

  @AnswersVpn('vpn-gateway.delete')
  delete(
    @Payload() { gatewayId }: { gatewayId: string },
    @Ctx() context: RpcContext,
  ): Promise<Accepted<VpnGatewayView>> {
    return this.gateways.delete(gatewayId, context);
  }

  @AnswersVpn('vpn-gateway.list-offers')
  listOffers(@Payload() { region }: { region: string }): VpnZoneOffer[] {
    return this.reader.listOffers(region);
  }

  @AnswersVpn('vpn-quota.list')
  listQuotas(@Payload() _query: Record<string, never>, @Ctx() context: RpcContext): Promise<VpnQuota[]> {
    return this.reader.listQuotas(context);
  }
}
