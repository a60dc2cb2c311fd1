import { ProblemError } from '@isthmus/problem';

/** `blockers` are what is in the way, in words. */
export function stillInUse(privateNetworkId: string, blockers: string[]): ProblemError {
  const detail = `This private network is still used by ${blockers.join(', ')}; detach and release them first.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'private-network',
    resourceId: privateNetworkId,
    precondition: 'network_is_empty',
  });
}

export function subnetInUse(cidr: string): ProblemError {
  const detail = `${cidr} has booked or attached addresses; detach what uses them and release the booked ones first.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'subnet',
    resourceId: cidr,
    precondition: 'subnet_is_empty',
  });
}

/** What was asked of ipam-svc before the lock is not true any more. */
export function meanwhileChanged(privateNetworkId: string): ProblemError {
  return new ProblemError('conflict', 'This private network was changed at the same time; try again.', {
    resource: 'private-network',
    resourceId: privateNetworkId,
  });
}
