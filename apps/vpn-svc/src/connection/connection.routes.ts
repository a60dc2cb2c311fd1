import type { SetVpnRoutes } from '@isthmus/contracts';
import type { VpnEndpoint } from '../gateway/vpn-endpoint.entity';
import type { VpnGateway } from '../gateway/vpn-gateway.entity';
import type { VpnConnection } from './vpn-connection.entity';

type Destinations = Pick<VpnConnection, 'id' | 'peerSubnets' | 'policyRules'>;

/** The routes that lead what is meant for the peer to the endpoint, in the VPC that the gateway serves or routes. */
export function routesOf(connection: Destinations, gateway: VpnGateway, endpoint: VpnEndpoint): SetVpnRoutes {
  const vpcId = gateway.vpcId ?? gateway.erId;
  const privateNetworkId = gateway.connectNetworkId ?? gateway.accessNetworkId;
  const address = gateway.connectNetworkId === null ? endpoint.accessAddress : endpoint.connectAddress;
  if (vpcId === null || address === null) throw new Error(`endpoint ${endpoint.id} is not attached yet`);
  return {
    connectionId: connection.id,
    gatewayId: gateway.id,
    vpcId,
    localSubnets: gateway.localSubnets,
    nextHop: { privateNetworkId, address },
    destinations: destinationsOf(connection),
  };
}

/** None: all routes of the connection go. */
export function withoutDestinations(routes: SetVpnRoutes): SetVpnRoutes {
  return { ...routes, destinations: [] };
}

/** Where policies alone say what passes the tunnel, theirs are the destinations. */
function destinationsOf({ peerSubnets, policyRules }: Destinations): string[] {
  if (peerSubnets.length > 0) return peerSubnets;
  return [...new Set(policyRules.flatMap(({ destinations }) => destinations))];
}
