import type { CreateVpnConnection } from '@isthmus/contracts';
import { commandFor, type ConnectionPlan, planConnection, type PlanEnds } from './connection-plan';
import type { VpnConnection } from './vpn-connection.entity';

const VPC: PlanEnds = {
  gateway: { attachmentType: 'vpc', ipVersion: 4, localSubnets: ['10.1.0.0/16'], haMode: 'active-active' },
  customerGateway: { id: 'cgw', bgpAsn: null },
};
const ROUTER: PlanEnds = { ...VPC, gateway: { ...VPC.gateway, attachmentType: 'er', localSubnets: [] } };
const IPV6: PlanEnds = { ...VPC, gateway: { ...VPC.gateway, ipVersion: 6, localSubnets: ['fd00:1::/64'] } };
const STANDBY: PlanEnds = { ...VPC, gateway: { ...VPC.gateway, haMode: 'active-standby' } };
const SPEAKER: PlanEnds = { ...VPC, customerGateway: { id: 'cgw', bgpAsn: '65001' } };
const ROUTER_SPEAKER: PlanEnds = { ...ROUTER, customerGateway: SPEAKER.customerGateway };

type Change = Partial<CreateVpnConnection>;
const RULE = { source: '10.1.1.0/24', destinations: ['192.168.0.0/24'] };
const LOCAL = '169.254.70.1/30';
const PEER = '169.254.70.2/30';

function plan(change: Change = {}, ends = VPC): ConnectionPlan {
  const command = { gatewayId: 'vgw', gatewayIp: 'eip', customerGatewayId: 'cgw', peerSubnets: ['192.168.0.0/24'] };
  return planConnection({ ...command, ...change }, ends);
}

function refusedField(change: Change, ends?: PlanEnds): string | undefined {
  try {
    plan(change, ends);
    return undefined;
  } catch (error) {
    return (error as { meta?: { violations?: { field: string }[] } }).meta?.violations?.[0]?.field;
  }
}

const subnets = (count: number): string[] => Array.from({ length: count }, (_, index) => `192.168.${index}.0/24`);

describe('the plan of a connection', () => {
  it('has all defaults', () => {
    expect(plan()).toEqual({
      name: expect.stringMatching(/^vpn-[0-9a-f]{4}$/) as string,
      style: 'static',
      peerSubnets: ['192.168.0.0/24'],
      tunnel: 'to-be-chosen',
      isNqaEnabled: false,
      isHubEnabled: false,
      policyRules: [],
      ikePolicy: {
        ikeVersion: 'v2',
        phase1NegotiationMode: null,
        authenticationAlgorithm: 'sha2-256',
        encryptionAlgorithm: 'aes-128',
        dhGroup: 'group15',
        authenticationMethod: 'pre-share',
        lifetimeSeconds: 86_400,
        localIdType: 'ip',
        localId: null,
        peerIdType: 'ip',
        peerId: null,
        dpd: { timeoutSeconds: 15, intervalSeconds: 30, message: 'seq-hash-notify' },
      },
      ipsecPolicy: {
        authenticationAlgorithm: 'sha2-256',
        encryptionAlgorithm: 'aes-128',
        pfs: 'group15',
        transformProtocol: 'esp',
        lifetimeSeconds: 3_600,
        encapsulationMode: 'tunnel',
      },
      haRole: 'master',
      tags: [],
    });
  });

  it('takes version 1 with the main mode unless it is told otherwise', () => {
    expect(plan({ ikePolicy: { ikeVersion: 'v1' } }).ikePolicy.phase1NegotiationMode).toBe('main');
    const aggressive = { ikeVersion: 'v1', phase1NegotiationMode: 'aggressive' } as const;
    expect(plan({ ikePolicy: aggressive }).ikePolicy.phase1NegotiationMode).toBe('aggressive');
  });

  const allowed: [string, Change, PlanEnds?][] = [
    ['50 peer subnets', { peerSubnets: subnets(50) }],
    ['the whole space behind a router', { peerSubnets: ['0.0.0.0/0'] }, ROUTER],
    ['IPv6 subnets', { peerSubnets: ['fd00:2::/64'] }, IPV6],
    ['tunnel addresses', { tunnelLocalAddress: LOCAL, tunnelPeerAddress: PEER }],
    ['NQA', { isNqaEnabled: true }],
    ['a hub', { style: 'bgp', isHubEnabled: true }, SPEAKER],
    ['no peer subnets where BGP tells them', { style: 'bgp', peerSubnets: undefined }, ROUTER_SPEAKER],
    ['no peer subnets where policies tell them', { style: 'policy', peerSubnets: [], policyRules: [RULE] }, ROUTER],
    ['policies', { style: 'policy', policyRules: Array<typeof RULE>(5).fill(RULE) }],
    ['the standby', { haRole: 'slave' }, STANDBY],
    ['the shortest times', { ikePolicy: { lifetimeSeconds: 60, dpd: { timeoutSeconds: 2, intervalSeconds: 10 } } }],
    [
      'the longest times',
      { ikePolicy: { lifetimeSeconds: 604_800, dpd: { timeoutSeconds: 60, intervalSeconds: 3_600 } } },
    ],
    ['the lifetimes of the second phase', { ipsecPolicy: { lifetimeSeconds: 30, pfs: 'disable' } }],
    ['names', { ikePolicy: { localIdType: 'fqdn', localId: 'a.example', peerIdType: 'fqdn', peerId: '@b' } }],
  ];

  it.each(allowed.map(([what, change, ends]) => ({ what, change, ends })))('allows $what', ({ change, ends }) => {
    expect(refusedField(change, ends)).toBeUndefined();
  });

  const refused: [string, Change, PlanEnds?][] = [
    ['name', { name: 'a b' }],
    ['style', { style: 'dynamic' as never }],
    ['peerSubnets', { peerSubnets: undefined }],
    ['peerSubnets', { peerSubnets: [] }, ROUTER],
    ['peerSubnets', { style: 'bgp', peerSubnets: [] }, SPEAKER],
    ['peerSubnets', { peerSubnets: subnets(51) }],
    ['peerSubnets', { peerSubnets: ['192.168.0.0/24', '192.168.0.0/24'] }],
    ['peerSubnets', { peerSubnets: ['192.168.0.1/24'] }],
    ['peerSubnets', { peerSubnets: ['fd00:2::/64'] }],
    ['peerSubnets', { peerSubnets: ['192.168.0.0/24'] }, IPV6],
    ['peerSubnets', { peerSubnets: ['224.0.0.0/4'] }],
    ['peerSubnets', { peerSubnets: ['10.1.128.0/24'] }],
    ['peerSubnets', { peerSubnets: ['10.0.0.0/8'] }],
    ['peerSubnets', { peerSubnets: ['0.0.0.0/0'] }],
    ['policyRules', { policyRules: [RULE] }],
    ['policyRules', { style: 'policy' }],
    ['policyRules', { style: 'policy', policyRules: Array<typeof RULE>(6).fill(RULE) }],
    ['policyRules.source', { style: 'policy', policyRules: [{ ...RULE, source: '10.1.1.1' }] }],
    ['policyRules.destinations', { style: 'policy', policyRules: [{ ...RULE, destinations: [] }] }],
    ['policyRules.destinations', { style: 'policy', policyRules: [{ ...RULE, destinations: subnets(51) }] }],
    ['policyRules.destinations', { style: 'policy', policyRules: [{ ...RULE, destinations: ['10.1.2.0/24'] }] }],
    ['tunnelPeerAddress', { tunnelLocalAddress: LOCAL }],
    ['tunnelLocalAddress', { tunnelPeerAddress: PEER }],
    [
      'tunnelLocalAddress',
      { style: 'policy', policyRules: [RULE], tunnelLocalAddress: LOCAL, tunnelPeerAddress: PEER },
    ],
    ['isNqaEnabled', { style: 'bgp', isNqaEnabled: true }, SPEAKER],
    ['isHubEnabled', { isHubEnabled: true }],
    ['customerGatewayId', { style: 'bgp' }],
    ['haRole', { haRole: 'slave' }],
    ['tags', { tags: [{ key: '', value: '' }] }],
    ['ikePolicy.phase1NegotiationMode', { ikePolicy: { phase1NegotiationMode: 'main' } }],
    ['ikePolicy.ikeVersion', { ikePolicy: { ikeVersion: 'v3' as never } }],
    ['ikePolicy.dhGroup', { ikePolicy: { dhGroup: 'disable' } }],
    ['ikePolicy.encryptionAlgorithm', { ikePolicy: { encryptionAlgorithm: '3des' as never } }],
    ['ikePolicy.lifetimeSeconds', { ikePolicy: { lifetimeSeconds: 59 } }],
    ['ikePolicy.lifetimeSeconds', { ikePolicy: { lifetimeSeconds: 604_801 } }],
    ['ikePolicy.dpd.timeoutSeconds', { ikePolicy: { dpd: { timeoutSeconds: 1 } } }],
    ['ikePolicy.dpd.timeoutSeconds', { ikePolicy: { dpd: { timeoutSeconds: 61 } } }],
    ['ikePolicy.dpd.intervalSeconds', { ikePolicy: { dpd: { intervalSeconds: 9 } } }],
    ['ikePolicy.dpd.intervalSeconds', { ikePolicy: { dpd: { intervalSeconds: 3_601 } } }],
    ['ikePolicy.localId', { ikePolicy: { localIdType: 'fqdn' } }],
    ['ikePolicy.localId', { ikePolicy: { localId: 'name' } }],
    ['ikePolicy.peerId', { ikePolicy: { peerIdType: 'fqdn' } }],
    ['ikePolicy.peerId', { ikePolicy: { peerIdType: 'fqdn', peerId: 'a b' } }],
    ['ipsecPolicy.lifetimeSeconds', { ipsecPolicy: { lifetimeSeconds: 29 } }],
    ['ipsecPolicy.lifetimeSeconds', { ipsecPolicy: { lifetimeSeconds: 604_801 } }],
    ['ipsecPolicy.transformProtocol', { ipsecPolicy: { transformProtocol: 'ah' as never } }],
  ];

  it.each(refused.map(([field, change, ends]) => ({ field, change, ends })))(
    'refuses a wrong $field: $change',
    ({ field, change, ends }) => {
      expect(refusedField(change, ends)).toBe(field);
    },
  );
});

describe('the plan of a changed connection', () => {
  const planned = plan({
    name: 'office',
    ikePolicy: { ikeVersion: 'v1', phase1NegotiationMode: 'aggressive', localIdType: 'fqdn', localId: 'a.example' },
  });
  const present = {
    ...planned,
    gatewayId: 'vgw',
    customerGatewayId: 'cgw',
    tunnelLocalAddress: '169.254.70.1',
    tunnelPeerAddress: '169.254.70.2',
  } as unknown as VpnConnection;
  const changed = (change: object): ConnectionPlan =>
    planConnection(commandFor(present, 'eip', { connectionId: 'vpn', ...change }), VPC);

  it('is as it was where nothing is named', () => {
    const tunnel = { network: '169.254.70.0/30', local: '169.254.70.1', peer: '169.254.70.2' };
    expect(changed({})).toEqual({ ...planned, tunnel });
  });

  it('drops what belonged to another version or type of id', () => {
    expect(changed({ ikePolicy: { ikeVersion: 'v2' } }).ikePolicy.phase1NegotiationMode).toBeNull();
    expect(changed({ ikePolicy: { localIdType: 'ip' } }).ikePolicy.localId).toBeNull();
    const renewed = changed({ ikePolicy: { lifetimeSeconds: 100, dpd: { timeoutSeconds: 20 } } }).ikePolicy;
    const dpd = { ...planned.ikePolicy.dpd, timeoutSeconds: 20 };
    expect(renewed).toEqual({ ...planned.ikePolicy, lifetimeSeconds: 100, dpd });
  });

  it('does not complete a lone tunnel address', () => {
    expect(() => changed({ tunnelLocalAddress: LOCAL })).toThrow('Both addresses');
  });
});
