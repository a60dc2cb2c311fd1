import { Injectable } from '@nestjs/common';
import { canonicalAddress } from '@isthmus/cidr';
import type { AddressReference, BookAddress, ReleaseAddresses } from '@isthmus/contracts';
import { Database, isContention, rehearse, type Tx } from '@isthmus/db';
import type { AddressView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { requireUuid } from '../reference';
import { familyOf } from '../subnet/subnet.view';
import { attachedProblem } from './address.problems';
import { AddressRefusals } from './address.refusals';
import { AddressRepository, type Allocation, type AllocationSource } from './address.repository';
import { viewOfAddress } from './address.view';
import { ownerOf } from './owner';
import { OwnerTypes } from './owner-types';

const MOST_RELEASED = 1_000;

/** Rules of booking and of releasing what was booked. */
@Injectable()
export class BookingService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly addresses: AddressRepository,
    private readonly refusals: AddressRefusals,
    private readonly ownerTypes: OwnerTypes,
  ) {}

  async book(request: BookAddress, context: RpcContext): Promise<AddressView> {
    const allocation = this.allocationOf(request, context);
    if (request.isDryRun) return this.rehearse(request, allocation);
    const booked = await this.addresses.book(this.database, allocation, context).catch(unlessContention);
    // Done before, or lost a race: the long way reads the first answer, or tries again.
    if (!booked?.isFirst) {
      return this.inTransaction((tx) => this.inbox.once(tx, context, () => this.allocate(tx, request, allocation)));
    }
    if (booked.outcome === 'allocated') return booked.view;
    throw await this.refusals.booking(this.database, request, allocation, booked);
  }

  async release({ addressId, region }: AddressReference, context: RpcContext): Promise<null> {
    requireUuid('address', addressId);
    const released = await this.addresses
      .release(this.database, context, addressId, region ?? null)
      .catch(unlessContention);
    if (!released?.isFirst) return this.releaseSet({ addressIds: [addressId], region }, context);
    if (released.outcome === 'missing') throw ProblemError.notFound('address', addressId);
    if (released.outcome === 'attached') {
      throw attachedProblem(await this.addresses.find(this.database, context.projectId, addressId), addressId);
    }
    return null;
  }

  /** All or nothing. */
  async releaseSet({ addressIds, region }: ReleaseAddresses, context: RpcContext): Promise<null> {
    const ids = [...new Set(addressIds.map((id) => requireUuid('address', id).toLowerCase()))];
    if (ids.length === 0 || ids.length > MOST_RELEASED) {
      throw ProblemError.invalid('addressIds', `Name 1 to ${MOST_RELEASED} addresses.`);
    }
    const { projectId, requestId } = context;
    return this.inTransaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const rows = await this.addresses.lock(tx, projectId, ids);
        for (const id of ids) {
          const row = rows.find((candidate) => candidate.id === id);
          if (!row || (region !== undefined && row.region !== region)) throw ProblemError.notFound('address', id);
          if (row.ownerId !== null) throw attachedProblem(row, id);
          context.recordBefore(viewOfAddress(row));
        }
        await this.addresses.releaseLocked(tx, projectId, ids, requestId);
        return null;
      }),
    );
  }

  private allocationOf(request: BookAddress, context: RpcContext): Allocation {
    const { family, tags } = request;
    const source = sourceOf(request);
    const address = request.address === undefined ? null : canonicalAddress(request.address);
    if (address !== null && source.zone !== null) {
      throw ProblemError.invalid('address', 'A zone hands out its addresses itself; leave the address out.');
    }
    if (address !== null && familyOf(address) !== family) {
      throw ProblemError.invalid('address', `${address} is not an IPv${family} address.`);
    }
    const owner = request.owner ? ownerOf(request.owner) : null;
    if (owner) this.ownerTypes.require(context, owner.type);
    const { projectId, requestId } = context;
    return { projectId, requestId, source, wanted: [{ family, address }], owner, isReserved: true, tags };
  }

  private async allocate(tx: Tx, request: BookAddress, allocation: Allocation): Promise<AddressView> {
    const [allocated] = await this.addresses.allocate(tx, allocation);
    if (allocated?.outcome === 'allocated') return viewOfAddress(allocated);
    throw await this.refusals.booking(tx, request, allocation, allocated ?? { outcome: 'no-subnet', subnetId: null });
  }

  /** Books and takes it back, so that a dry run says what a booking would. */
  private rehearse(request: BookAddress, allocation: Allocation): Promise<AddressView> {
    return rehearse(this.database, (tx) => this.allocate(tx, request, allocation));
  }

  private inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }
}

function unlessContention(error: unknown): undefined {
  if (!isContention(error)) throw error;
}

function sourceOf(request: BookAddress): AllocationSource {
  const { subnetId = null, privateNetworkId = null, vpcId = null, zone = null, region = null } = request;
  if ([subnetId, privateNetworkId, vpcId, zone].filter((id) => id !== null).length !== 1) {
    const detail = 'Name exactly one source: a zone, a private network, a subnet or a VPC.';
    throw ProblemError.invalid('source', detail, 'required');
  }
  if (subnetId !== null) requireUuid('subnet', subnetId);
  if (privateNetworkId !== null) requireUuid('private-network', privateNetworkId);
  if (vpcId !== null) requireUuid('vpc', vpcId);
  return { subnetId, privateNetworkId, vpcId, zone, region };
}
