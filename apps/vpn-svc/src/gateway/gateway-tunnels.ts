import { Injectable } from '@nestjs/common';
import type { SagaRun } from '@isthmus/operations';
import { TunnelDriver } from '../tunnel/tunnel.driver';
import type { VpnEndpoint } from './vpn-endpoint.entity';
import { VpnEndpointRepository } from './vpn-endpoint.repository';
import type { VpnGateway } from './vpn-gateway.entity';
import { VpnGatewayRepository } from './vpn-gateway.repository';
import { toAnnouncement, toTunnelEndpoint } from './vpn-gateway.view';

/** A gateway with both its endpoints, slot 1 first. */
export interface GatewayPair {
  gateway: VpnGateway;
  endpoints: VpnEndpoint[];
}

/** What the sagas tell the tunnel driver of a gateway, always at the revisions of the pair they pass. */
@Injectable()
export class GatewayTunnels {
  constructor(
    private readonly gateways: VpnGatewayRepository,
    private readonly endpoints: VpnEndpointRepository,
    private readonly driver: TunnelDriver,
  ) {}

  /** At the revisions of the rows: where a way back leads to. */
  async load({ resource: { id } }: SagaRun): Promise<GatewayPair> {
    const [gateway, endpoints] = await Promise.all([this.gateways.getById(id), this.endpoints.list([id])]);
    return { gateway, endpoints };
  }

  /** At the revisions before those of the rows: what a way back comes after. */
  async loadForward(run: SagaRun): Promise<GatewayPair> {
    const { gateway, endpoints } = await this.load(run);
    return { gateway: before(gateway), endpoints: endpoints.map(before) };
  }

  async ensureEndpoints(run: SagaRun, { gateway, endpoints }: GatewayPair): Promise<void> {
    const wanted = endpoints.map((endpoint) => toTunnelEndpoint(gateway, endpoint));
    await Promise.all(wanted.map((endpoint) => this.driver.ensureEndpoint(endpoint, run.signal)));
  }

  async removeEndpoints(run: SagaRun, { endpoints }: GatewayPair): Promise<void> {
    const removals = endpoints.map(({ id, revision }) => ({ id, revision: BigInt(revision) }));
    await Promise.all(removals.map((removal) => this.driver.removeEndpoint(removal, run.signal)));
  }

  announce(run: SagaRun, { gateway }: Pick<GatewayPair, 'gateway'>): Promise<void> {
    return this.driver.announce(toAnnouncement(gateway), run.signal);
  }

  withdraw(run: SagaRun, { gateway: { id, revision } }: GatewayPair): Promise<void> {
    return this.driver.withdraw({ id, revision: BigInt(revision) }, run.signal);
  }
}

function before<T extends { revision: string }>(row: T): T {
  return { ...row, revision: String(BigInt(row.revision) - 1n) };
}
