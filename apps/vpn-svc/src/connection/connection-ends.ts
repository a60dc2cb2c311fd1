import { Injectable } from '@nestjs/common';
import { quote } from '@isthmus/cidr';
import type { Tx } from '@isthmus/db';
import { isUuid, type VpnRule } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { CustomerGateway } from '../customer-gateway/customer-gateway.entity';
import { CustomerGatewayRepository } from '../customer-gateway/customer-gateway.repository';
import type { VpnEndpoint } from '../gateway/vpn-endpoint.entity';
import { VpnEndpointRepository } from '../gateway/vpn-endpoint.repository';
import type { VpnGateway } from '../gateway/vpn-gateway.entity';
import { VpnGatewayRepository } from '../gateway/vpn-gateway.repository';
import type { VpnConnection } from './vpn-connection.entity';

/** What a connection connects. */
export interface ConnectionEnds {
  gateway: VpnGateway;
  endpoint: VpnEndpoint;
  customerGateway: CustomerGateway;
}

/** How a command names them. */
export interface EndNames {
  gatewayId: string;
  /** Id of a public address of the gateway, or one of its private addresses. */
  gatewayIp: string;
  customerGatewayId: string;
}

/** Looks up the ends of connections, and locks them: gateways first, then customer gateways. */
@Injectable()
export class ConnectionEndsFinder {
  constructor(
    private readonly gateways: VpnGatewayRepository,
    private readonly endpoints: VpnEndpointRepository,
    private readonly customerGateways: CustomerGatewayRepository,
  ) {}

  /**
   * In the order of the names. Errors: `not-found` (gateway, customer gateway), `precondition-failed` while the gateway is
   * not active, `invalid-argument` for `gatewayIp`.
   */
  async find(names: EndNames[], projectId: string): Promise<ConnectionEnds[]> {
    const { gatewayIds, customerGatewayIds } = idsOf(names);
    const [gateways, customerGateways, endpoints] = await Promise.all([
      Promise.all(gatewayIds.map((id) => this.gateways.find(id, projectId))),
      this.customerGateways.findAll(customerGatewayIds, projectId),
      this.endpoints.list(gatewayIds),
    ]);
    return names.map((name) => endsOf(name, gateways, endpoints, customerGateways));
  }

  /** The same, to be changed by nobody else until the commit. */
  async lock(tx: Tx, names: EndNames[], projectId: string): Promise<ConnectionEnds[]> {
    const { gatewayIds, customerGatewayIds } = idsOf(names);
    const gateways: (VpnGateway | undefined)[] = [];
    for (const id of gatewayIds) gateways.push(await this.gateways.lock(tx, id, projectId));
    const customerGateways = await this.customerGateways.lockAll(tx, customerGatewayIds, projectId);
    const endpoints = await this.endpoints.list(gatewayIds, tx);
    return names.map((name) => endsOf(name, gateways, endpoints, customerGateways));
  }

  /** Of a connection that has them, in whatever state they are; for work that was let in already. */
  async of(connection: Pick<VpnConnection, 'gatewayId' | 'endpointId' | 'customerGatewayId'>): Promise<ConnectionEnds> {
    const { gatewayId, endpointId, customerGatewayId } = connection;
    const [gateway, endpoints, customerGateway] = await Promise.all([
      this.gateways.getById(gatewayId),
      this.endpoints.list([gatewayId]),
      this.customerGateways.getById(customerGatewayId),
    ]);
    return { gateway, endpoint: endpointById(endpoints, endpointId), customerGateway };
  }

  /** The side of the gateway alone, to be changed by nobody else until the commit. */
  async lockGatewaySide(
    tx: Tx,
    { gatewayId, endpointId }: Pick<VpnConnection, 'gatewayId' | 'endpointId'>,
  ): Promise<Pick<ConnectionEnds, 'gateway' | 'endpoint'>> {
    const gateway = await this.gateways.lockById(tx, gatewayId);
    return { gateway, endpoint: endpointById(await this.endpoints.list([gatewayId], tx), endpointId) };
  }
}

function endpointById(endpoints: VpnEndpoint[], endpointId: string): VpnEndpoint {
  const endpoint = endpoints.find(({ id }) => id === endpointId);
  if (!endpoint) throw new Error(`endpoint ${endpointId} is gone, though a connection ends at it`);
  return endpoint;
}

/** How a caller names the endpoint; null until it has its address. */
function gatewayIpOf(endpoint: VpnEndpoint, { networkType }: VpnGateway): string | null {
  return networkType === 'public' ? endpoint.eipId : endpoint.accessAddress;
}

function idsOf(names: EndNames[]): { gatewayIds: string[]; customerGatewayIds: string[] } {
  for (const { gatewayId, customerGatewayId } of names) {
    if (!isUuid(gatewayId)) throw ProblemError.notFound('vpn-gateway', gatewayId);
    if (!isUuid(customerGatewayId)) throw ProblemError.notFound('customer-gateway', customerGatewayId);
  }
  return {
    // In one order, so that two who lock several never wait for each other.
    gatewayIds: [...new Set(names.map(({ gatewayId }) => gatewayId.toLowerCase()))].sort(),
    customerGatewayIds: [...new Set(names.map(({ customerGatewayId }) => customerGatewayId.toLowerCase()))],
  };
}

function endsOf(
  { gatewayId, gatewayIp, customerGatewayId }: EndNames,
  gateways: (VpnGateway | undefined)[],
  endpoints: VpnEndpoint[],
  customerGateways: CustomerGateway[],
): ConnectionEnds {
  const gateway = gateways.find((candidate) => candidate?.id === gatewayId.toLowerCase());
  if (!gateway) throw ProblemError.notFound('vpn-gateway', gatewayId);
  const customerGateway = customerGateways.find(({ id }) => id === customerGatewayId.toLowerCase());
  if (!customerGateway) throw ProblemError.notFound('customer-gateway', customerGatewayId);
  if (gateway.state !== 'active') throw notReady(gateway);
  const own = endpoints.filter((endpoint) => endpoint.gatewayId === gateway.id);
  return { gateway, endpoint: endpointOf(gatewayIp, gateway, own), customerGateway };
}

function endpointOf(gatewayIp: string, gateway: VpnGateway, endpoints: VpnEndpoint[]): VpnEndpoint {
  const endpoint = endpoints.find((candidate) => gatewayIpOf(candidate, gateway) === gatewayIp.toLowerCase());
  if (endpoint) return endpoint;
  const kind = gateway.networkType === 'public' ? 'id of a public address' : 'private address';
  const allowed = endpoints.map((candidate) => gatewayIpOf(candidate, gateway)).join(' or ');
  const message = `${quote(gatewayIp)} is no ${kind} of the VPN gateway ${gateway.id}; it has ${allowed}.`;
  throw ProblemError.invalid('gatewayIp', message);
}

function notReady({ id, state }: VpnGateway): ProblemError {
  const rule: VpnRule = 'gateway-not-ready';
  const detail = `The VPN gateway ${id} is ${state}; it must be active to have its connections made or changed.`;
  return new ProblemError('precondition-failed', detail, {
    resource: 'vpn-gateway',
    resourceId: id,
    precondition: rule,
  });
}
