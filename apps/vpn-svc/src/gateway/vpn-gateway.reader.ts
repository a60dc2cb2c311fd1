import { Injectable } from '@nestjs/common';
import { type ListVpnGateways, VPN_QUOTA_RESOURCES, type VpnQuota, type VpnQuotaResource } from '@isthmus/contracts';
import { Database, type Queryable } from '@isthmus/db';
import type { VpnGatewayView, VpnZoneOffer } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import type { RpcContext } from '@isthmus/rpc';
import { Availability } from '../placement/availability';
import { VpnEndpointRepository } from './vpn-endpoint.repository';
import type { VpnGateway } from './vpn-gateway.entity';
import { VpnGatewayRepository } from './vpn-gateway.repository';
import { toVpnGatewayView } from './vpn-gateway.view';

/** What is told of gateways and of what may be had. */
@Injectable()
export class VpnGatewayReader {
  constructor(
    private readonly database: Database,
    private readonly gateways: VpnGatewayRepository,
    private readonly endpoints: VpnEndpointRepository,
    private readonly availability: Availability,
    private readonly quotas: ProjectQuotas<VpnQuotaResource>,
  ) {}

  /** Throws `not-found`. */
  async get(gatewayId: string, { projectId }: RpcContext): Promise<VpnGatewayView> {
    const gateway = await this.gateways.find(gatewayId, projectId);
    if (!gateway) throw ProblemError.notFound('vpn-gateway', gatewayId);
    return this.view(this.database, gateway);
  }

  async list(query: ListVpnGateways, { projectId }: RpcContext): Promise<VpnGatewayView[]> {
    return this.views(this.database, await this.gateways.list(projectId, query));
  }

  /** The gateway as that transaction sees it. */
  async view(on: Queryable, gateway: VpnGateway): Promise<VpnGatewayView> {
    return (await this.views(on, [gateway]))[0] as VpnGatewayView;
  }

  listOffers(region: string): VpnZoneOffer[] {
    return this.availability.offersIn(region);
  }

  async listQuotas({ projectId }: RpcContext): Promise<VpnQuota[]> {
    const used = await this.quotas.used(this.database, projectId);
    return VPN_QUOTA_RESOURCES.map((resource) => ({
      resource,
      limit: this.quotas.limits[resource],
      used: used[resource],
    }));
  }

  private async views(on: Queryable, gateways: VpnGateway[]): Promise<VpnGatewayView[]> {
    const ids = gateways.map(({ id }) => id);
    // One after the other: a transaction has one connection.
    const endpoints = await this.endpoints.list(ids, on);
    const groups = await this.gateways.countGroups(on, ids);
    return gateways.map((gateway) => {
      const own = endpoints.filter(({ gatewayId }) => gatewayId === gateway.id);
      return toVpnGatewayView(gateway, own, groups.get(gateway.id) ?? 0);
    });
  }
}
