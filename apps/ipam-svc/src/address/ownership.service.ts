import { Injectable } from '@nestjs/common';
import type { AddressReference, AttachAddress, DetachAddress, MoveAddress, UpdateAddress } from '@isthmus/contracts';
import { Database, type Tx } from '@isthmus/db';
import type { AddressReverse, AddressView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { requireUuid } from '../reference';
import { inUseProblem, notOwnerProblem } from './address.problems';
import { AddressRepository, type AddressRow } from './address.repository';
import { viewOfAddress } from './address.view';
import { canonicalMac, CUSTOM, ownerOf } from './owner';
import { OwnerTypes } from './owner-types';
import { checkReverses, checkTags } from './labels';

/** Rules of attaching, detaching and moving booked addresses: one owner at a time, and only its product lets go. */
@Injectable()
export class OwnershipService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly addresses: AddressRepository,
    private readonly ownerTypes: OwnerTypes,
  ) {}

  async attach(request: AttachAddress, context: RpcContext): Promise<AddressView> {
    const owner = ownerOf(request.owner);
    this.ownerTypes.require(context, owner.type);
    return this.change(request, context, async (tx, row) => {
      if (row.ownerId !== null) throw inUseProblem(row.address, row);
      await this.addresses.attach(tx, [row.id], owner, context.requestId);
    });
  }

  async detach(request: DetachAddress, context: RpcContext): Promise<AddressView> {
    const { owner } = request;
    const isOwner = 'macAddress' in owner ? hasMac(owner.macAddress, 'owner') : hasId(owner);
    return this.change(request, context, async (tx, row) => {
      this.requireOwner(row, isOwner, context);
      await this.addresses.detach(tx, context.projectId, [row.id], context.requestId);
    });
  }

  async move(request: MoveAddress, context: RpcContext): Promise<AddressView> {
    const isOwner = hasMac(request.from.macAddress, 'from');
    const to = request.to && ownerOf({ macAddress: request.to.macAddress, name: request.to.name }, 'to');
    return this.change(request, context, async (tx, row) => {
      const { projectId, requestId } = context;
      this.requireOwner(row, isOwner, context);
      if (!to) return this.addresses.detach(tx, projectId, [row.id], requestId);
      await this.addresses.note(tx, projectId, [row.id], requestId);
      await this.addresses.attach(tx, [row.id], to, requestId);
    });
  }

  /** The one change that an attached address allows: it touches neither the address nor its owner. */
  async update(request: UpdateAddress, context: RpcContext): Promise<AddressView> {
    const tags = request.tags === undefined ? null : checkTags(request.tags);
    return this.change(request, context, async (tx, row) => {
      const reverses: AddressReverse[] | null = request.reverses ? checkReverses(request.reverses, row) : null;
      await this.addresses.update(tx, row.id, tags, reverses);
    });
  }

  /** Locks the address, does the work, and answers it as it is then. An automatic one is gone when it is detached. */
  private async change(
    { addressId, region }: AddressReference,
    context: RpcContext,
    work: (tx: Tx, row: AddressRow) => Promise<void>,
  ): Promise<AddressView> {
    const id = requireUuid('address', addressId).toLowerCase();
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const [row] = await this.addresses.lock(tx, context.projectId, [id]);
        if (!row || (region !== undefined && row.region !== region)) throw ProblemError.notFound('address', id);
        context.recordBefore(viewOfAddress(row));
        await work(tx, row);
        return viewOfAddress((await this.addresses.find(tx, context.projectId, id)) ?? ownerless(row));
      }),
    );
  }

  /** The owning product first: others do not learn who the owner is. */
  private requireOwner(row: AddressRow, isOwner: (row: AddressRow) => boolean, context: RpcContext): void {
    if (row.ownerType !== null) this.ownerTypes.requireOwnerOf(context, { type: row.ownerType });
    if (!isOwner(row)) throw notOwnerProblem(row);
  }
}

function hasMac(macAddress: string, field: string): (row: AddressRow) => boolean {
  const mac = canonicalMac(macAddress, field);
  return (row) => row.ownerType === CUSTOM && row.ownerMacAddress === mac;
}

function hasId({ type, id }: { type: string; id: string }): (row: AddressRow) => boolean {
  return (row) => row.ownerType === type && row.ownerId === id;
}

function ownerless(row: AddressRow): AddressRow {
  return { ...row, ownerType: null, ownerId: null };
}
