import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type {
  ChangeNetworkSubnets,
  CheckSubnets,
  IpamCalls,
  Page,
  QuerySubnets,
  RehomeSubnets,
  ReserveSubnets,
  ReshapeSubnet,
} from '@isthmus/contracts';
import type { SubnetCapacity, SubnetView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { SubnetQueryService } from './subnet-query.service';
import { SubnetService } from './subnet.service';

const AnswersIpam = Answers<IpamCalls>();

/** Subnet commands and questions in. */
@Controller()
export class SubnetHandler {
  constructor(
    private readonly subnets: SubnetService,
    private readonly queries: SubnetQueryService,
  ) {}

  @AnswersIpam('subnet.check')
  check(@Payload() request: CheckSubnets, @Ctx() context: RpcContext): Promise<null> {
    return this.subnets.check(request, context);
  }

  @AnswersIpam('subnet.reserve')
  reserve(@Payload() request: ReserveSubnets, @Ctx() context: RpcContext): Promise<SubnetView[]> {
    return this.subnets.reserve(request, context);
  }

  @AnswersIpam('subnet.reshape')
  reshape(@Payload() request: ReshapeSubnet, @Ctx() context: RpcContext): Promise<SubnetView> {
    return this.subnets.reshape(request, context);
  }

  @AnswersIpam('subnet.change')
  change(@Payload() request: ChangeNetworkSubnets, @Ctx() context: RpcContext): Promise<SubnetView[]> {
    return this.subnets.change(request, context);
  }

  @AnswersIpam('subnet.rehome')
  rehome(@Payload() request: RehomeSubnets, @Ctx() context: RpcContext): Promise<null> {
    return this.subnets.rehome(request, context);
  }

  @AnswersIpam('subnet.release')
  release(@Payload() request: { privateNetworkId: string }, @Ctx() context: RpcContext): Promise<null> {
    return this.subnets.release(request, context);
  }

  @AnswersIpam('subnet.list')
  list(@Payload() request: { privateNetworkIds: string[] }, @Ctx() context: RpcContext): Promise<SubnetView[]> {
    return this.subnets.list(request, context);
  }

  @AnswersIpam('subnet.query')
  query(@Payload() request: QuerySubnets, @Ctx() context: RpcContext): Promise<Page<SubnetView>> {
    return this.queries.query(request, context);
  }

  @AnswersIpam('subnet.capacity')
  capacity(@Payload() request: { subnetId: string }, @Ctx() context: RpcContext): Promise<SubnetCapacity> {
    return this.subnets.capacity(request, context);
  }
}
