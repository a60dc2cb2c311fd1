import { type Cidr, formatCidr, isAssignable, overlaps, parseCidr } from '@isthmus/cidr';
import type { VpnPolicyRule, VpnStyle } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { VpnGateway } from '../gateway/vpn-gateway.entity';

const MAX_SUBNETS = 50;
const MAX_RULES = 5;

type SubnetsOfGateway = Pick<VpnGateway, 'attachmentType' | 'ipVersion' | 'localSubnets'>;

/** 1 to 50 different CIDRs, none where the peer tells them itself. Throws `invalid-argument` for `peerSubnets`. */
export function peerSubnetsOf(style: VpnStyle, texts: string[], gateway: SubnetsOfGateway): string[] {
  const field = 'peerSubnets';
  const isLearnt = gateway.attachmentType === 'er' && style !== 'static';
  if (texts.length === 0 && isLearnt) return [];
  const subnets = cidrsOf(field, texts, gateway);
  for (const subnet of subnets) requireElsewhere(field, subnet, gateway);
  return subnets.map(formatCidr);
}

/** 1 to 5 rules for style `policy`, none for others. Throws `invalid-argument` for `policyRules…`. */
export function policyRulesOf(style: VpnStyle, rules: VpnPolicyRule[], gateway: SubnetsOfGateway): VpnPolicyRule[] {
  if (style !== 'policy') {
    if (rules.length === 0) return [];
    throw ProblemError.invalid('policyRules', 'Only connections of style policy have policy rules.');
  }
  if (rules.length === 0 || rules.length > MAX_RULES) {
    const message = `A connection of style policy needs 1 to ${MAX_RULES} policy rules.`;
    throw ProblemError.invalid('policyRules', message, rules.length === 0 ? 'required' : 'constraint');
  }
  return rules.map(({ source, destinations }) => {
    const [from] = cidrsOf('policyRules.source', [source], gateway);
    const to = cidrsOf('policyRules.destinations', destinations, gateway);
    for (const subnet of to) requireElsewhere('policyRules.destinations', subnet, gateway);
    return { source: from ? formatCidr(from) : source, destinations: to.map(formatCidr) };
  });
}

/** 1 to 50 different blocks of the gateway's family. */
function cidrsOf(field: string, texts: string[], { ipVersion }: SubnetsOfGateway): Cidr[] {
  if (texts.length === 0) throw ProblemError.invalid(field, `${field} must name at least one subnet.`, 'required');
  if (texts.length > MAX_SUBNETS)
    throw ProblemError.invalid(field, `${field} may name at most ${MAX_SUBNETS} subnets.`);
  const seen = new Set<string>();
  return texts.map((text) => {
    const cidr = parseCidr(text, field);
    const canonical = formatCidr(cidr);
    if (cidr.family !== ipVersion) {
      throw ProblemError.invalid(field, `${canonical} is not IPv${ipVersion}, which the VPN gateway carries.`);
    }
    // Everything can be sent through a tunnel, so the whole space is a subnet too.
    if (cidr.prefixLength > 0 && !isAssignable(cidr)) {
      throw ProblemError.invalid(field, `No machine can have an address of ${canonical}.`);
    }
    if (seen.has(canonical)) throw ProblemError.invalid(field, `${canonical} is given twice.`);
    seen.add(canonical);
    return cidr;
  });
}

function requireElsewhere(field: string, subnet: Cidr, { localSubnets }: SubnetsOfGateway): void {
  const local = localSubnets.find((text) => overlaps(parseCidr(text), subnet));
  if (local === undefined) return;
  throw ProblemError.invalid(field, `${formatCidr(subnet)} overlaps ${local}, a local subnet of the VPN gateway.`);
}
