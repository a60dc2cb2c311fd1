import { randomUUID } from 'node:crypto';
import { canonicalCidr, overlaps, parseCidr } from '@isthmus/cidr';
import type { ChangeSubnets, SubnetPlan } from '@isthmus/contracts';
import type { SubnetView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

export interface SubnetChange {
  /** Ids chosen. */
  add: SubnetPlan[];
  /** CIDRs that the network has. */
  remove: string[];
}

/**
 * What to add and remove, worked out from what the network has. Throws `invalid-argument` (no CIDR, `set` beside the others,
 * a block to remove that is not there), `already-exists` and `conflict` (a block to add is there or overlaps one that stays).
 */
export function planSubnetChange(command: ChangeSubnets, present: SubnetView[], isJoined: boolean): SubnetChange {
  const { add, remove } = wanted(command, present);
  const missing = remove.find((cidr) => !present.some((subnet) => subnet.cidr === cidr));
  if (missing !== undefined) {
    throw ProblemError.invalid('remove', `This private network has no subnet ${missing}.`, 'unknown');
  }
  const staying = present.filter(({ cidr }) => !remove.includes(cidr));
  for (const cidr of add) requireRoom(cidr, staying);
  return { add: add.map((cidr) => ({ id: randomUUID(), kind: 'cidr', cidr, hasGateway: isJoined })), remove };
}

function wanted(command: ChangeSubnets, present: SubnetView[]): { add: string[]; remove: string[] } {
  const { set } = command;
  if (set === undefined) return { add: canonical(command.add, 'add'), remove: canonical(command.remove, 'remove') };
  if (command.add !== undefined || command.remove !== undefined) {
    throw ProblemError.invalid('set', 'Give either all subnets or those to add and to remove.');
  }
  const all = canonical(set, 'set');
  const has = present.map(({ cidr }) => cidr);
  return { add: all.filter((cidr) => !has.includes(cidr)), remove: has.filter((cidr) => !all.includes(cidr)) };
}

/** Each once. */
function canonical(cidrs: string[] | undefined, field: string): string[] {
  return [...new Set((cidrs ?? []).map((cidr) => canonicalCidr(cidr, field)))];
}

function requireRoom(cidr: string, staying: SubnetView[]): void {
  const other = staying.find((subnet) => overlaps(parseCidr(subnet.cidr), parseCidr(cidr)));
  if (!other) return;
  const meta = { resource: 'subnet', resourceId: other.id };
  if (other.cidr === cidr) throw new ProblemError('already-exists', `This private network has ${cidr} already.`, meta);
  throw new ProblemError('conflict', `${cidr} overlaps ${other.cidr} of this private network.`, meta);
}
