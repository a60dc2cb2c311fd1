import { Injectable } from '@nestjs/common';
import type { AddressReference, Page, QueryAddresses } from '@isthmus/contracts';
import { Database } from '@isthmus/db';
import type { AddressView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from '@isthmus/rpc';
import { sliceOf } from '../paging';
import { onlyUuids, requireUuid } from '../reference';
import { AddressQueryRepository } from './address-query.repository';
import { AddressRepository } from './address.repository';
import { viewOfAddress } from './address.view';

/** Questions about addresses. */
@Injectable()
export class AddressQueryService {
  constructor(
    private readonly database: Database,
    private readonly addresses: AddressRepository,
    private readonly queries: AddressQueryRepository,
  ) {}

  async get({ addressId, region }: AddressReference, context: RpcContext): Promise<AddressView> {
    requireUuid('address', addressId);
    const row = await this.addresses.find(this.database, context.projectId, addressId);
    if (!row || (region !== undefined && row.region !== region)) throw ProblemError.notFound('address', addressId);
    return viewOfAddress(row);
  }

  async query(request: QueryAddresses, context: RpcContext): Promise<Page<AddressView>> {
    refuseContradictions(request);
    const slice = sliceOf(request.paging);
    const filters = { ...request, addressIds: onlyUuids(request.addressIds) };
    const { rows, totalCount } = await this.queries.page(this.database, context.projectId, filters, slice);
    return { items: rows.map(viewOfAddress), totalCount };
  }
}

/** Filters that exclude each other are a mistake, which an empty page would hide. */
function refuseContradictions(request: QueryAddresses): void {
  const places = (['zone', 'privateNetworkId', 'subnetId'] as const).filter((field) => request[field] !== undefined);
  const [first, second] = places;
  if (first && second) throw ProblemError.invalid(second, `Give either ${second} or ${first}, not both.`);
  if (request.zone !== undefined && request.vpcId !== undefined) {
    throw ProblemError.invalid('vpcId', 'Addresses of a zone belong to no VPC; give either vpcId or zone.');
  }
  if (request.isAttached === false) {
    const owner = (['resourceName', 'ownerIds', 'ownerTypes', 'macAddress'] as const).find(
      (field) => request[field] !== undefined,
    );
    if (owner)
      throw ProblemError.invalid(owner, `What is not attached has no owner; leave ${owner} or isAttached out.`);
  }
  for (const field of ['privateNetworkId', 'subnetId', 'vpcId'] as const) {
    const id = request[field];
    if (id !== undefined && onlyUuids([id])?.length === 0)
      throw ProblemError.invalid(field, `${field} is a UUID.`, 'format');
  }
}
