import type { CreatePeering } from '@isthmus/contracts';
import { ProblemError } from '@isthmus/problem';
import type { Peering } from './peering.entity';

export function withItself(): ProblemError {
  return ProblemError.invalid('peerNetworkId', 'A network cannot be peered with itself; name another one.');
}

export function alreadyPeered({ localNetworkId, peerNetworkId }: CreatePeering): ProblemError {
  const detail = `There is a peering from network ${localNetworkId} to network ${peerNetworkId} already.`;
  return new ProblemError('already-exists', detail, { resource: 'peering' });
}

export function notRouted(privateNetworkId: string): ProblemError {
  const detail = 'The local network has no router; attach one, or start the routing of its VPC, and try again.';
  return new ProblemError('precondition-failed', detail, {
    resource: 'private-network',
    resourceId: privateNetworkId,
    precondition: 'local_network_is_routed',
  });
}

export function notDisabled({ id, state }: Peering): ProblemError {
  const detail = `This peering is ${state}; set its configured status to disabled and wait until it is, then delete it.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'peering',
    resourceId: id,
    precondition: 'peering_is_disabled',
  });
}
