import type { CreateVpnGateway } from '@isthmus/contracts';
import type { VpnFlavor, VpnRule } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { atRouter, availability, blocks, EIP, inVpc, template, VPC } from '../../test/gateway-commands';
import { type GatewayPlan, planGateway } from './gateway-plan';

const plan = (command: CreateVpnGateway): GatewayPlan => planGateway(command, availability);
const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: '' }));

function refusalOf(command: CreateVpnGateway): ProblemError {
  try {
    plan(command);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

type Refusal = { why: string; command: CreateVpnGateway; field: string; says: RegExp; rule?: VpnRule };

const refusals: Refusal[] = [
  { why: 'a name with a space', command: { ...inVpc, name: 'a b' }, field: 'name', says: /1 to 64 letters/ },
  { why: 'an empty name', command: { ...inVpc, name: '' }, field: 'name', says: /1 to 64 letters/ },
  { why: 'a name of 65', command: { ...inVpc, name: 'a'.repeat(65) }, field: 'name', says: /1 to 64 letters/ },
  {
    why: 'a network type',
    command: { ...inVpc, networkType: 'x' as never },
    field: 'networkType',
    says: /public, private/,
  },
  {
    why: 'an attachment',
    command: { ...inVpc, attachmentType: 'x' as never },
    field: 'attachmentType',
    says: /vpc, er/,
  },
  { why: 'an IP version', command: { ...inVpc, ipVersion: 5 as never }, field: 'ipVersion', says: /4, 6/ },
  { why: 'a flavor', command: { ...inVpc, flavor: 'v1g' as never }, field: 'flavor', says: /Professional1/ },
  { why: 'an HA mode', command: { ...inVpc, haMode: 'x' as never }, field: 'haMode', says: /active-standby/ },
  {
    why: 'a router of a VPC gateway',
    command: { ...inVpc, erId: VPC },
    field: 'erId',
    says: /Only a gateway of a router/,
  },
  { why: 'er without a router', command: { ...atRouter, erId: undefined }, field: 'erId', says: /Name the router/ },
  { why: 'a router that is no UUID', command: { ...atRouter, erId: 'x' }, field: 'erId', says: /UUID/ },
  { why: 'no VPC', command: { ...inVpc, vpcId: undefined }, field: 'vpcId', says: /Name the VPC/ },
  { why: 'a VPC that is no UUID', command: { ...inVpc, vpcId: 'x' }, field: 'vpcId', says: /UUID/ },
  {
    why: 'no subnet',
    command: { ...inVpc, connectSubnetId: undefined },
    field: 'connectSubnetId',
    says: /Name the subnet/,
  },
  {
    why: 'a subnet that is no UUID',
    command: { ...inVpc, connectSubnetId: 'x' },
    field: 'connectSubnetId',
    says: /UUID/,
  },
  { why: 'an access VPC', command: { ...inVpc, accessVpcId: 'x' }, field: 'accessVpcId', says: /UUID/ },
  { why: 'an access subnet', command: { ...inVpc, accessSubnetId: 'x' }, field: 'accessSubnetId', says: /UUID/ },
  {
    why: 'no local subnets',
    command: { ...inVpc, localSubnets: undefined },
    field: 'localSubnets',
    says: /needs its local/,
  },
  {
    why: 'no IPv6 local subnets',
    command: { ...inVpc, ipVersion: 6, localSubnets: undefined },
    field: 'localSubnetsV6',
    says: /needs its local/,
  },
  {
    why: 'IPv4 subnets for IPv6',
    command: { ...inVpc, ipVersion: 6, localSubnetsV6: ['fd00::/64'] },
    field: 'localSubnets',
    says: /IPv6 passes/,
  },
  {
    why: 'IPv6 subnets for IPv4',
    command: { ...inVpc, localSubnetsV6: ['fd00::/64'] },
    field: 'localSubnetsV6',
    says: /IPv4 passes/,
  },
  {
    why: 'local subnets of a router',
    command: { ...atRouter, localSubnets: ['10.0.0.0/8'] },
    field: 'localSubnets',
    says: /router has no local subnets/,
  },
  { why: 'an empty list', command: { ...inVpc, localSubnets: [] }, field: 'localSubnets', says: /1 to 50/ },
  { why: '51 subnets', command: { ...inVpc, localSubnets: blocks(51) }, field: 'localSubnets', says: /1 to 50/ },
  {
    why: 'host bits',
    command: { ...inVpc, localSubnets: ['10.0.0.1/24'] },
    field: 'localSubnets',
    says: /10\.0\.0\.0\/24/,
  },
  { why: 'no CIDR', command: { ...inVpc, localSubnets: ['home'] }, field: 'localSubnets', says: /CIDR/ },
  {
    why: 'the wrong family',
    command: { ...inVpc, localSubnets: ['fd00::/64'] },
    field: 'localSubnets',
    says: /not an IPv4/,
  },
  {
    why: 'a subnet twice',
    command: { ...inVpc, localSubnets: ['10.0.0.0/24', '10.0.0.0/24'] },
    field: 'localSubnets',
    says: /given twice/,
  },
  {
    why: 'subnets that overlap',
    command: { ...inVpc, localSubnets: ['10.0.0.0/24', '10.0.0.0/16'] },
    field: 'localSubnets',
    says: /10\.0\.0\.0\/16 overlaps 10\.0\.0\.0\/24/,
  },
  { why: 'ASN 0', command: { ...inVpc, bgpAsn: 0 }, field: 'bgpAsn', says: /from 1 to 4294967295/ },
  { why: 'an ASN too large', command: { ...inVpc, bgpAsn: 4_294_967_296 }, field: 'bgpAsn', says: /from 1 to/ },
  { why: 'a broken ASN', command: { ...inVpc, bgpAsn: 1.5 }, field: 'bgpAsn', says: /whole number/ },
  {
    why: 'Basic for private',
    command: { ...inVpc, flavor: 'Basic', networkType: 'private' },
    field: 'flavor',
    says: /Basic gateways are public/,
  },
  {
    why: 'Basic for er',
    command: { ...atRouter, flavor: 'Basic' },
    field: 'flavor',
    says: /Basic gateways serve one VPC/,
  },
  {
    why: 'a flavor nobody hosts',
    command: { ...inVpc, region: 'one', flavor: 'GM' },
    field: 'flavor',
    says: /No zone of one/,
  },
  { why: 'a region nobody hosts in', command: { ...inVpc, region: 'none' }, field: 'flavor', says: /No zone of none/ },
  {
    why: 'one zone of three',
    command: { ...inVpc, zones: ['a'] },
    field: 'zones',
    says: /two different zones of a, b, c/,
  },
  { why: 'three zones', command: { ...inVpc, zones: ['a', 'b', 'c'] }, field: 'zones', says: /two different/ },
  { why: 'a zone twice', command: { ...inVpc, zones: ['a', 'a'] }, field: 'zones', says: /two different/ },
  { why: 'a foreign zone', command: { ...inVpc, zones: ['a', 'x'] }, field: 'zones', says: /x does not host/ },
  {
    why: 'two of one',
    command: { ...inVpc, region: 'one', zones: ['only', 'only'] },
    field: 'zones',
    says: /one zone: only/,
  },
  {
    why: 'an enterprise project that is no UUID',
    command: { ...inVpc, enterpriseProjectId: '1' },
    field: 'enterpriseProjectId',
    says: /UUID, or 0/,
  },
  {
    why: 'an EIP of a private one',
    command: { ...inVpc, networkType: 'private', eip2: {} },
    field: 'eip2',
    says: /no EIPs/,
  },
  { why: 'an EIP that is no UUID', command: { ...inVpc, eip1: { id: 'x' } }, field: 'eip1.id', says: /UUID/ },
  {
    why: 'an EIP that exists with a size',
    command: { ...inVpc, eip1: { id: EIP, bandwidthMbps: 5 } },
    field: 'eip1.id',
    says: /by its id alone/,
  },
  {
    why: 'an EIP that exists with a type',
    command: { ...inVpc, eip2: { id: EIP, type: '5_bgp' } },
    field: 'eip2.id',
    says: /by its id alone/,
  },
  { why: 'a long type', command: { ...inVpc, eip1: { type: 'x'.repeat(37) } }, field: 'eip1.type', says: /at most 36/ },
  {
    why: 'a charge mode',
    command: { ...inVpc, eip1: { chargeMode: 'free' as never, bandwidthMbps: 1 } },
    field: 'eip1.chargeMode',
    says: /bandwidth, traffic/,
  },
  {
    why: 'a new EIP without a size',
    command: { ...inVpc, eip1: {} },
    field: 'eip1.bandwidthMbps',
    says: /needs the size/,
  },
  {
    why: 'a bandwidth name',
    command: { ...inVpc, eip1: { bandwidthMbps: 5, bandwidthName: 'a b' } },
    field: 'eip1.bandwidthName',
    says: /1 to 64 letters/,
  },
  { why: 'a bandwidth', command: { ...inVpc, eip1: { bandwidthId: 'x' } }, field: 'eip1.bandwidthId', says: /UUID/ },
  {
    why: 'one EIP twice',
    command: { ...inVpc, eip1: { id: EIP }, eip2: { id: EIP.toUpperCase() } },
    field: 'eip2.id',
    says: /different/,
    rule: 'eip-is-bound',
  },
  {
    why: 'private addresses of a public gateway',
    command: { ...inVpc, accessPrivateIp1: '10.0.0.5', accessPrivateIp2: '10.0.0.6' },
    field: 'accessPrivateIp1',
    says: /Only the addresses of a private gateway/,
  },
  {
    why: 'the first private address alone',
    command: { ...inVpc, networkType: 'private', accessPrivateIp1: '10.0.0.5' },
    field: 'accessPrivateIp2',
    says: /both private addresses, or neither/,
    rule: 'private-ips-both-or-none',
  },
  {
    why: 'the second private address alone',
    command: { ...inVpc, networkType: 'private', accessPrivateIp2: '10.0.0.5' },
    field: 'accessPrivateIp1',
    says: /both private addresses, or neither/,
    rule: 'private-ips-both-or-none',
  },
  {
    why: 'the same private address twice',
    command: { ...inVpc, networkType: 'private', accessPrivateIp1: 'fd00::1', accessPrivateIp2: 'FD00:0::1' },
    field: 'accessPrivateIp2',
    says: /must be different/,
    rule: 'private-ips-are-equal',
  },
  {
    why: 'a private address that is none',
    command: { ...inVpc, networkType: 'private', accessPrivateIp1: 'x', accessPrivateIp2: '10.0.0.5' },
    field: 'accessPrivateIp1',
    says: /not an IP address/,
  },
  { why: '21 tags', command: { ...inVpc, tags: tags(21) }, field: 'tags', says: /at most 20/ },
  {
    why: 'a tag without a key',
    command: { ...inVpc, tags: [{ key: '', value: '' }] },
    field: 'tags',
    says: /1 to 128/,
  },
  {
    why: 'a long tag key',
    command: { ...inVpc, tags: [{ key: 'k'.repeat(129), value: '' }] },
    field: 'tags',
    says: /1 to 128/,
  },
  {
    why: 'a long tag value',
    command: { ...inVpc, tags: [{ key: 'k', value: 'v'.repeat(256) }] },
    field: 'tags',
    says: /0 to 255/,
  },
  {
    why: 'a tag with a slash',
    command: { ...inVpc, tags: [{ key: 'a/b', value: '' }] },
    field: 'tags',
    says: /letters/,
  },
  { why: 'a tag key twice', command: { ...inVpc, tags: [...tags(1), ...tags(1)] }, field: 'tags', says: /given twice/ },
  {
    why: 'a policy template for fixed addresses',
    command: { ...inVpc, policyTemplate: template },
    field: 'policyTemplate',
    says: /fixed addresses only/,
  },
  {
    why: 'a policy template with half of it',
    command: { ...inVpc, flavor: 'Professional1-NonFixedIP', policyTemplate: { ike: template.ike } as never },
    field: 'policyTemplate.ipsec',
    says: /IKE and an IPsec/,
  },
  {
    why: 'a short IKE lifetime',
    command: {
      ...{ ...inVpc, flavor: 'Professional1-NonFixedIP' },
      policyTemplate: { ...template, ike: { ...template.ike, lifetimeSeconds: 59 } },
    },
    field: 'policyTemplate.ike.lifetimeSeconds',
    says: /60 to 604800/,
  },
  {
    why: 'a short IPsec lifetime',
    command: {
      ...{ ...inVpc, flavor: 'Professional1-NonFixedIP' },
      policyTemplate: { ...template, ipsec: { ...template.ipsec, lifetimeSeconds: 29 } },
    },
    field: 'policyTemplate.ipsec.lifetimeSeconds',
    says: /30 to 604800/,
  },
  {
    why: 'a weak algorithm in a policy template',
    command: {
      ...{ ...inVpc, flavor: 'Professional1-NonFixedIP' },
      policyTemplate: { ...template, ipsec: { ...template.ipsec, pfs: 'group2' as never } },
    },
    field: 'policyTemplate.ipsec.pfs',
    says: /group14/,
  },
];

describe('a gateway is refused for', () => {
  it.each(refusals)('$why', ({ command, field, says, rule }) => {
    const { code, message, meta } = refusalOf(command);
    expect({ code, field: meta.violations?.map((violation) => violation.field), rule: meta.precondition }).toEqual({
      code: 'invalid-argument',
      field: [field],
      rule,
    });
    expect(message).toMatch(says);
  });
});

describe('the bandwidth of a new EIP', () => {
  const most: Record<VpnFlavor, number> = {
    Basic: 100,
    Professional1: 300,
    'Professional1-NonFixedIP': 300,
    Professional2: 1_000,
    'Professional2-NonFixedIP': 1_000,
    GM: 500,
  };

  it.each(Object.entries(most) as [VpnFlavor, number][])('of %s is at most %d Mbit/s', (flavor, mbps) => {
    const asking = (bandwidthMbps: number): CreateVpnGateway => ({ ...inVpc, flavor, eip2: { bandwidthMbps } });
    expect(plan(asking(mbps)).eips?.[1].bandwidthMbps).toBe(mbps);
    expect(plan(asking(1)).eips?.[1].bandwidthMbps).toBe(1);
    for (const wrong of [0, mbps + 1, 1.5]) {
      expect(refusalOf(asking(wrong))).toMatchObject({
        code: 'invalid-argument',
        message: `An EIP of a gateway of ${flavor} has a bandwidth of 1 to ${mbps} Mbit/s.`,
        meta: { precondition: 'eip-bandwidth-size', violations: [{ field: 'eip2.bandwidthMbps' }] },
      });
    }
  });
});
