import { Injectable } from '@nestjs/common';
import type { AddressPlace, BookAddress } from '@isthmus/contracts';
import type { Queryable } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { SubnetRepository, type SubnetRow } from '../subnet/subnet.repository';
import { exhaustedProblem, heldProblem, inUseProblem, outsideDetail } from './address.problems';
import { type Allocation, AddressRepository, type Refused } from './address.repository';
import type { RefusedPlace } from './address-set.repository';

/** Finds out what to say when an address was not allocated; costs its queries only then. */
@Injectable()
export class AddressRefusals {
  constructor(
    private readonly addresses: AddressRepository,
    private readonly subnets: SubnetRepository,
  ) {}

  /** Why a wanted address was not allocated. `address` is the one that was named, if any. */
  async allocation(
    tx: Queryable,
    allocation: Allocation,
    refused: Refused,
    address: string | null,
  ): Promise<ProblemError> {
    const { projectId, owner } = allocation;
    const { privateNetworkId } = allocation.source;
    const subnet = refused.subnetId ? await this.subnets.findWithFree(tx, refused.subnetId) : undefined;
    if (refused.outcome === 'outside' || refused.outcome === 'no-subnet' || !subnet) {
      const own = privateNetworkId ? await this.subnets.listOfNetworks(tx, projectId, [privateNetworkId]) : [];
      const detail = outsideDetail(address ?? '', own.length > 0 || !subnet ? own : [subnet]);
      // A saga that assigns has asked before whether the address fits: the network was changed since.
      return owner && !allocation.isReserved
        ? new ProblemError('conflict', detail, { resource: 'address' })
        : ProblemError.invalid('address', detail);
    }
    return this.untakeable(tx, subnet, refused.outcome, address);
  }

  /** Why one place of a set got no address; `refused` is one of `places`, and it is read after what was taken is back. */
  async place(
    tx: Queryable,
    projectId: string,
    places: readonly AddressPlace[],
    { outcome, refused, subnetId }: RefusedPlace,
  ): Promise<ProblemError> {
    const place = places[refused - 1] as AddressPlace;
    if ('addressId' in place) {
      const row = outcome === 'attached' ? await this.addresses.find(tx, projectId, place.addressId) : undefined;
      return row ? inUseProblem(row.address, row) : ProblemError.notFound('address', place.addressId);
    }
    const subnet = subnetId === null ? undefined : await this.subnets.findWithFree(tx, subnetId);
    if (!subnet || outcome === 'missing' || outcome === 'attached') {
      const [resource, id] = 'zone' in place ? ['zone', place.zone] : ['subnet', place.subnetId];
      return ProblemError.notFound(resource, id);
    }
    const address = 'subnetId' in place ? (place.address ?? null) : null;
    if (outcome === 'outside') return ProblemError.invalid('address', outsideDetail(address ?? '', [subnet]));
    const isOneOfSeveral = places.filter((other) => sourceOf(other) === sourceOf(place)).length > 1;
    return this.untakeable(tx, subnet, outcome, address, isOneOfSeveral);
  }

  /** Why nothing was booked. */
  async booking(db: Queryable, request: BookAddress, allocation: Allocation, refused: Refused): Promise<ProblemError> {
    if (refused.outcome === 'no-subnet') return this.noSource(db, request, allocation.projectId);
    return this.allocation(db, allocation, refused, allocation.wanted[0]?.address ?? null);
  }

  /** Why a subnet or pool that is there did not give an address. */
  private async untakeable(
    tx: Queryable,
    subnet: SubnetRow & { free: string },
    outcome: 'held' | 'in-use' | 'exhausted',
    address: string | null,
    isOneOfSeveral = false,
  ): Promise<ProblemError> {
    switch (outcome) {
      case 'held':
        return heldProblem(address ?? '', subnet);
      case 'in-use':
        return inUseProblem(address ?? '', await this.addresses.findUse(tx, subnet.id, address ?? ''));
      case 'exhausted':
        return exhaustedProblem(subnet, BigInt(subnet.free), isOneOfSeveral);
    }
  }

  /** Why there is nothing to book from. */
  private async noSource(db: Queryable, request: BookAddress, projectId: string): Promise<ProblemError> {
    const { family, region } = request;
    const detail = `has no IPv${family} addresses; choose the other family or another source.`;
    const isHere = (subnet: { region: string }): boolean => region === undefined || subnet.region === region;
    if (request.zone !== undefined) {
      const zone = request.zone;
      return (await this.subnets.listOfZone(db, zone)).some(isHere)
        ? ProblemError.invalid('family', `Zone ${zone} ${detail}`)
        : ProblemError.notFound('zone', zone);
    }
    if (request.subnetId !== undefined) {
      const subnet = await this.subnets.find(db, projectId, request.subnetId);
      return subnet && isHere(subnet)
        ? ProblemError.invalid('family', `${subnet.cidr} ${detail}`)
        : ProblemError.notFound('subnet', request.subnetId);
    }
    if (request.vpcId !== undefined) {
      return (await this.subnets.listOfVpc(db, projectId, request.vpcId)).some(isHere)
        ? ProblemError.invalid('family', `VPC ${request.vpcId} ${detail}`)
        : ProblemError.notFound('vpc', request.vpcId);
    }
    const { privateNetworkId = '' } = request;
    return (await this.subnets.listOfNetworks(db, projectId, [privateNetworkId])).some(isHere)
      ? ProblemError.invalid('family', `Private network ${privateNetworkId} ${detail}`)
      : ProblemError.notFound('private-network', privateNetworkId);
  }
}

/** Subnet, or zone with family. */
function sourceOf(place: AddressPlace): string {
  if ('subnetId' in place) return place.subnetId;
  return 'zone' in place ? `${place.zone} ${place.family}` : place.addressId;
}
