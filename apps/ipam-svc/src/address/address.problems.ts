import { ProblemError } from '@isthmus/problem';
import { heldFor } from '../subnet/subnet-shape';
import type { SubnetRow } from '../subnet/subnet.repository';
import type { IpAddress } from './address.entity';

export function outsideDetail(address: string, subnets: SubnetRow[]): string {
  const family = address.includes(':') ? 6 : 4;
  const blocks = subnets.map(({ cidr }) => cidr).filter((cidr) => cidr.includes(':') === (family === 6));
  if (blocks.length === 0) return `${address} is outside of the network, which has no IPv${family} subnet.`;
  return `${address} is outside of the network; choose an address inside ${blocks.join(' or ')}.`;
}

export function heldProblem(address: string, subnet: SubnetRow): ProblemError {
  const words = {
    gateway: 'for its gateway',
    network: 'as its network address',
    broadcast: 'as its broadcast address',
  };
  const reason = heldFor(subnet, address);
  const detail = `${address} is held by ${subnet.cidr} ${reason ? words[reason] : 'for itself'}; choose another address.`;
  return new ProblemError('conflict', detail, { resource: 'address' });
}

export function inUseProblem(address: string, use: IpAddress | undefined): ProblemError {
  const holder = use?.ownerId ? `attached to ${use.ownerType} ${use.ownerId}` : 'reserved';
  const detail = `${address} is ${holder}; choose another address or let it be chosen.`;
  return new ProblemError('conflict', detail, { resource: 'address', resourceId: use?.id });
}

/**
 * `free` counts the addresses outside of the automatic range, which are left although nothing can be chosen, and those
 * that are too few when several were wanted at once.
 */
export function exhaustedProblem(subnet: SubnetRow, free: bigint, isOneOfSeveral = false): ProblemError {
  const isIpv6 = subnet.cidr.includes(':');
  const total = 1n << BigInt((isIpv6 ? 128 : 32) - Number(subnet.cidr.split('/')[1]));
  const held = (isIpv6 ? 1n : 2n) + (subnet.gateway === null ? 0n : 1n);
  const detail = exhaustedDetail(subnet, free, isOneOfSeveral);
  return new ProblemError('exhausted', detail, {
    resource: 'subnet',
    resourceId: subnet.id,
    capacity: {
      total: String(total),
      used: String(total - held - free),
      held: String(held),
      free: String(free),
    },
  });
}

function exhaustedDetail({ cidr, rangeStart, rangeEnd }: SubnetRow, free: bigint, isOneOfSeveral: boolean): string {
  const range = `addresses from ${rangeStart} to ${rangeEnd}`;
  if (free === 0n) return `All addresses of ${cidr} are in use; release some or add a subnet.`;
  if (isOneOfSeveral) {
    return `Too few ${range} are free for all that are wanted at once; release some, widen the range or ask for fewer.`;
  }
  return `All ${range} are in use; widen the range, or name one of the ${free} free addresses of ${cidr} outside of it.`;
}

export function attachedProblem(address: IpAddress | undefined, id: string): ProblemError {
  const holder = address?.ownerId ? `${address.ownerType} ${address.ownerId}` : 'something';
  const name = address?.address ?? id;
  const detail = `${name} is attached to ${holder}, which must detach it before it can be released.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'address',
    resourceId: id,
    precondition: 'address_is_detached',
  });
}

export function notOwnerProblem({ id, address, ownerType, ownerId }: IpAddress): ProblemError {
  const holder =
    ownerId === null ? 'attached to nothing' : `attached to another resource than the one named (a ${ownerType})`;
  const detail = `${address} is ${holder}; name the resource that it is attached to.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'address',
    resourceId: id,
    precondition: 'address_is_attached_to_resource',
  });
}
