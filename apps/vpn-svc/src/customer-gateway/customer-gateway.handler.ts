import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type {
  CreateCustomerGateway,
  MarkedPage,
  MarkedPageRequest,
  UpdateCustomerGateway,
  VpnCalls,
} from '@isthmus/contracts';
import type { CustomerGatewayView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { CustomerGatewayService } from './customer-gateway.service';

const AnswersVpn = Answers<VpnCalls>();

@Controller()
export class CustomerGatewayHandler {
  constructor(private readonly customerGateways: CustomerGatewayService) {}

  @AnswersVpn('customer-gateway.create')
  create(@Payload() command: CreateCustomerGateway, @Ctx() context: RpcContext): Promise<CustomerGatewayView> {
    return this.customerGateways.create(command, context);
  }

  @AnswersVpn('customer-gateway.get')
  get(@Payload() query: { customerGatewayId: string }, @Ctx() context: RpcContext): Promise<CustomerGatewayView> {
    return this.customerGateways.get(query.customerGatewayId, context);
  }

  @AnswersVpn('customer-gateway.list')
  list(@Payload() query: MarkedPageRequest, @Ctx() context: RpcContext): Promise<MarkedPage<CustomerGatewayView>> {
    return this.customerGateways.list(query, context);
  }

  @AnswersVpn('customer-gateway.update')
  update(@Payload() command: UpdateCustomerGateway, @Ctx() context: RpcContext): Promise<CustomerGatewayView> {
    return this.customerGateways.update(command, context);
  }

  @AnswersVpn('customer-gateway.delete')
  delete(@Payload() command: { customerGatewayId: string }, @Ctx() context: RpcContext): Promise<null> {
    return this.customerGateways.delete(command.customerGatewayId, context);
  }
}
