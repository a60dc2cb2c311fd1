import { Injectable } from '@nestjs/common';
import type { BookAddress } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { SubnetRepository } from '../subnet/subnet.repository';
import { exhaustedProblem, heldProblem, inUseProblem, outsideDetail } from './address.problems';
import { type Allocated, type Allocation, AddressRepository } from './address.repository';

type Refused = Exclude<Allocated, { outcome: 'allocated' }>;

/** Finds out what to say when an address was not allocated; costs its queries only then. */
@Injectable()
export class AddressRefusals {
  constructor(
    private readonly addresses: AddressRepository,
    private readonly subnets: SubnetRepository,
  ) {}

  /** Why a wanted address was not allocated. `address` is the one that was named, if any. */
  async allocation(tx: Tx, allocation: Allocation, refused: Refused, address: string | null): Promise<ProblemError> {
    const { projectId, privateNetworkId, owner } = allocation;
    const subnet = refused.subnetId ? await this.subnets.findWithFree(tx, projectId, refused.subnetId) : undefined;
    if (refused.outcome === 'outside' || refused.outcome === 'no-subnet' || !subnet) {
      const own = privateNetworkId ? await this.subnets.listOfNetworks(tx, projectId, [privateNetworkId]) : [];
      const detail = outsideDetail(address ?? '', own.length > 0 || !subnet ? own : [subnet]);
      // A saga that assigns has asked before whether the address fits: the network was changed since.
      return owner
        ? new ProblemError('conflict', detail, { resource: 'address' })
        : ProblemError.invalid('address', detail);
    }
    switch (refused.outcome) {
      case 'held':
        return heldProblem(address ?? '', subnet);
      case 'in-use':
        return inUseProblem(address ?? '', await this.addresses.findUse(tx, subnet.id, address ?? ''));
      case 'exhausted':
        return exhaustedProblem(subnet, BigInt(subnet.free));
    }
  }

  /** Why there is nothing to book from. */
  async noSource(
    tx: Tx,
    { subnetId, privateNetworkId = '', family }: BookAddress,
    projectId: string,
  ): Promise<ProblemError> {
    const detail = `has no IPv${family} addresses; choose the other family or another source.`;
    if (subnetId !== undefined) {
      const subnet = await this.subnets.find(tx, projectId, subnetId);
      return subnet
        ? ProblemError.invalid('family', `${subnet.cidr} ${detail}`)
        : ProblemError.notFound('subnet', subnetId);
    }
    const [subnet] = await this.subnets.listOfNetworks(tx, projectId, [privateNetworkId]);
    return subnet
      ? ProblemError.invalid('family', `Private network ${privateNetworkId} ${detail}`)
      : ProblemError.notFound('private-network', privateNetworkId);
  }
}
