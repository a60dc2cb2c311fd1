import { canonicalAddress } from '@isthmus/cidr';
import type { AddressPlace } from '@isthmus/contracts';
import { ProblemError } from '@isthmus/problem';
import { requireUuid } from '../reference';

const MOST_PLACES = 16;

/** The places in canonical notation. `invalid-argument` unless there are 1 to 16, of which no two name one address. */
export function placesOf(places: AddressPlace[]): AddressPlace[] {
  if (!Array.isArray(places) || places.length === 0 || places.length > MOST_PLACES) {
    throw ProblemError.invalid('places', `Name 1 to ${MOST_PLACES} places.`);
  }
  const canonical = places.map(placeOf);
  const named = canonical.flatMap((place) => addressNamedBy(place) ?? []);
  const repeated = named.find((name, index) => named.indexOf(name) < index);
  if (repeated) throw ProblemError.invalid('places', `${repeated} is named twice; name each address once.`);
  return canonical;
}

function placeOf(place: AddressPlace): AddressPlace {
  if (['subnetId', 'zone', 'addressId'].filter((source) => source in place).length !== 1) {
    throw ProblemError.invalid('places', 'A place is exactly one of a subnet, a zone or a booked address.', 'required');
  }
  if ('addressId' in place) return { addressId: requireUuid('address', place.addressId).toLowerCase() };
  if ('zone' in place) {
    if (place.family === 4 || place.family === 6) return { zone: place.zone, family: place.family };
    throw ProblemError.invalid('places', 'The addresses of a zone have family 4 or 6.', 'required');
  }
  const subnetId = requireUuid('subnet', place.subnetId).toLowerCase();
  return place.address === undefined ? { subnetId } : { subnetId, address: canonicalAddress(place.address) };
}

/** Words for the one address that a place is about; undefined when it leaves the choice. */
function addressNamedBy(place: AddressPlace): string | undefined {
  if ('addressId' in place) return `Address ${place.addressId}`;
  if ('subnetId' in place && place.address !== undefined) return `${place.address} of subnet ${place.subnetId}`;
  return undefined;
}
