import type { VpnRule } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { ConnectionEnds } from './connection-ends';

export function connectionExists({ endpoint, customerGateway }: ConnectionEnds, twinId: string): ProblemError {
  const rule: VpnRule = 'connection-exists';
  const detail =
    `The VPN connection ${twinId} connects endpoint ${endpoint.slot} of the VPN gateway ${endpoint.gatewayId} with ` +
    `the customer gateway ${customerGateway.id} already.`;
  return new ProblemError('conflict', detail, {
    resource: 'vpn-connection',
    resourceId: twinId,
    precondition: rule,
  });
}

export function tunnelNetworkTaken(network: string): ProblemError {
  const detail = `${network} is the tunnel network of another connection of the VPN gateway or the customer gateway.`;
  return new ProblemError('conflict', detail, {
    resource: 'vpn-connection',
    violations: [{ field: 'tunnelLocalAddress', rule: 'constraint', message: detail }],
  });
}

export function noTunnelNetworkLeft(): ProblemError {
  return new ProblemError('exhausted', 'All tunnel networks of the VPN gateway and the customer gateway are in use.');
}

export function gatewayIsFull(gatewayId: string, limit: number, current: number): ProblemError {
  const detail = `The VPN gateway ${gatewayId} has ${current} connections and takes ${limit}; delete one first.`;
  return new ProblemError('quota-exceeded', detail, { resource: 'vpn-connection', quota: { limit, current } });
}

/** `busy` by the name that the rule has. */
export function isBeingChanged({ code, message, meta }: ProblemError): ProblemError {
  const rule: VpnRule = 'connection-is-updating';
  return new ProblemError(code, message, { ...meta, precondition: rule });
}

export function isInError(id: string): ProblemError {
  const detail = `The VPN connection ${id} could not be made and cannot be changed; delete it and make another one.`;
  return new ProblemError('precondition-failed', detail, { resource: 'vpn-connection', resourceId: id });
}

/** The same refusal, with the place of the connection in its batch. */
export function inBatch(refusal: unknown, index: number): unknown {
  if (!(refusal instanceof ProblemError)) return refusal;
  const { code, message, meta } = refusal;
  const place = (text: string): string => `Connection ${index + 1}: ${text}`;
  const violations = meta.violations?.map((violation) => ({
    ...violation,
    field: `connections.${index}.${violation.field}`,
    message: place(violation.message),
  }));
  return new ProblemError(code, place(message), { ...meta, ...(violations && { violations }) });
}
