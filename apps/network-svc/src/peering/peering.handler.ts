import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { CreatePeering, ListPeerings, NetworkCalls, UpdatePeering } from '@isthmus/contracts';
import type { Accepted, PeeringChange, PeeringView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { PeeringService } from './peering.service';

const AnswersNetwork = Answers<NetworkCalls>();

@Controller()
export class PeeringHandler {
  constructor(private readonly peerings: PeeringService) {}

  @AnswersNetwork('peering.list')
  list(@Payload() query: ListPeerings, @Ctx() context: RpcContext): Promise<PeeringView[]> {
    return this.peerings.list(query, context);
  }

  @AnswersNetwork('peering.get')
  get(@Payload() query: { peeringId: string }, @Ctx() context: RpcContext): Promise<PeeringView> {
    return this.peerings.get(query, context);
  }

  @AnswersNetwork('peering.history')
  history(@Payload() query: { peeringId: string }, @Ctx() context: RpcContext): Promise<PeeringChange[]> {
    return this.peerings.history(query, context);
  }

  @AnswersNetwork('peering.create')
  create(@Payload() command: CreatePeering, @Ctx() context: RpcContext): Promise<Accepted<PeeringView>> {
    return this.peerings.create(command, context);
  }

  @AnswersNetwork('peering.update')
  update(@Payload() command: UpdatePeering, @Ctx() context: RpcContext): Promise<Accepted<PeeringView>> {
    return this.peerings.update(command, context);
  }

  @AnswersNetwork('peering.delete')
  delete(@Payload() command: { peeringId: string }, @Ctx() context: RpcContext): Promise<Accepted<PeeringView>> {
    return this.peerings.delete(command, context);
  }
}
