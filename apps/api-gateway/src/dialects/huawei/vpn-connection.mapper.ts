import type { CreateVpnConnection, ListVpnConnections, UpdateVpnConnection } from '@isthmus/contracts';
import type { VpnConnectionView, VpnHealth, VpnPolicyRule, VpnStyle } from '@isthmus/model';
import type { SealedText } from '@isthmus/secrets';
import { given } from '../../http/given';
import { toPageRequest } from './huawei.paging';
import { toIkePolicy, toIkePolicyBody, toIpsecPolicy, toIpsecPolicyBody } from './ike-policy.mapper';
import type { ConnectionBody, ConnectionStatus, CreatedConnectionBody, StyleWord } from './vpn-connection.body';
import {
  type CreateConnectionFields,
  type ListConnectionsQuery,
  MAX_CONNECTIONS,
  type PolicyRuleDto,
  type UpdateConnectionFields,
} from './vpn-connection.dto';

const STYLES: Record<VpnStyle, StyleWord> = { static: 'STATIC', policy: 'POLICY', bgp: 'BGP' };

/** `psk` is the pre-shared key of the body, sealed. */
export function toCreateCommand(body: CreateConnectionFields, psk: SealedText | undefined): CreateVpnConnection {
  return {
    gatewayId: body.vgw_id.toLowerCase(),
    gatewayIp: body.vgw_ip.toLowerCase(),
    customerGatewayId: body.cgw_id.toLowerCase(),
    ...toChanges(body, psk),
    ...given({ style: body.style, haRole: body.ha_role, tags: body.tags }),
  };
}

/** Undefined when the body changes nothing. */
export function toUpdateCommand(
  connectionId: string,
  body: UpdateConnectionFields,
  psk: SealedText | undefined,
): UpdateVpnConnection | undefined {
  const changes = { ...toChanges(body, psk), ...given({ customerGatewayId: body.cgw_id?.toLowerCase() }) };
  return Object.keys(changes).length > 0 ? { connectionId, ...changes } : undefined;
}

/** What a create and an update have in common. */
function toChanges(
  body: CreateConnectionFields | UpdateConnectionFields,
  psk: SealedText | undefined,
): Omit<UpdateVpnConnection, 'connectionId'> {
  return given({
    name: body.name,
    peerSubnets: body.peer_subnets,
    tunnelLocalAddress: body.tunnel_local_address,
    tunnelPeerAddress: body.tunnel_peer_address,
    isNqaEnabled: body.enable_nqa,
    isHubEnabled: body.enable_hub,
    psk,
    policyRules: body.policy_rules?.map(toPolicyRule),
    ikePolicy: body.ikepolicy && toIkePolicy(body.ikepolicy),
    ipsecPolicy: body.ipsecpolicy && toIpsecPolicy(body.ipsecpolicy),
  });
}

function toPolicyRule({ source, destination }: PolicyRuleDto): VpnPolicyRule {
  return { source, destinations: destination };
}

function toPolicyRuleBody({ source, destinations }: VpnPolicyRule): PolicyRuleDto {
  return { source, destination: destinations };
}

export function toListQuery(query: ListConnectionsQuery): ListVpnConnections {
  return {
    ...toPageRequest(query, MAX_CONNECTIONS),
    ...given({
      gatewayId: query.vgw_id?.toLowerCase(),
      gatewayIp: query.vgw_ip?.toLowerCase(),
      enterpriseProjectId: query.enterprise_project_id?.toLowerCase(),
    }),
  };
}

/** The answer to a create has no status. */
export function toCreatedConnectionBody(connection: VpnConnectionView): CreatedConnectionBody {
  const { style } = connection;
  return {
    id: connection.id,
    name: connection.name,
    vgw_id: connection.gatewayId,
    vgw_ip: connection.gatewayIp,
    style: STYLES[style],
    cgw_id: connection.customerGatewayId,
    ...given({
      peer_subnets: connection.peerSubnets.length > 0 ? connection.peerSubnets : undefined,
      tunnel_local_address: connection.tunnelLocalAddress,
      tunnel_peer_address: connection.tunnelPeerAddress,
      enable_nqa: style === 'static' ? connection.isNqaEnabled : undefined,
      enable_hub: style === 'bgp' ? connection.isHubEnabled : undefined,
      policy_rules: style === 'policy' ? connection.policyRules.map(toPolicyRuleBody) : undefined,
    }),
    ikepolicy: toIkePolicyBody(connection.ikePolicy),
    ipsecpolicy: toIpsecPolicyBody(connection.ipsecPolicy),
    created_at: connection.createdAt,
    updated_at: connection.updatedAt,
    enterprise_project_id: connection.enterpriseProjectId,
    ha_role: connection.haRole,
    ...given({ tags: connection.tags.length > 0 ? connection.tags : undefined }),
  };
}

export function toConnectionBody(connection: VpnConnectionView): ConnectionBody {
  const { style, tunnelPeerAddress } = connection;
  const [peer] = tunnelPeerAddress?.split('/') ?? [];
  return {
    ...toCreatedConnectionBody(connection),
    status: toStatus(connection),
    ...given({ bgp_peer: style === 'bgp' && peer !== undefined ? { peer_ip_address: peer } : undefined }),
  };
}

const TUNNELS: Record<VpnHealth, ConnectionStatus> = { up: 'ACTIVE', down: 'DOWN', unknown: 'UNKNOWN' };

export function toStatus({ state, tunnel }: Pick<VpnConnectionView, 'state' | 'tunnel'>): ConnectionStatus {
  switch (state) {
    case 'creating':
      return 'PENDING_CREATE';
    case 'updating':
      return 'PENDING_UPDATE';
    case 'deleting':
      return 'PENDING_DELETE';
    case 'error':
      return 'ERROR';
    case 'active':
      return TUNNELS[tunnel];
  }
}
