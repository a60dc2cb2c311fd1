import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type {
  DeleteInstance,
  ListInstances,
  PageInstances,
  Planned,
  RegisterInstance,
  RenameInstance,
} from '@isthmus/contracts';
import { Database, rehearse, type Tx } from '@isthmus/db';
import type { InstanceView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import type { Instance } from './instance.entity';
import { InstanceRepository } from './instance.repository';

/** The registry of machines, as far as networks need it. */
@Injectable()
export class InstanceService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly instances: InstanceRepository,
  ) {}

  async get(instanceId: string, context: RpcContext): Promise<InstanceView> {
    const instance = await this.instances.find(instanceId, context.projectId);
    if (!instance) throw ProblemError.notFound('instance', instanceId);
    return toInstanceView(instance);
  }

  async list(query: ListInstances, context: RpcContext): Promise<InstanceView[]> {
    return (await this.instances.list(context.projectId, query)).map(toInstanceView);
  }

  async page(query: PageInstances, context: RpcContext): Promise<InstanceView[]> {
    return (await this.instances.page(context.projectId, query)).map(toInstanceView);
  }

  /** Answers the instance that is there already when it is the same. Throws `already-exists` when it is another one. */
  register(command: RegisterInstance, context: RpcContext): Promise<InstanceView & Planned> {
    const { instanceId: id = randomUUID(), region, zone, name } = command;
    const { projectId } = context;
    const work = async (tx: Tx): Promise<InstanceView> => {
      const isNew = await this.instances.register(tx, { id, projectId, region, zone, name });
      const instance = await this.instances.lock(tx, id, projectId);
      if (instance?.zone !== zone || instance.name !== name) throw taken(id, instance);
      const view = toInstanceView(instance);
      if (!isNew) context.recordBefore(view);
      return view;
    };
    if (!command.isDryRun) return this.once(context, work);
    // Instances are not counted.
    return rehearse(this.database, async (tx) => ({ ...(await work(tx)), plannedQuotas: [] }));
  }

  /** Throws `not-found`, and `precondition-failed` when the name is not the one that the caller has seen. */
  rename({ instanceId, name, formerName }: RenameInstance, context: RpcContext): Promise<InstanceView> {
    return this.once(context, async (tx) => {
      const instance = await this.require(tx, instanceId, context);
      requireName(instance, formerName);
      context.recordBefore(toInstanceView(instance));
      return toInstanceView(await this.instances.rename(tx, instanceId, name));
    });
  }

  /** Throws as `rename`, and `conflict` while it is attached. An attach that comes at the same time waits for it. */
  delete({ instanceId, formerName }: DeleteInstance, context: RpcContext): Promise<null> {
    return this.once(context, async (tx) => {
      const instance = await this.require(tx, instanceId, context);
      requireName(instance, formerName);
      if (instance.attachmentCount > 0) throw attached(instance);
      context.recordBefore(toInstanceView(instance));
      await this.instances.delete(tx, instanceId);
      return null;
    });
  }

  private async require(tx: Tx, instanceId: string, context: RpcContext): Promise<Instance> {
    const instance = await this.instances.lock(tx, instanceId, context.projectId);
    if (!instance) throw ProblemError.notFound('instance', instanceId);
    return instance;
  }

  private once<T>(context: RpcContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) => this.inbox.once(tx, context, () => work(tx)));
  }
}

/** Of an instance of another project only that it exists is told. */
function taken(id: string, own: Instance | undefined): ProblemError {
  const detail = own
    ? `The instance ${id} is registered as ${own.name} in ${own.zone}; change its name, or register another one.`
    : `The id ${id} is taken; register the instance under another one.`;
  return new ProblemError('already-exists', detail, { resource: 'instance', resourceId: id });
}

function requireName({ id, name }: Instance, formerName: string | undefined): void {
  if (formerName === undefined || name === formerName) return;
  throw new ProblemError('precondition-failed', 'The instance has got another name meanwhile; read it again.', {
    resource: 'instance',
    resourceId: id,
    precondition: 'instance_is_unchanged',
  });
}

function attached({ id, attachmentCount }: Instance): ProblemError {
  const networks = `${attachmentCount} private network${attachmentCount === 1 ? '' : 's'}`;
  return new ProblemError('conflict', `The instance is attached to ${networks}; detach it first.`, {
    resource: 'instance',
    resourceId: id,
    precondition: 'instance_is_detached',
  });
}

function toInstanceView({ id, projectId, region, zone, name, createdAt }: Instance): InstanceView {
  return { id, projectId, region, zone, name, createdAt };
}
