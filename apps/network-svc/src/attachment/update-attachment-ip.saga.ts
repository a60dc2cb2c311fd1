import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { AddressOwner, AddressView } from '@isthmus/model';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { AttachmentRepository } from './attachment.repository';
import { toFabricPort } from './attachment.view';

export interface UpdateAttachmentIpInput {
  /** The NIC has the wanted address already: only the fabric is told again. */
  isUnchanged: boolean;
  privateNetworkId: string;
  /** The next free one when absent. */
  address?: string;
  owner: AddressOwner;
  formerAddresses: AddressView[];
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
}

type Input = UpdateAttachmentIpInput;

/**
 * attachment.update-ip
 *   assign-address    ipam-svc leases the new address, beside the former one
 *   ensure-port       the fabric lets the NIC use the new one only
 *   release-former    ipam-svc takes the former lease back     (cannot be refused: no way back from here)
 */
@Injectable()
export class UpdateAttachmentIpSaga implements Saga<Input> {
  readonly kind = 'attachment.update-ip';
  readonly deadlineMs = 60_000;
  readonly isCancellable = true;

  private readonly assignAddress: SagaStep<Input> = {
    name: 'assign-address',
    appliesTo: ({ isUnchanged }) => !isUnchanged,
    do: (run) => {
      const { privateNetworkId, owner, address } = run.input;
      const request = { privateNetworkId, owner, address, families: [4 as const], isMove: true };
      return this.ipam.assignAddresses(run, 'assign-address', request);
    },
    undo: (run) => this.ipam.undo(run, 'assign-address'),
  };

  private readonly ensurePort: SagaStep<Input> = {
    name: 'ensure-port',
    do: (run) => this.ensure(run, wantedAddresses(run), BigInt(run.input.revision) - 1n),
    undo: (run) => this.ensure(run, run.input.formerAddresses, BigInt(run.input.revision)),
  };

  private readonly releaseFormer: SagaStep<Input> = {
    name: 'release-former',
    isPointOfNoReturn: true,
    appliesTo: ({ isUnchanged }) => !isUnchanged,
    do: (run) => {
      const exceptAddressIds = wantedAddresses(run).map(({ id }) => id);
      return this.ipam.releaseOwner(run, 'release-former', { ownerId: run.resource.id, exceptAddressIds });
    },
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.assignAddress, this.ensurePort, this.releaseFormer];

  constructor(
    private readonly attachments: AttachmentRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.attachments.settle(tx, run.resource.id, null);
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.attachments.settle(tx, run.resource.id, failure.detail);
  }

  private async ensure(run: SagaRun<Input>, addresses: AddressView[], revision: bigint): Promise<void> {
    const attachment = await this.attachments.getById(run.resource.id);
    await this.fabric.ensurePort(toFabricPort(attachment, addresses, revision), run.signal);
  }
}

/** The new address and those of the other family; all as they are when nothing moves. */
function wantedAddresses(run: SagaRun<Input>): AddressView[] {
  const { formerAddresses, isUnchanged } = run.input;
  if (isUnchanged) return formerAddresses;
  const assigned = run.output<AddressView[]>('assign-address') ?? [];
  return [...assigned, ...formerAddresses.filter(({ family }) => family !== 4)];
}
