import type { Queryable } from '@isthmus/db';
import type { SubnetCapacity, VpnGatewayState, VpnRule } from '@isthmus/model';
import { busyWith } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import type { VpnGateway } from './vpn-gateway.entity';

const BUSY_RULES = {
  creating: 'gateway-is-creating',
  updating: 'gateway-is-updating',
  deleting: 'gateway-is-deleting',
} as const satisfies Partial<Record<VpnGatewayState, VpnRule>>;

/** `busy`, naming the operation that holds the gateway. */
export async function busyGateway(on: Queryable, id: string, state: keyof typeof BUSY_RULES): Promise<ProblemError> {
  const busy = await busyWith(on, { type: 'vpn-gateway', id });
  return new ProblemError('busy', busy.message, { ...busy.meta, precondition: BUSY_RULES[state] });
}

export function gatewayInFault({ id, stateReason }: VpnGateway): ProblemError {
  const detail = `It could not be provisioned (${stateReason}); delete it and make another.`;
  return refusedGateway(id, 'gateway-not-ready', detail);
}

export function hasConnections(id: string, count: number): ProblemError {
  const what = count === 1 ? '1 connection' : `${count} connections`;
  return refusedGateway(id, 'gateway-has-connections', `It has ${what}; delete those first.`);
}

export function eipHasConnections(id: string, eip: string): ProblemError {
  const detail = `Connections of the gateway end at the EIP ${eip}; delete those first, or leave it as it is.`;
  return refusedGateway(id, 'gateway-has-connections', detail);
}

function refusedGateway(resourceId: string, precondition: VpnRule, detail: string): ProblemError {
  return new ProblemError('precondition-failed', detail, { resource: 'vpn-gateway', resourceId, precondition });
}

export function boundEip(address: string, addressId: string): ProblemError {
  const detail = `The EIP ${address} is attached to something else; detach it first, or name another.`;
  return new ProblemError('conflict', detail, {
    resource: 'address',
    resourceId: addressId,
    precondition: 'eip-is-bound' satisfies VpnRule,
  });
}

export function takenPrivateIp(address: string, cause: unknown): ProblemError {
  const detail = `${address} is taken; choose another address of the access subnet.`;
  const precondition: VpnRule = 'private-ip-is-taken';
  return new ProblemError('conflict', detail, { resource: 'address', precondition }, { cause });
}

/** `needed` addresses must be free. */
export function lacksFreeIps({ subnetId, ...capacity }: SubnetCapacity, needed: number): ProblemError {
  const detail = `The gateway needs ${needed} free addresses of subnet ${subnetId}, which has ${capacity.free}; \
release some, or name another subnet.`;
  return new ProblemError('exhausted', detail, {
    resource: 'subnet',
    resourceId: subnetId,
    capacity,
    precondition: 'subnet-lacks-free-ips' satisfies VpnRule,
  });
}

export function routerDoesNotRoute(vpcId: string): ProblemError {
  return new ProblemError('precondition-failed', 'The VPC named as router does not route; enable its routing first.', {
    resource: 'vpc',
    resourceId: vpcId,
    precondition: 'vpc_routing_is_enabled',
  });
}
