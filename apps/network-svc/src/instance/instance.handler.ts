import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  DeleteInstance,
  ListInstances,
  NetworkCalls,
  PageInstances,
  Planned,
  RegisterInstance,
  RenameInstance,
} from '@isthmus/contracts';
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

  @AnswersNetwork('instance.page')
  page(@Payload() query: PageInstances, @Ctx() context: RpcContext): Promise<InstanceView[]> {
    return this.instances.page(query, context);
  }

  @AnswersNetwork('instance.register')
  register(@Payload() command: RegisterInstance, @Ctx() context: RpcContext): Promise<InstanceView & Planned> {
    return this.instances.register(command, context);
  }

  @AnswersNetwork('instance.rename')
  rename(@Payload() command: RenameInstance, @Ctx() context: RpcContext): Promise<InstanceView> {
    return this.instances.rename(command, context);
  }

  @AnswersNetwork('instance.delete')
  delete(@Payload() command: DeleteInstance, @Ctx() context: RpcContext): Promise<null> {
    return this.instances.delete(command, context);
  }
}
