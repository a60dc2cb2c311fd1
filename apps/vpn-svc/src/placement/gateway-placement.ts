import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { VpnEndpointRepository } from '../gateway/vpn-endpoint.repository';
import { VpnGatewayRepository } from '../gateway/vpn-gateway.repository';
import { ZoneUsageRepository } from './zone-usage.repository';

/** Puts the endpoints of gateways into zones. Locks: gateway, then endpoints, then zones. */
@Injectable()
export class GatewayPlacement {
  constructor(
    private readonly database: Database,
    private readonly gateways: VpnGatewayRepository,
    private readonly endpoints: VpnEndpointRepository,
    private readonly usage: ZoneUsageRepository,
  ) {}

  /** Both endpoints of a gateway that is being made; once only. Throws `exhausted`. */
  async place(gatewayId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { state, zones, areZonesGiven } = await this.gateways.lockById(tx, gatewayId);
      // A worker that was away while its operation was undone comes too late.
      if (state !== 'creating') throw new ProblemError('interrupted', 'The gateway is not being created any more.');
      const endpoints = await this.endpoints.list([gatewayId], tx);
      if (endpoints.some(({ zone }) => zone !== null)) return;
      await this.endpoints.place(tx, gatewayId, await this.usage.take(tx, zones, areZonesGiven));
    });
  }

  async undo(gatewayId: string): Promise<void> {
    await this.database.transaction((tx) => this.giveBack(tx, gatewayId));
  }

  /** What the gateway has by now. */
  async giveBack(tx: Tx, gatewayId: string): Promise<void> {
    await this.gateways.lockById(tx, gatewayId);
    await this.usage.giveBack(tx, await this.endpoints.displace(tx, gatewayId));
  }
}
