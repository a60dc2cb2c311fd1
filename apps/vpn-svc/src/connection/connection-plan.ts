import type { CreateVpnConnection, UpdateVpnConnection } from '@isthmus/contracts';
import { type VpnStyle, VPN_STYLES } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { CustomerGateway } from '../customer-gateway/customer-gateway.entity';
import { requireOneOf } from '../gateway/argument';
import type { VpnGateway } from '../gateway/vpn-gateway.entity';
import { nameOr } from '../names';
import { checkedTags } from '../tags';
import { changedIkePolicy, given, ikePolicyOf, ipsecPolicyOf } from './ipsec-policies';
import { peerSubnetsOf, policyRulesOf } from './peer-subnets';
import { parseTunnelAddresses, type TunnelAddresses, withPrefix } from './tunnel-network';
import type { VpnConnection } from './vpn-connection.entity';

/** What the rules look at of the two ends. */
export interface PlanEnds {
  gateway: Pick<VpnGateway, 'attachmentType' | 'ipVersion' | 'localSubnets' | 'haMode'>;
  customerGateway: Pick<CustomerGateway, 'id' | 'bgpAsn'>;
}

/** A connection as it shall be, but for the addresses of its tunnel where they are still to be chosen. */
export interface ConnectionPlan extends Pick<
  VpnConnection,
  | 'name'
  | 'style'
  | 'peerSubnets'
  | 'isNqaEnabled'
  | 'isHubEnabled'
  | 'policyRules'
  | 'ikePolicy'
  | 'ipsecPolicy'
  | 'haRole'
  | 'tags'
> {
  tunnel: TunnelAddresses | 'to-be-chosen' | 'none';
}

/** The command with every default, checked against all rules that need nothing but both ends. Throws `invalid-argument`. */
export function planConnection(command: CreateVpnConnection, ends: PlanEnds): ConnectionPlan {
  const style = requireOneOf('style', command.style ?? 'static', VPN_STYLES);
  const { isNqaEnabled = false, isHubEnabled = false } = command;
  if (isNqaEnabled && style !== 'static')
    throw ProblemError.invalid('isNqaEnabled', 'Only static connections have NQA.');
  if (isHubEnabled && style !== 'bgp') throw ProblemError.invalid('isHubEnabled', 'Only BGP connections can be hubs.');
  if (style === 'bgp' && ends.customerGateway.bgpAsn === null) {
    const message = `The customer gateway ${ends.customerGateway.id} has no BGP ASN, which BGP connections need.`;
    throw ProblemError.invalid('customerGatewayId', message);
  }
  return {
    name: nameOr('vpn', command.name),
    style,
    peerSubnets: peerSubnetsOf(style, command.peerSubnets ?? [], ends.gateway),
    tunnel: tunnelOf(style, command.tunnelLocalAddress, command.tunnelPeerAddress),
    isNqaEnabled,
    isHubEnabled,
    policyRules: policyRulesOf(style, command.policyRules ?? [], ends.gateway),
    ikePolicy: ikePolicyOf(command.ikePolicy),
    ipsecPolicy: ipsecPolicyOf(command.ipsecPolicy),
    haRole: haRoleOf(command.haRole ?? 'master', ends.gateway),
    tags: checkedTags(command.tags),
  };
}

/** The command that would make of nothing what the update makes of the connection. */
export function commandFor(
  present: VpnConnection,
  gatewayIp: string,
  update: UpdateVpnConnection,
): CreateVpnConnection {
  const { name, customerGatewayId, peerSubnets, tunnelLocalAddress, tunnelPeerAddress } = update;
  const { isNqaEnabled, isHubEnabled, policyRules, ikePolicy, ipsecPolicy } = update;
  const changes = { name, customerGatewayId, peerSubnets, tunnelLocalAddress, tunnelPeerAddress };
  // Both ends of the tunnel change together or not at all, so a lone one must not be completed.
  const isTunnelGiven = tunnelLocalAddress !== undefined || tunnelPeerAddress !== undefined;
  const { tunnelLocalAddress: local, tunnelPeerAddress: peer } = present;
  return {
    name: present.name,
    gatewayId: present.gatewayId,
    gatewayIp,
    style: present.style,
    customerGatewayId: present.customerGatewayId,
    peerSubnets: present.peerSubnets,
    ...(!isTunnelGiven && local !== null && { tunnelLocalAddress: withPrefix(local) }),
    ...(!isTunnelGiven && peer !== null && { tunnelPeerAddress: withPrefix(peer) }),
    isNqaEnabled: present.isNqaEnabled,
    isHubEnabled: present.isHubEnabled,
    policyRules: present.policyRules,
    haRole: present.haRole,
    tags: present.tags,
    ...given({ ...changes, isNqaEnabled, isHubEnabled, policyRules }),
    ikePolicy: changedIkePolicy(present.ikePolicy, ikePolicy ?? {}),
    ipsecPolicy: { ...present.ipsecPolicy, ...given(ipsecPolicy ?? {}) },
  };
}

function tunnelOf(style: VpnStyle, local: string | undefined, peer: string | undefined): ConnectionPlan['tunnel'] {
  if (local === undefined && peer === undefined) return style === 'policy' ? 'none' : 'to-be-chosen';
  const missing = local === undefined ? 'tunnelLocalAddress' : 'tunnelPeerAddress';
  if (style === 'policy') {
    const field = local === undefined ? 'tunnelPeerAddress' : 'tunnelLocalAddress';
    throw ProblemError.invalid(field, 'Connections of style policy have no addresses inside the tunnel.');
  }
  if (local === undefined || peer === undefined) {
    throw ProblemError.invalid(missing, 'Both addresses of the tunnel must be given, or none.', 'required');
  }
  return parseTunnelAddresses(local, peer);
}

function haRoleOf(haRole: 'master' | 'slave', { haMode }: PlanEnds['gateway']): 'master' | 'slave' {
  if (haRole === 'slave' && haMode !== 'active-standby') {
    throw ProblemError.invalid('haRole', 'Only connections of an active-standby VPN gateway can be slave.');
  }
  return requireOneOf('haRole', haRole, ['master', 'slave']);
}
