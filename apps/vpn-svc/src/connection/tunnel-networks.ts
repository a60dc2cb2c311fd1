import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { ConnectionEnds } from './connection-ends';
import type { ConnectionPlan } from './connection-plan';
import { connectionExists, noTunnelNetworkLeft, tunnelNetworkTaken } from './connection.problems';
import { nextTunnelAddresses, type TunnelAddresses } from './tunnel-network';
import type { VpnConnection } from './vpn-connection.entity';
import { VpnConnectionRepository } from './vpn-connection.repository';

type TunnelColumns = Pick<VpnConnection, 'tunnelNetwork' | 'tunnelLocalAddress' | 'tunnelPeerAddress'>;

/** What a gateway and a customer gateway can have once only; for those who locked both. */
@Injectable()
export class TunnelNetworks {
  constructor(private readonly connections: VpnConnectionRepository) {}

  /** Throws `conflict` when another connection has the two ends. */
  async requireNoTwin(tx: Tx, ends: ConnectionEnds, connectionId: string): Promise<void> {
    const twin = await this.connections.findTwin(tx, ends.endpoint.id, ends.customerGateway.id, connectionId);
    if (twin !== undefined) throw connectionExists(ends, twin);
  }

  /** The addresses as planned, or ones that neither end has elsewhere. Errors: `conflict`, `exhausted`. */
  async settle(
    tx: Tx,
    planned: ConnectionPlan['tunnel'],
    { gateway, customerGateway }: ConnectionEnds,
    connectionId: string,
  ): Promise<TunnelColumns> {
    if (planned === 'none') return { tunnelNetwork: null, tunnelLocalAddress: null, tunnelPeerAddress: null };
    const taken = await this.connections.takenNetworks(tx, gateway.id, customerGateway.id, connectionId);
    if (planned === 'to-be-chosen') {
      const chosen = nextTunnelAddresses(taken);
      if (!chosen) throw noTunnelNetworkLeft();
      return columnsOf(chosen);
    }
    if (taken.has(planned.network)) throw tunnelNetworkTaken(planned.network);
    return columnsOf(planned);
  }
}

function columnsOf({ network, local, peer }: TunnelAddresses): TunnelColumns {
  return { tunnelNetwork: network, tunnelLocalAddress: local, tunnelPeerAddress: peer };
}
