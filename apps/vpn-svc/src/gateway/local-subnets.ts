import { type Cidr, formatCidr, overlaps, parseCidr } from '@isthmus/cidr';
import type { AddressFamily, VpnAttachmentType } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

const FIELDS = { 4: 'localSubnets', 6: 'localSubnetsV6' } as const;
const MOST_SUBNETS = 50;

/** Local subnets as a caller gives them, each family in a field of its own. */
export type GivenLocalSubnets = Partial<Record<(typeof FIELDS)[AddressFamily], string[]>>;

/**
 * The subnets on this side in canonical notation, or undefined where none were given. Only a gateway of a VPC has any, of
 * the family that passes its tunnels. Throws `invalid-argument`.
 */
export function localSubnetsOf(
  { attachmentType, ipVersion }: { attachmentType: VpnAttachmentType; ipVersion: AddressFamily },
  given: GivenLocalSubnets,
): string[] | undefined {
  const [own, other] = ipVersion === 4 ? [FIELDS[4], FIELDS[6]] : [FIELDS[6], FIELDS[4]];
  if (given[other] !== undefined) {
    const message = `IPv${ipVersion} passes the tunnels of this gateway; leave out local subnets of the other family.`;
    throw ProblemError.invalid(other, message);
  }
  const texts = given[own];
  if (texts === undefined) return undefined;
  if (attachmentType === 'er') {
    throw ProblemError.invalid(own, 'A gateway of a router has no local subnets; leave them out.');
  }
  return parseAll(texts, own, ipVersion);
}

/** Which field a gateway's local subnets are given in. */
export function localSubnetsField(ipVersion: AddressFamily): string {
  return FIELDS[ipVersion];
}

function parseAll(texts: string[], field: string, family: AddressFamily): string[] {
  if (texts.length === 0 || texts.length > MOST_SUBNETS) {
    throw ProblemError.invalid(field, `Give 1 to ${MOST_SUBNETS} local subnets.`);
  }
  const blocks = texts.map((text) => parseCidr(text, field));
  const foreign = blocks.find((block) => block.family !== family);
  if (foreign) {
    throw ProblemError.invalid(field, `${formatCidr(foreign)} is not an IPv${family} network.`, 'format');
  }
  requireDisjoint(blocks, field);
  return blocks.map(formatCidr);
}

function requireDisjoint(blocks: Cidr[], field: string): void {
  blocks.forEach((block, index) => {
    const earlier = blocks.slice(0, index).find((other) => overlaps(other, block));
    if (!earlier) return;
    const [one, other] = [formatCidr(block), formatCidr(earlier)];
    const message = one === other ? `${one} is given twice.` : `${one} overlaps ${other}; leave one of them out.`;
    throw ProblemError.invalid(field, message);
  });
}
