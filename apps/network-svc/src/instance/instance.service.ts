import { Injectable } from '@nestjs/common';
import type { ListInstances } from '@isthmus/contracts';
import type { InstanceView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from '@isthmus/rpc';
import type { Instance } from './instance.entity';
import { InstanceRepository } from './instance.repository';

/** The registry of machines, as far as networks need it. */
@Injectable()
export class InstanceService {
  constructor(private readonly instances: InstanceRepository) {}

  async get(instanceId: string, context: RpcContext): Promise<InstanceView> {
    const instance = await this.instances.find(instanceId, context.projectId);
    if (!instance) throw ProblemError.notFound('instance', instanceId);
    return toInstanceView(instance);
  }

  async list(query: ListInstances, context: RpcContext): Promise<InstanceView[]> {
    return (await this.instances.list(context.projectId, query)).map(toInstanceView);
  }
}

function toInstanceView({ id, projectId, region, zone, name, createdAt }: Instance): InstanceView {
  return { id, projectId, region, zone, name, createdAt };
}
