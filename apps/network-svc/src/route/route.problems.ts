import type { RouteView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { Route } from './route.entity';

/** What a caller is told when the database refused a route by this constraint. */
export function routeRefusal(constraint: string | undefined, destination: string): ProblemError | undefined {
  switch (constraint) {
    case 'route_destination_once':
      return destinationTaken(destination, undefined);
    case 'route_next_hop_attachment':
      return unsuitableNextHop('nextHopAttachmentId', 'This NIC is gone.');
    case 'route_next_hop_private_network':
      return unsuitableNextHop('nextHopPrivateNetworkId', 'This private network is gone.');
    default:
      return undefined;
  }
}

/** `routeId` is the one that has it, if that is known: a subnet's route has the subnet's id. */
export function destinationTaken(destination: string, routeId: string | undefined): ProblemError {
  const detail = `The VPC has a route to ${destination} already; change or delete that one.`;
  return new ProblemError('already-exists', detail, { resource: 'route', resourceId: routeId ?? destination });
}

export function unsuitableNextHop(
  field: 'nextHopAttachmentId' | 'nextHopPrivateNetworkId',
  message: string,
): ProblemError {
  return ProblemError.invalid(field, message, 'unknown');
}

export function readOnlyRoute({ id: routeId, type }: RouteView): ProblemError {
  const owner = type === 'vpn' ? 'VPN connection' : 'subnet';
  const detail = `This route belongs to a ${owner} and goes with it; it cannot be changed by itself.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'route',
    resourceId: routeId,
    precondition: 'route_is_custom',
  });
}

export function routingIsOff(vpcId: string): ProblemError {
  return new ProblemError('precondition-failed', 'This VPC does not route; enable its routing first.', {
    resource: 'vpc',
    resourceId: vpcId,
    precondition: 'vpc_routing_is_enabled',
  });
}

/** A NIC cannot go, nor take another address, while a route leads to it. */
export function isNextHop(attachmentId: string, { id, destination }: Route): ProblemError {
  const detail = `The route to ${destination} (${id}) leads to this NIC; change or delete that first.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'attachment',
    resourceId: attachmentId,
    precondition: 'attachment_is_no_next_hop',
  });
}
