import type { CustomOwner, ProductOwner } from '@isthmus/contracts';
import type { AddressOwner } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

/** The type of an owner that is a machine of the user's own. */
export const CUSTOM = 'custom';

const MAC = /^[0-9a-f]{12}$/;
const NAME_LENGTH = 255;

/** An owner as it is kept. The id of a custom one is the address's own, which the database puts in. */
export function ownerOf(owner: CustomOwner | ProductOwner, field = 'owner'): AddressOwner {
  const { name = null, macAddress } = owner;
  if (name !== null && name.length > NAME_LENGTH) {
    throw ProblemError.invalid(`${field}.name`, `A name has at most ${NAME_LENGTH} characters.`);
  }
  const mac = macAddress === undefined || macAddress === null ? null : canonicalMac(macAddress, field);
  if (!('type' in owner) || owner.type === CUSTOM) {
    if (mac === null)
      throw ProblemError.invalid(`${field}.macAddress`, 'A custom resource has a MAC address.', 'required');
    return { type: CUSTOM, id: '', parentId: null, name, macAddress: mac };
  }
  if (!owner.type || !owner.id) throw ProblemError.invalid(field, 'An owner has a type and an id.', 'required');
  return { type: owner.type, id: owner.id, parentId: owner.parentId ?? null, name, macAddress: mac };
}

/** Six bytes in lower-case hexadecimal with colons. */
export function canonicalMac(text: string, field: string): string {
  const digits = text.toLowerCase().replaceAll(/[:.-]/g, '');
  if (!MAC.test(digits)) {
    throw ProblemError.invalid(`${field}.macAddress`, 'A MAC address is six bytes in hexadecimal.', 'format');
  }
  return (digits.match(/../g) ?? []).join(':');
}
