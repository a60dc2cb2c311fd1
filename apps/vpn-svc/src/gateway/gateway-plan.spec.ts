import type { CreateVpnGateway } from '@isthmus/contracts';
import { VPN_FLAVORS } from '@isthmus/model';
import {
  atRouter,
  availability,
  blocks,
  EIP,
  inVpc,
  OTHER_SUBNET,
  OTHER_VPC,
  SUBNET,
  template,
  VPC,
} from '../../test/gateway-commands';
import type { EipPlan } from './eip-plan';
import { type GatewayPlan, planGateway } from './gateway-plan';

const plan = (command: CreateVpnGateway): GatewayPlan => planGateway(command, availability);

describe('what is left out', () => {
  it('gets its default', () => {
    expect(plan(inVpc)).toEqual({
      region: 'three',
      name: expect.stringMatching(/^vpngw-[0-9a-f]{4}$/),
      networkType: 'public',
      attachmentType: 'vpc',
      ipVersion: 4,
      flavor: 'Professional1',
      erId: null,
      vpcId: VPC,
      connectSubnetId: SUBNET,
      accessVpcId: VPC,
      accessSubnetId: SUBNET,
      localSubnets: ['192.168.0.0/24'],
      bgpAsn: 64_512,
      haMode: 'active-active',
      zones: ['a', 'b', 'c'],
      areZonesGiven: false,
      enterpriseProjectId: '0',
      policyTemplate: null,
      tags: [],
      privateIps: null,
      eips: [defaultEip(), defaultEip()],
    });
  });

  it('is chosen later for the access subnet of a router, whose VPC is its own access', () => {
    const { erId, vpcId, accessVpcId, accessSubnetId, connectSubnetId, localSubnets } = plan(atRouter);
    expect({ erId, vpcId, accessVpcId, accessSubnetId, connectSubnetId, localSubnets }).toEqual({
      ...{ erId: VPC, vpcId: null, accessVpcId: VPC, accessSubnetId: null, connectSubnetId: null, localSubnets: [] },
    });
  });

  it('is no EIP for a private gateway', () => {
    expect(plan({ ...inVpc, networkType: 'private' }).eips).toBeNull();
  });

  it.each(VPN_FLAVORS)('is a policy template for %s only if its peers may change', (flavor) => {
    const changing = { ike: expect.objectContaining({ dhGroup: 'group15', lifetimeSeconds: 86_400 }) };
    const expected = flavor.endsWith('NonFixedIP') ? expect.objectContaining(changing) : null;
    expect(plan({ ...inVpc, flavor }).policyTemplate).toEqual(expected);
  });
});

function defaultEip(): EipPlan {
  return {
    addressId: null,
    type: '5_bgp',
    chargeMode: 'bandwidth',
    bandwidthId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    bandwidthMbps: 100,
    bandwidthName: expect.stringMatching(/^vpngw-bandwidth-[0-9a-f]{4}$/),
  };
}

describe('what is given', () => {
  const cases: { what: string; command: CreateVpnGateway; planned: Partial<GatewayPlan> }[] = [
    {
      what: 'the access of a router: the VPC and subnet, where no access is named',
      command: { ...atRouter, vpcId: OTHER_VPC, connectSubnetId: SUBNET },
      planned: { vpcId: null, connectSubnetId: null, accessVpcId: OTHER_VPC, accessSubnetId: SUBNET },
    },
    {
      what: 'the access of a router, over the VPC and subnet',
      command: {
        ...{ ...atRouter, vpcId: VPC, connectSubnetId: SUBNET },
        ...{ accessVpcId: OTHER_VPC, accessSubnetId: OTHER_SUBNET },
      },
      planned: { accessVpcId: OTHER_VPC, accessSubnetId: OTHER_SUBNET },
    },
    {
      what: 'an access of its own beside the VPC',
      command: { ...inVpc, accessVpcId: OTHER_VPC, accessSubnetId: OTHER_SUBNET },
      planned: { vpcId: VPC, connectSubnetId: SUBNET, accessVpcId: OTHER_VPC, accessSubnetId: OTHER_SUBNET },
    },
    {
      what: 'IPv6 subnets, in canonical notation',
      command: { ...inVpc, ipVersion: 6, localSubnets: undefined, localSubnetsV6: ['16AF:CACC:1097::/48'] },
      planned: { ipVersion: 6, localSubnets: ['16af:cacc:1097::/48'] },
    },
    {
      what: '50 local subnets',
      command: { ...inVpc, localSubnets: blocks(50) },
      planned: { localSubnets: blocks(50) },
    },
    {
      what: 'two zones in their order',
      command: { ...inVpc, zones: ['c', 'a'] },
      planned: { zones: ['c', 'a'], areZonesGiven: true },
    },
    {
      what: 'the only zone',
      command: { ...inVpc, region: 'one', zones: ['only'] },
      planned: { zones: ['only'], areZonesGiven: true },
    },
    { what: 'the largest ASN', command: { ...inVpc, bgpAsn: 4_294_967_295 }, planned: { bgpAsn: 4_294_967_295 } },
    {
      what: 'tags with letters of other alphabets',
      command: { ...inVpc, tags: [{ key: 'região ñ', value: 'São_Paulo.:=+-@ 1' }] },
      planned: { tags: [{ key: 'região ñ', value: 'São_Paulo.:=+-@ 1' }] },
    },
    {
      what: 'an enterprise project',
      command: { ...inVpc, enterpriseProjectId: EIP },
      planned: { enterpriseProjectId: EIP },
    },
    {
      what: 'a policy template',
      command: { ...inVpc, flavor: 'Professional2-NonFixedIP', policyTemplate: template },
      planned: { policyTemplate: template },
    },
    {
      what: 'both private addresses, in canonical notation',
      command: { ...inVpc, networkType: 'private', accessPrivateIp1: '10.0.0.9', accessPrivateIp2: 'FD00:0::1' },
      planned: { privateIps: ['10.0.0.9', 'fd00::1'] },
    },
    {
      what: 'a shared bandwidth, which needs neither size nor name',
      command: { ...inVpc, eip1: { bandwidthId: EIP, chargeMode: 'traffic', type: '5_sbgp' } },
      planned: {
        eips: [
          {
            ...{ addressId: null, type: '5_sbgp', chargeMode: 'traffic', bandwidthId: EIP },
            ...{ bandwidthMbps: null, bandwidthName: null },
          },
          defaultEip(),
        ],
      },
    },
    {
      what: 'a booked EIP, which has the bandwidth of the gateway, and a new one',
      command: { ...inVpc, eip1: { id: EIP }, eip2: { bandwidthMbps: 300, bandwidthName: 'mine' } },
      planned: {
        eips: [
          { ...defaultEip(), addressId: EIP, bandwidthMbps: 300 },
          { ...defaultEip(), bandwidthMbps: 300, bandwidthName: 'mine' },
        ],
      },
    },
  ];

  it.each(cases)('is taken: $what', ({ command, planned }) => {
    expect(plan(command)).toMatchObject(planned);
  });
});
