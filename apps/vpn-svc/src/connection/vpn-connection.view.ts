import type { VpnConnectionView } from '@isthmus/model';
import { withPrefix } from './tunnel-network';
import type { VpnConnection } from './vpn-connection.entity';

/** A connection with what is shown of its gateway. */
export interface SeenConnection extends VpnConnection {
  /** Id of the endpoint's public address, or its private address. */
  gatewayIp: string;
  enterpriseProjectId: string;
}

export function toVpnConnectionView(connection: SeenConnection): VpnConnectionView {
  const { id, projectId, name, gatewayId, gatewayIp, style, customerGatewayId, peerSubnets } = connection;
  const { tunnelLocalAddress: local, tunnelPeerAddress: peer, isNqaEnabled, isHubEnabled } = connection;
  const { policyRules, ikePolicy, ipsecPolicy, haRole, enterpriseProjectId, tags } = connection;
  const { state, stateReason, tunnel, createdAt, updatedAt } = connection;
  return {
    ...{ id, projectId, name, gatewayId, gatewayIp, style, customerGatewayId, peerSubnets },
    tunnelLocalAddress: local === null ? null : withPrefix(local),
    tunnelPeerAddress: peer === null ? null : withPrefix(peer),
    ...{ isNqaEnabled, isHubEnabled, policyRules, ikePolicy, ipsecPolicy, haRole, enterpriseProjectId, tags },
    ...{ state, stateReason, tunnel, createdAt, updatedAt },
  };
}
