import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { CreateVpc, GetVpc, ListVpcs, MoveVpc, NetworkCalls, Page, Planned, UpdateVpc } from '@isthmus/contracts';
import type { Accepted, VpcView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { VpcService } from './vpc.service';

const AnswersNetwork = Answers<NetworkCalls>();

@Controller()
export class VpcHandler {
  constructor(private readonly vpcs: VpcService) {}

  @AnswersNetwork('vpc.create')
  create(@Payload() command: CreateVpc, @Ctx() context: RpcContext): Promise<VpcView & Planned> {
    return this.vpcs.create(command, context);
  }

  @AnswersNetwork('vpc.get')
  get(@Payload() query: GetVpc, @Ctx() context: RpcContext): Promise<VpcView> {
    return this.vpcs.get(query, context);
  }

  @AnswersNetwork('vpc.list')
  list(@Payload() query: ListVpcs, @Ctx() context: RpcContext): Promise<Page<VpcView>> {
    return this.vpcs.list(query, context);
  }

  @AnswersNetwork('vpc.update')
  update(@Payload() command: UpdateVpc, @Ctx() context: RpcContext): Promise<VpcView> {
    return this.vpcs.update(command, context);
  }

  @AnswersNetwork('vpc.move')
  move(@Payload() command: MoveVpc, @Ctx() context: RpcContext): Promise<VpcView> {
    return this.vpcs.move(command, context);
  }

  @AnswersNetwork('vpc.delete')
  delete(@Payload() command: GetVpc, @Ctx() context: RpcContext): Promise<null> {
    return this.vpcs.delete(command, context);
  }

  @AnswersNetwork('vpc.enable-routing')
  enableRouting(@Payload() command: GetVpc, @Ctx() context: RpcContext): Promise<Accepted<VpcView>> {
    return this.vpcs.enableRouting(command, context);
  }

  @AnswersNetwork('vpc.enable-custom-routes-propagation')
  enableCustomRoutesPropagation(@Payload() command: GetVpc, @Ctx() context: RpcContext): Promise<VpcView> {
    return this.vpcs.enableCustomRoutesPropagation(command, context);
  }
}
