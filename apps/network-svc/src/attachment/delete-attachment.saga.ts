import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { InstanceRepository } from '../instance/instance.repository';
import { PrivateNetworkRepository } from '../private-network/private-network.repository';
import { AttachmentRepository } from './attachment.repository';
import { toFabricPort } from './attachment.view';

export interface DeleteAttachmentInput {
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
}

type Input = DeleteAttachmentInput;

/**
 * attachment.delete
 *   remove-port         the fabric unplugs the NIC
 *   release-addresses   ipam-svc takes the leases back        (cannot be refused: no way back from here)
 */
@Injectable()
export class DeleteAttachmentSaga implements Saga<Input> {
  readonly kind = 'attachment.delete';
  readonly deadlineMs = 60_000;

  private readonly removePort: SagaStep<Input> = {
    name: 'remove-port',
    do: (run) => {
      const revision = BigInt(run.input.revision) - 1n;
      return this.fabric.removePort({ id: run.resource.id, revision }, run.signal);
    },
    undo: async (run) => {
      const attachment = await this.attachments.getById(run.resource.id);
      const addresses = await this.ipam.listAddressesOf(run, attachment.id);
      await this.fabric.ensurePort(toFabricPort(attachment, addresses, BigInt(run.input.revision)), run.signal);
    },
  };

  private readonly releaseAddresses: SagaStep<Input> = {
    name: 'release-addresses',
    isPointOfNoReturn: true,
    do: (run) => this.ipam.releaseOwner(run, 'release-addresses', { ownerId: run.resource.id }),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.removePort, this.releaseAddresses];

  constructor(
    private readonly attachments: AttachmentRepository,
    private readonly networks: PrivateNetworkRepository,
    private readonly instances: InstanceRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  async complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    const { instanceId, privateNetworkId } = await this.attachments.getById(run.resource.id);
    await this.instances.givePlaceBack(tx, instanceId);
    await this.networks.givePlaceBack(tx, privateNetworkId);
    await this.attachments.delete(tx, run.resource.id);
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.attachments.settle(tx, run.resource.id, failure.detail);
  }
}
