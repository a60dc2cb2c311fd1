import { Injectable } from '@nestjs/common';
import { canonicalAddress, containsAddress, parseAddress, parseCidr } from '@isthmus/cidr';
import type { AssignAddresses, CheckAddress, ListAddresses, ReleaseOwner } from '@isthmus/contracts';
import { Database, rehearse, type Tx } from '@isthmus/db';
import type { AddressFamily, AddressView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { onlyUuids, requireUuid } from '../reference';
import { heldFor } from '../subnet/subnet-shape';
import { SubnetRepository } from '../subnet/subnet.repository';
import { familyOf } from '../subnet/subnet.view';
import { AddressRefusals } from './address.refusals';
import {
  type Allocation,
  type AllocationSource,
  type AddressRow,
  AddressRepository,
  type Wanted,
} from './address.repository';
import { foreignOwnerProblem, OwnerTypes } from './owner-types';
import { heldProblem, inUseProblem, outsideDetail } from './address.problems';
import { viewOfAddress } from './address.view';

/** Rules of the addresses that networks assign to their machines. */
@Injectable()
export class AddressService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly addresses: AddressRepository,
    private readonly subnets: SubnetRepository,
    private readonly refusals: AddressRefusals,
    private readonly ownerTypes: OwnerTypes,
  ) {}

  /** Tells early what an assignment would say later. */
  async check(request: CheckAddress, context: RpcContext): Promise<null> {
    requireUuid('private-network', request.privateNetworkId);
    const address = canonicalAddress(request.address);
    const subnets = await this.subnets.listOfNetworks(this.database, context.projectId, [request.privateNetworkId]);
    const subnet = subnets.find(({ cidr }) => containsAddress(parseCidr(cidr), parseAddress(address)));
    if (!subnet) throw ProblemError.invalid('address', outsideDetail(address, subnets));
    if (heldFor(subnet, address)) throw heldProblem(address, subnet);
    const use = await this.addresses.findUse(this.database, subnet.id, address);
    if (use) throw inUseProblem(address, use);
    return null;
  }

  async assign(request: AssignAddresses, context: RpcContext): Promise<AddressView[]> {
    const { privateNetworkId, owner } = request;
    requireUuid('private-network', privateNetworkId);
    if (!owner?.id || !owner.type) throw ProblemError.invalid('owner', 'An owner has a type and an id.', 'required');
    this.ownerTypes.require(context, owner.type);
    const wanted = wantedOf(request);
    const work = async (tx: Tx): Promise<AddressView[]> => {
      const isHolding = await this.addresses.lockOwner(tx, context.projectId, privateNetworkId, owner.id);
      if (isHolding && !request.isMove) throw alreadyHolding(request);
      if (request.addressIds) return this.attach(tx, { ...request, addressIds: request.addressIds }, context);
      return this.allocate(tx, {
        ...{ projectId: context.projectId, requestId: context.requestId, source: sourceIn(privateNetworkId) },
        ...{ wanted, owner, isReserved: false, tags: [] },
      });
    };
    return request.isDryRun ? rehearse(this.database, work) : this.once(context, work);
  }

  async releaseOwner(request: ReleaseOwner, context: RpcContext): Promise<null> {
    return this.once(context, async (tx) => {
      const isReleased = await this.addresses.releaseOwner(tx, context.projectId, request.ownerId, {
        except: onlyUuids(request.exceptAddressIds) ?? [],
        families: request.families ?? null,
        types: this.ownerTypes.of(context),
        requestId: context.requestId,
      });
      if (!isReleased) throw foreignOwnerProblem(context.caller);
      return null;
    });
  }

  async list(request: ListAddresses, context: RpcContext): Promise<AddressView[]> {
    const rows = await this.addresses.list(this.database, context.projectId, {
      privateNetworkIds: onlyUuids(request.privateNetworkIds),
      ownerIds: request.ownerIds,
      addressIds: onlyUuids(request.addressIds),
    });
    return rows.map(viewOfAddress);
  }

  /** All or nothing. A family that the network does not have is left out, unless an address of it was named. */
  private async allocate(tx: Tx, allocation: Allocation): Promise<AddressView[]> {
    const rows: AddressRow[] = [];
    for (const [index, allocated] of (await this.addresses.allocate(tx, allocation)).entries()) {
      const { address } = allocation.wanted[index] as Wanted;
      if (allocated.outcome === 'allocated') rows.push(allocated);
      else if (allocated.outcome !== 'no-subnet' || (address !== null && allocation.owner)) {
        throw await this.refusals.allocation(tx, allocation, allocated, address);
      }
    }
    return rows.map(viewOfAddress);
  }

  /** Attaches addresses that were booked before. */
  private async attach(
    tx: Tx,
    { addressIds, owner, privateNetworkId }: AssignAddresses & { addressIds: string[] },
    context: RpcContext,
  ): Promise<AddressView[]> {
    const ids = [...new Set(addressIds.map((id) => requireUuid('address', id).toLowerCase()))];
    const rows = await this.addresses.lock(tx, context.projectId, ids);
    for (const id of ids)
      requireAttachable(
        rows.find((row) => row.id === id),
        id,
        privateNetworkId,
      );
    if (new Set(rows.map((row) => familyOf(row.address))).size < rows.length) {
      throw ProblemError.invalid('addressIds', 'Give at most one address of each family.');
    }
    await this.addresses.attach(tx, ids, owner, context.requestId);
    return (await this.addresses.lock(tx, context.projectId, ids)).map(viewOfAddress);
  }

  private once<T>(context: RpcContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) => this.inbox.once(tx, context, () => work(tx)));
  }
}

function sourceIn(privateNetworkId: string): AllocationSource {
  return { privateNetworkId, subnetId: null, vpcId: null, zone: null, region: null };
}

/** One address per family: the given one, and the others by choice. */
function wantedOf({ address: text, addressIds, families = [4, 6] }: AssignAddresses): Wanted[] {
  if (text === undefined) return sorted(families).map((family) => ({ family, address: null }));
  if (addressIds) throw ProblemError.invalid('addressIds', 'Give an address or booked addresses, not both.');
  const address = canonicalAddress(text);
  if (!families.includes(familyOf(address))) {
    throw ProblemError.invalid('address', `${address} is not of the wanted families (IPv${families.join(', IPv')}).`);
  }
  return sorted(families).map((family) => ({ family, address: family === familyOf(address) ? address : null }));
}

/** Everybody takes IPv4 first, so that nobody waits in a circle. */
function sorted(families: AddressFamily[]): AddressFamily[] {
  return [...new Set(families)].sort();
}

function requireAttachable(row: AddressRow | undefined, id: string, privateNetworkId: string): void {
  if (!row) throw ProblemError.notFound('address', id);
  if (row.privateNetworkId !== privateNetworkId) {
    const home = row.privateNetworkId === null ? `zone ${row.zone}` : `private network ${row.privateNetworkId}`;
    const detail = `${row.address} belongs to ${home}, not to private network ${privateNetworkId}.`;
    throw ProblemError.invalid('addressIds', detail);
  }
  if (row.ownerId !== null) throw inUseProblem(row.address, row);
}

function alreadyHolding({ owner, privateNetworkId }: AssignAddresses): ProblemError {
  const detail = `${owner.type} ${owner.id} has addresses of this network already; release them first.`;
  return new ProblemError('conflict', detail, { resource: 'private-network', resourceId: privateNetworkId });
}
