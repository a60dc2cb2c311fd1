import { Injectable } from '@nestjs/common';
import type { AssignAddresses } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import type { AddressView } from '@isthmus/model';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { InstanceRepository } from '../instance/instance.repository';
import { PrivateNetworkRepository } from '../private-network/private-network.repository';
import { AttachmentRepository } from './attachment.repository';
import { toFabricPort } from './attachment.view';

export interface CreateAttachmentInput extends AssignAddresses {
  instanceId: string;
}

type Input = CreateAttachmentInput;

/**
 * attachment.create
 *   assign-addresses   ipam-svc leases one address per family (none on an unmanaged network)
 *   ensure-port        the fabric plugs the NIC in
 * Undone, the NIC is gone and its places on network and instance are free.
 */
@Injectable()
export class CreateAttachmentSaga implements Saga<Input> {
  readonly kind = 'attachment.create';
  readonly deadlineMs = 60_000;
  readonly isCancellable = true;

  private readonly assignAddresses: SagaStep<Input> = {
    name: 'assign-addresses',
    do: (run) => {
      const { privateNetworkId, owner, address, addressIds } = run.input;
      return this.ipam.assignAddresses(run, 'assign-addresses', { privateNetworkId, owner, address, addressIds });
    },
    undo: (run) => this.ipam.undo(run, 'assign-addresses'),
  };

  private readonly ensurePort: SagaStep<Input> = {
    name: 'ensure-port',
    do: async (run) => {
      const attachment = await this.attachments.getById(run.resource.id);
      const addresses = run.output<AddressView[]>('assign-addresses') ?? [];
      await this.fabric.ensurePort(toFabricPort(attachment, addresses, BigInt(attachment.revision)), run.signal);
    },
    undo: async (run) => {
      const { id, revision } = await this.attachments.getById(run.resource.id);
      await this.fabric.removePort({ id, revision: BigInt(revision) }, run.signal);
    },
  };

  readonly steps = [this.assignAddresses, this.ensurePort];

  constructor(
    private readonly attachments: AttachmentRepository,
    private readonly networks: PrivateNetworkRepository,
    private readonly instances: InstanceRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.attachments.settle(tx, run.resource.id, null);
  }

  async abandon(tx: Tx, run: SagaRun<Input>): Promise<void> {
    await this.instances.givePlaceBack(tx, run.input.instanceId);
    await this.networks.givePlaceBack(tx, run.input.privateNetworkId);
    await this.attachments.delete(tx, run.resource.id);
  }
}
