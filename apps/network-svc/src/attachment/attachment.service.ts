import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type {
  AttachmentSelector,
  CreateAttachment,
  ListAttachments,
  Page,
  Planned,
  PlannedAttachment,
  QuotaUse,
  UpdateAttachmentIp,
} from '@isthmus/contracts';
import { Database, rehearse, type Tx, violatedConstraint } from '@isthmus/db';
import {
  type Accepted,
  type AddressView,
  type AttachmentView,
  MAX_ATTACHMENTS_PER_INSTANCE,
  MAX_ATTACHMENTS_PER_NETWORK,
  type OperationView,
} from '@isthmus/model';
import { busyWith, OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { IpamClient } from '../clients/ipam.client';
import { NETWORK_CONFIG, type NetworkConfig } from '../config';
import { withoutOperation } from '../dry-run';
import type { Instance } from '../instance/instance.entity';
import { InstanceRepository } from '../instance/instance.repository';
import type { PrivateNetwork } from '../private-network/private-network.entity';
import { PrivateNetworkRepository } from '../private-network/private-network.repository';
import { isNextHop } from '../route/route.problems';
import { RouteRepository } from '../route/route.repository';
import type { Attachment } from './attachment.entity';
import { attachmentRefusal } from './attachment.refusals';
import { AttachmentRepository } from './attachment.repository';
import { toAddressOwner, toAttachmentView } from './attachment.view';
import { CreateAttachmentSaga } from './create-attachment.saga';
import { DeleteAttachmentSaga } from './delete-attachment.saga';
import { UpdateAttachmentIpSaga } from './update-attachment-ip.saga';

type AcceptedAttachment = Accepted<AttachmentView> & Planned;
type Change = { attachment: Attachment; operation: OperationView; quotas?: QuotaUse[] };

/** The rules of attachments, and the transactions that accept their changes. Locks: instance, then network, then NIC. */
@Injectable()
export class AttachmentService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly attachments: AttachmentRepository,
    private readonly networks: PrivateNetworkRepository,
    private readonly instances: InstanceRepository,
    private readonly routes: RouteRepository,
    private readonly ipam: IpamClient,
    @Inject(NETWORK_CONFIG) private readonly config: NetworkConfig,
  ) {}

  /** Errors: `not-found`, `busy` (network), `quota-exceeded`, `already-exists`, `invalid-argument`, `conflict` (address). */
  create(command: CreateAttachment, context: RpcContext): Promise<PlannedAttachment> {
    return this.inbox.orEarlier(this.database, context, () => this.admit(command, context));
  }

  private async admit(command: CreateAttachment, context: RpcContext): Promise<PlannedAttachment> {
    const { privateNetworkId, instanceId, address, addressIds, isDryRun } = command;
    if (address !== undefined) {
      await this.requireNetwork(command, context);
      await this.ipam.checkAddress(context, { privateNetworkId, address });
    }
    const change = async (tx: Tx): Promise<Change> => {
      const { attachment, instance } = await this.insert(tx, command, context.projectId);
      const operation = await this.engine.accept(tx, CreateAttachmentSaga, {
        by: context,
        resource: { type: 'attachment', id: attachment.id },
        reference: { type: 'private-network', id: privateNetworkId },
        input: { privateNetworkId, instanceId, address, addressIds, owner: toAddressOwner(attachment, instance.name) },
      });
      // Last, because all attaches of a network queue for its row: held only until the commit, it lets them pass quickly.
      const network = await this.takeNetworkPlace(tx, command, context.projectId);
      return { attachment, operation, quotas: placesTaken(instance, network) };
    };
    const accepted = await this.accept(context, change, isDryRun);
    if (!isDryRun) return accepted;
    const { id } = accepted.resource;
    const owner = { type: 'instance_private_nic', id, parentId: instanceId, name: null, macAddress: null };
    const request = { privateNetworkId, address, addressIds, owner };
    return { ...accepted, plannedAddresses: await this.ipam.planAddresses(context, request) };
  }

  async get(selector: AttachmentSelector, context: RpcContext): Promise<AttachmentView> {
    return toAttachmentView(await this.require(selector, context));
  }

  list(query: ListAttachments, context: RpcContext): Promise<Page<AttachmentView>> {
    return this.attachments.list(context.projectId, query);
  }

  /** Tags touch no fabric: no operation. */
  updateTags(command: AttachmentSelector & { tags: string[] }, context: RpcContext): Promise<AttachmentView> {
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const attachment = await this.attachments.lock(tx, context.projectId, command);
        if (!attachment) throw missing(command);
        context.recordBefore(toAttachmentView(attachment));
        return toAttachmentView(await this.attachments.setTags(tx, attachment.id, command.tags));
      }),
    );
  }

  /** Errors: `not-found`, `busy`, `invalid-argument` and `conflict` (address), `precondition-failed` (no lease to move, a next hop). */
  updateIp(command: UpdateAttachmentIp, context: RpcContext): Promise<AcceptedAttachment> {
    return this.inbox.orEarlier(this.database, context, () => this.admitMove(command, context));
  }

  private async admitMove(command: UpdateAttachmentIp, context: RpcContext): Promise<AcceptedAttachment> {
    const { privateNetworkId, instanceId, address } = command;
    await this.requireNetwork(command, context);
    const selected = await this.require({ privateNetworkId, instanceId }, context);
    const formerAddresses = await this.ipam.listAddressesOf(context, selected.id);
    const former = formerAddresses.find(({ family }) => family === 4);
    if (!former) throw unmanaged(privateNetworkId);
    const isUnchanged = former.address === address;
    if (address !== undefined && !isUnchanged) await this.ipam.checkAddress(context, { privateNetworkId, address });
    return this.accept(context, async (tx) => {
      await this.lockIdle(tx, { privateNetworkId, instanceId }, context);
      const attachment = await this.attachments.beginChange(tx, selected.id, 'updating');
      const operation = await this.engine.accept(tx, UpdateAttachmentIpSaga, {
        by: context,
        resource: { type: 'attachment', id: attachment.id },
        reference: { type: 'private-network', id: privateNetworkId },
        input: {
          isUnchanged,
          privateNetworkId,
          address,
          owner: ownerOf(attachment, former),
          formerAddresses,
          revision: attachment.revision,
        },
      });
      return { attachment, operation };
    });
  }

  /** Errors: `not-found`, `busy`, `precondition-failed` (a next hop). */
  delete(selector: AttachmentSelector, context: RpcContext): Promise<AcceptedAttachment> {
    return this.accept(context, async (tx) => {
      const { id, privateNetworkId } = await this.lockIdle(tx, selector, context);
      const attachment = await this.attachments.beginChange(tx, id, 'detaching');
      const operation = await this.engine.accept(tx, DeleteAttachmentSaga, {
        by: context,
        resource: { type: 'attachment', id },
        reference: { type: 'private-network', id: privateNetworkId },
        input: { revision: attachment.revision },
      });
      return { attachment, operation };
    });
  }

  private async accept(
    context: RpcContext,
    change: (tx: Tx) => Promise<Change>,
    isDryRun = false,
  ): Promise<AcceptedAttachment> {
    const work = async (tx: Tx): Promise<AcceptedAttachment> => {
      const { attachment, operation, quotas } = await change(tx);
      const accepted = { resource: toAttachmentView(attachment), operation };
      return isDryRun ? { ...accepted, plannedQuotas: quotas } : accepted;
    };
    if (isDryRun) return withoutOperation(await rehearse(this.database, work));
    return this.database.transaction((tx) => this.inbox.once(tx, context, () => work(tx)));
  }

  /** The counts of both sides are checked by the database, so that racing attaches cannot pass a limit. */
  private async insert(
    tx: Tx,
    command: CreateAttachment,
    projectId: string,
  ): Promise<{ attachment: Attachment; instance: Instance }> {
    const { privateNetworkId, instanceId: id, instanceZone: zone, region } = command;
    try {
      if (this.config.isInstanceRegistryOpen) {
        await this.instances.register(tx, { id, projectId, region, zone, name: `instance-${id.slice(0, 8)}` });
      }
      const instance = await this.instances.takePlace(tx, id, projectId, zone);
      if (!instance) throw ProblemError.notFound('instance', id);
      const fresh = { id: randomUUID(), projectId, privateNetworkId, instanceId: id, region, zone, tags: command.tags };
      return { attachment: await this.attachments.insert(tx, fresh), instance };
    } catch (error) {
      throw attachmentRefusal(violatedConstraint(error), command) ?? error;
    }
  }

  private async takeNetworkPlace(tx: Tx, command: CreateAttachment, projectId: string): Promise<PrivateNetwork> {
    const { privateNetworkId: id } = command;
    try {
      const taken = await this.networks.takePlace(tx, id, projectId, command);
      if (taken) return taken;
    } catch (error) {
      throw attachmentRefusal(violatedConstraint(error), command) ?? error;
    }
    const network = await this.networks.lock(tx, id, projectId, command);
    throw network ? await busyWith(tx, { type: 'private-network', id }) : ProblemError.notFound('private-network', id);
  }

  private async requireNetwork(
    scope: { privateNetworkId: string; region: string; zone?: string },
    context: RpcContext,
  ): Promise<void> {
    const network = await this.networks.find(scope.privateNetworkId, context.projectId, scope);
    if (!network) throw ProblemError.notFound('private-network', scope.privateNetworkId);
  }

  private async require(selector: AttachmentSelector, context: RpcContext): Promise<Attachment> {
    const attachment = await this.attachments.find(context.projectId, selector);
    if (!attachment) throw missing(selector);
    return attachment;
  }

  private async lockIdle(tx: Tx, selector: AttachmentSelector, context: RpcContext): Promise<Attachment> {
    const attachment = await this.attachments.lock(tx, context.projectId, selector);
    if (!attachment) throw missing(selector);
    context.recordBefore(toAttachmentView(attachment));
    const isIdle = attachment.state === 'active' || attachment.state === 'error';
    if (!isIdle) throw await busyWith(tx, { type: 'attachment', id: attachment.id });
    const route = await this.routes.findThrough(tx, attachment.id);
    if (route) throw isNextHop(attachment.id, route);
    return attachment;
  }
}

/** Both count with the place that was just taken. */
function placesTaken(instance: Instance, network: PrivateNetwork): QuotaUse[] {
  const use = (resource: string, limit: number, after: number) => ({ resource, limit, current: after - 1, after });
  return [
    use('attachment-of-instance', MAX_ATTACHMENTS_PER_INSTANCE, instance.attachmentCount),
    use('attachment-of-private-network', MAX_ATTACHMENTS_PER_NETWORK, network.attachmentCount),
  ];
}

function ownerOf(attachment: Attachment, former: AddressView) {
  return toAddressOwner(attachment, former.owner?.name ?? attachment.instanceId);
}

function missing(selector: AttachmentSelector): ProblemError {
  if ('attachmentId' in selector) return ProblemError.notFound('attachment', selector.attachmentId);
  const { instanceId, privateNetworkId } = selector;
  const detail = `Instance ${instanceId} is not attached to private network ${privateNetworkId}.`;
  return new ProblemError('not-found', detail, { resource: 'attachment', resourceId: instanceId });
}

function unmanaged(privateNetworkId: string): ProblemError {
  const detail = 'This private network is unmanaged and leases no addresses: give it a range first.';
  return new ProblemError('precondition-failed', detail, {
    resource: 'private-network',
    resourceId: privateNetworkId,
    precondition: 'network_is_managed',
  });
}
