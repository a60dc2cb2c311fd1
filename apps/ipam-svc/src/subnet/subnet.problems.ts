import { ProblemError } from '@isthmus/problem';
import type { SubnetShape } from './subnet-shape';
import type { Misfit, NewSubnet, SubnetRow } from './subnet.repository';

/** `cidr` is what was asked for, `taken` what is in the way. */
export function overlapProblem(cidr: string, taken: string | undefined, subnet?: SubnetRow): ProblemError {
  const where = subnet ? ` of private network ${subnet.privateNetworkId}` : '';
  const detail = taken
    ? `${cidr} overlaps ${taken}${where}; choose a block beside it.`
    : `${cidr} overlaps a subnet that others are changing; choose another block.`;
  return new ProblemError('conflict', detail, { resource: 'subnet', resourceId: subnet?.id });
}

export function misfitProblem(misfit: Misfit, shape: SubnetShape): ProblemError {
  const holder = misfit.ownerId ? `${misfit.ownerType} ${misfit.ownerId}` : 'a reservation';
  const detail =
    `${misfit.address} is held by ${holder} and has no place in ${shape.cidr}; ` +
    'release it first or choose a block with room for it.';
  return new ProblemError('conflict', detail, { resource: 'address' });
}

export function noSubnetProblem(cidr: string, privateNetworkId: string): ProblemError {
  const detail = `Private network ${privateNetworkId} has no subnet ${cidr}.`;
  return new ProblemError('not-found', detail, { resource: 'subnet', resourceId: cidr });
}

export function subnetInUseProblem(cidr: string): ProblemError {
  const detail = `${cidr} has booked or attached addresses; detach what uses them and release the booked ones first.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'subnet',
    resourceId: cidr,
    precondition: 'subnet_is_empty',
  });
}

export function noBlockProblem(subnet: NewSubnet, prefixLength: number): ProblemError {
  const where = subnet.isJoined ? `VPC ${subnet.vpcId}` : `private network ${subnet.privateNetworkId}`;
  const detail = `No free /${prefixLength} of 172.16.0.0/12 is left in ${where}; name a block of your own.`;
  return new ProblemError('exhausted', detail, subnet.isJoined ? { resource: 'vpc', resourceId: subnet.vpcId } : {});
}
