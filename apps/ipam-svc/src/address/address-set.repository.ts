import { Injectable } from '@nestjs/common';
import type { AddressPlace } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import type { AddressOwner, AddressView } from '@isthmus/model';
import { ownerColumns, type Refused } from './address.repository';

/** What a set is assigned for. */
export interface AddressSet {
  projectId: string;
  requestId: string;
  owner: AddressOwner;
  places: readonly AddressPlace[];
}

/** Why one place, counted from 1, got no address. `missing` is its subnet, its pool or its booked address. */
export interface RefusedPlace {
  outcome: 'missing' | 'attached' | Exclude<Refused['outcome'], 'no-subnet'>;
  refused: number;
  subnetId: string | null;
}

type Assigned = { outcome: 'assigned'; views: AddressView[] } | RefusedPlace;

const ASSIGN_SET = `
  SELECT r.outcome, r.refused, r.subnet_id AS "subnetId", r.views
    FROM ipam.assign_set($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) r`;

/** SQL of sets of addresses: one round trip. */
@Injectable()
export class AddressSetRepository {
  /** All or none, in the order of the places; `assigned` or the place that was in the way. */
  async assign(tx: Tx, { projectId, requestId, owner, places }: AddressSet): Promise<Assigned> {
    const [row] = await tx.query<Assigned>(ASSIGN_SET, [
      projectId,
      places.map((place) => ('subnetId' in place ? place.subnetId : null)),
      places.map((place) => ('subnetId' in place ? (place.address ?? null) : null)),
      places.map((place) => ('zone' in place ? place.zone : null)),
      places.map((place) => ('zone' in place ? place.family : null)),
      places.map((place) => ('addressId' in place ? place.addressId : null)),
      ...ownerColumns(owner),
      requestId,
    ]);
    return row as Assigned;
  }
}
