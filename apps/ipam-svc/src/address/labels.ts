import { canonicalAddress, parseAddress } from '@isthmus/cidr';
import type { AddressReverse } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

const MOST_TAGS = 100;
const TAG_LENGTH = 255;
const MOST_REVERSES = 100;
const HOSTNAME_LENGTH = 253;
/** RFC 1123, 2.1: letters, digits and hyphens, up to 63 in one label; a final dot is fine. */
const HOSTNAME = /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?$/i;

export function checkTags(tags: string[]): string[] {
  if (tags.length > MOST_TAGS) throw ProblemError.invalid('tags', `An address has at most ${MOST_TAGS} tags.`);
  for (const tag of tags) {
    if (tag.length > TAG_LENGTH) throw ProblemError.invalid('tags', `A tag has at most ${TAG_LENGTH} characters.`);
  }
  return tags;
}

/** Names for an address, each with another address of the same family or none. */
export function checkReverses(reverses: AddressReverse[], { address }: { address: string }): AddressReverse[] {
  if (reverses.length > MOST_REVERSES) {
    throw ProblemError.invalid('reverses', `An address has at most ${MOST_REVERSES} reverses.`);
  }
  return reverses.map(({ hostname, address: other = null }) => {
    if (hostname.length > HOSTNAME_LENGTH || !HOSTNAME.test(hostname)) {
      throw ProblemError.invalid('reverses', `${JSON.stringify(hostname)} is not a host name.`, 'format');
    }
    if (other === null) return { hostname, address: null };
    if (parseAddress(other, 'reverses').family !== parseAddress(address).family) {
      throw ProblemError.invalid('reverses', `${other} is not of the family of ${address}.`);
    }
    return { hostname, address: canonicalAddress(other, 'reverses') };
  });
}
