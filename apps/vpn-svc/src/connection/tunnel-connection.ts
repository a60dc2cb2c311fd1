import type { CustomerGateway } from '../customer-gateway/customer-gateway.entity';
import type { VpnEndpoint } from '../gateway/vpn-endpoint.entity';
import type { VpnGateway } from '../gateway/vpn-gateway.entity';
import type { TunnelConnection, TunnelSelectors } from '../tunnel/tunnel.driver';
import { withPrefix } from './tunnel-network';
import type { VpnConnection } from './vpn-connection.entity';

/** Who proves to be whom with the pre-shared key: first this end, then the other. */
export type TunnelIdentities = [local: string, remote: string];

/** What the driver is told of a connection, at the row's revision. The endpoint has its addresses. */
export function toTunnelConnection(
  connection: VpnConnection,
  endpoint: VpnEndpoint,
  gateway: VpnGateway,
  customerGateway: CustomerGateway,
): TunnelConnection {
  const { tunnelLocalAddress: local, tunnelPeerAddress: peer } = connection;
  const [localId, remoteId] = toTunnelIdentities(connection, endpoint, customerGateway);
  return {
    id: connection.id,
    revision: BigInt(connection.revision),
    endpointId: endpoint.id,
    localAddress: localAddressOf(endpoint),
    remote: customerGateway.idValue,
    localId,
    remoteId,
    ike: connection.ikePolicy,
    ipsec: connection.ipsecPolicy,
    children: selectorsOf(connection, gateway),
    interface: local === null || peer === null ? null : { local: withPrefix(local), remote: withPrefix(peer) },
    bgp: bgpOf(connection, gateway, customerGateway),
  };
}

/** An id of type ip that was not given is the address itself; for a customer gateway with a name, that name. */
export function toTunnelIdentities(
  { ikePolicy }: Pick<VpnConnection, 'ikePolicy'>,
  endpoint: VpnEndpoint,
  customerGateway: CustomerGateway,
): TunnelIdentities {
  return [ikePolicy.localId ?? localAddressOf(endpoint), ikePolicy.peerId ?? customerGateway.idValue];
}

/** Where the customer gateway reaches it. */
function localAddressOf({ id, eipAddress, accessAddress }: VpnEndpoint): string {
  const address = eipAddress ?? accessAddress;
  if (address === null) throw new Error(`endpoint ${id} has no address yet`);
  return address;
}

/** Without policies everything may pass, and routes decide what does. */
function selectorsOf({ style, policyRules }: VpnConnection, { ipVersion }: VpnGateway): TunnelSelectors[] {
  if (style === 'policy') {
    return policyRules.map(({ source, destinations }) => ({ local: [source], remote: destinations }));
  }
  const everything = ipVersion === 4 ? '0.0.0.0/0' : '::/0';
  return [{ local: [everything], remote: [everything] }];
}

function bgpOf({ style }: VpnConnection, gateway: VpnGateway, { bgpAsn }: CustomerGateway): TunnelConnection['bgp'] {
  return style === 'bgp' && bgpAsn !== null ? { localAsn: Number(gateway.bgpAsn), peerAsn: Number(bgpAsn) } : null;
}
