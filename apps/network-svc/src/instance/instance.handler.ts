import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ListInstances, NetworkCalls } from '@isthmus/contracts';
import type { InstanceView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { InstanceService } from './instance.service';

const AnswersNetwork = Answers<NetworkCalls>();

@Controller()
export class InstanceHandler {
  constructor(private readonly instances: InstanceService) {}

  @AnswersNetwork('instance.get')
  get(@Payload() query: { instanceId: string }, @Ctx() context: RpcContext): Promise<InstanceView> {
    return this.instances.get(query.instanceId, context);
  }

  @AnswersNetwork('instance.list')
  list(@Payload() query: ListInstances, @Ctx() context: RpcContext): Promise<InstanceView[]> {
    return this.instances.list(query, context);
  }
}
