import { randomUUID } from 'node:crypto';
import { type AddressSpan, formatAddress, formatCidr, netmaskOf, parseCidr, parseNetmaskRange } from '@isthmus/cidr';
import type { Addressing, AddressRange, SubnetPlan } from '@isthmus/contracts';
import type { SubnetView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

const AUTOMATIC_IPV4_PREFIX = 22;
const AUTOMATIC_IPV6_PREFIX = 64;

/** The subnets to reserve for a new network, their ids chosen. Throws `invalid-argument` for what cannot be a subnet. */
export function planSubnets(addressing: Addressing): SubnetPlan[] {
  switch (addressing.kind) {
    case 'automatic':
      return [automatic(4, AUTOMATIC_IPV4_PREFIX), automatic(6, AUTOMATIC_IPV6_PREFIX)];
    case 'subnets':
      return planGiven(addressing.cidrs);
    case 'range':
      return [planRange(addressing.range)];
    case 'none':
      return [];
  }
}

/** A network with given IPv4 subnets only still gets its IPv6 ULA block. */
function planGiven(texts: string[]): SubnetPlan[] {
  const cidrs = texts.map((text) => parseCidr(text, 'subnets'));
  const given = cidrs.map<SubnetPlan>((cidr) => ({
    id: randomUUID(),
    kind: 'cidr',
    cidr: formatCidr(cidr),
    hasGateway: true,
  }));
  const hasIpv6 = cidrs.some((cidr) => cidr.family === 6);
  return hasIpv6 ? given : [...given, automatic(6, AUTOMATIC_IPV6_PREFIX)];
}

/** A managed network's router, if it has one, is a machine of its own: nothing but network and broadcast is held. */
function planRange(range: AddressRange): SubnetPlan {
  const span = parseNetmaskRange(range);
  return { id: randomUUID(), kind: 'cidr', cidr: formatCidr(span.cidr), range: spanText(span), hasGateway: false };
}

function automatic(family: 4 | 6, prefixLength: number): SubnetPlan {
  return { id: randomUUID(), kind: 'automatic', family, prefixLength };
}

function spanText({ start, end }: AddressSpan): { start: string; end: string } {
  return { start: formatAddress(start), end: formatAddress(end) };
}

/** The shape that an update of the range asks for; `subnetId` is for a network that has no subnet yet. */
export interface RangeChange {
  subnetId: string;
  cidr: string;
  range: { start: string; end: string };
}

/**
 * Completes a partial range with what the network has. Throws `invalid-argument` when the network is unmanaged and not
 * all three are given, or when they do not fit together.
 */
export function planRangeChange(change: Partial<AddressRange>, subnets: SubnetView[]): RangeChange {
  const subnet = subnets.find(({ family }) => family === 4);
  const startIp = change.startIp ?? subnet?.rangeStart;
  const endIp = change.endIp ?? subnet?.rangeEnd;
  const netmask = change.netmask ?? (subnet && netmaskOf(Number(subnet.cidr.split('/')[1])));
  if (startIp === undefined || endIp === undefined || netmask === undefined)
    throw incomplete({ startIp, endIp, netmask });
  const span = parseNetmaskRange({ startIp, endIp, netmask });
  return { subnetId: subnet?.id ?? randomUUID(), cidr: formatCidr(span.cidr), range: spanText(span) };
}

function incomplete(range: Partial<AddressRange>): ProblemError {
  const message = 'This network is unmanaged: give start IP, end IP and netmask together to make it a managed one.';
  const missing = (['startIp', 'endIp', 'netmask'] as const).filter((field) => range[field] === undefined);
  return new ProblemError('invalid-argument', message, {
    violations: missing.map((field) => ({ field, rule: 'required', message })),
  });
}
