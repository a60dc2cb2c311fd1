import type { SubnetView } from '@isthmus/model';
import { planRangeChange, planSubnets } from './subnet-plan';

const subnet = { id: 's', family: 4, cidr: '10.0.0.0/24', rangeStart: '10.0.0.5', rangeEnd: '10.0.0.9' } as SubnetView;

describe('planSubnets', () => {
  it('plans an IPv4 /22 and an IPv6 /64 for an automatic network', () => {
    expect(planSubnets({ kind: 'automatic' })).toMatchObject([
      { kind: 'automatic', family: 4, prefixLength: 22 },
      { kind: 'automatic', family: 6, prefixLength: 64 },
    ]);
  });

  it('adds an IPv6 /64 to given IPv4 subnets, and none to given IPv6 ones', () => {
    expect(planSubnets({ kind: 'subnets', cidrs: ['10.0.0.0/24'] })).toMatchObject([
      { kind: 'cidr', cidr: '10.0.0.0/24', hasGateway: true },
      { kind: 'automatic', family: 6 },
    ]);
    expect(planSubnets({ kind: 'subnets', cidrs: ['fd00:1::/64'] })).toHaveLength(1);
  });

  it('plans one subnet without a gateway for a managed range', () => {
    const range = { startIp: '10.0.3.7', endIp: '10.0.2.9', netmask: '255.255.254.0' };
    expect(() => planSubnets({ kind: 'range', range })).toThrow(/after its end/);
    expect(planSubnets({ kind: 'range', range: { ...range, endIp: '10.0.3.9' } })).toMatchObject([
      { kind: 'cidr', cidr: '10.0.2.0/23', range: { start: '10.0.3.7', end: '10.0.3.9' }, hasGateway: false },
    ]);
  });

  it('plans nothing for an unmanaged network', () => {
    expect(planSubnets({ kind: 'none' })).toEqual([]);
  });
});

describe('planRangeChange', () => {
  it('completes a partial change with what the network has', () => {
    expect(planRangeChange({ endIp: '10.0.0.20' }, [subnet])).toEqual({
      subnetId: 's',
      cidr: '10.0.0.0/24',
      range: { start: '10.0.0.5', end: '10.0.0.20' },
    });
    expect(planRangeChange({ netmask: '255.255.0.0' }, [subnet])).toMatchObject({ cidr: '10.0.0.0/16' });
  });

  it('names the argument that does not fit', () => {
    expect(() => planRangeChange({ endIp: '10.0.1.20' }, [subnet])).toThrow(/10\.0\.1\.20 is not a usable address/);
  });
});
