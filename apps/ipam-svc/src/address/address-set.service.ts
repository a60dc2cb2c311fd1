import { Injectable } from '@nestjs/common';
import type { AssignAddressSet } from '@isthmus/contracts';
import { Database } from '@isthmus/db';
import type { AddressOwner, AddressView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { AddressRefusals } from './address.refusals';
import { AddressSetRepository } from './address-set.repository';
import { CUSTOM, ownerOf } from './owner';
import { OwnerTypes } from './owner-types';
import { placesOf } from './places';

/** Rules of assigning several addresses to one owner at once. */
@Injectable()
export class AddressSetService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly sets: AddressSetRepository,
    private readonly refusals: AddressRefusals,
    private readonly ownerTypes: OwnerTypes,
  ) {}

  /** All or none, in the order of the places. */
  async assign(request: AssignAddressSet, context: RpcContext): Promise<AddressView[]> {
    const owner = productOwnerOf(request);
    this.ownerTypes.require(context, owner.type);
    const places = placesOf(request.places);
    const { projectId, requestId } = context;
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const assigned = await this.sets.assign(tx, { projectId, requestId, owner, places });
        if (assigned.outcome === 'assigned') return assigned.views;
        throw await this.refusals.place(tx, projectId, places, assigned);
      }),
    );
  }
}

/** What is given back with its owner has an owner of one id; every address of a custom machine has another one. */
function productOwnerOf({ owner }: AssignAddressSet): AddressOwner {
  if (!owner?.type || !owner.id) throw ProblemError.invalid('owner', 'An owner has a type and an id.', 'required');
  if (owner.type === CUSTOM) {
    throw ProblemError.invalid('owner.type', 'Attach addresses to a custom machine one by one.');
  }
  return ownerOf(owner);
}
