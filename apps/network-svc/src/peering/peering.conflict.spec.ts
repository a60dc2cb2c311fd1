import { conflictOf, firstOverlap, type LinkedNetwork } from './peering.conflict';

const network = (networkId: string, cidrs: string[], change: Partial<LinkedNetwork> = {}): LinkedNetwork => ({
  networkId,
  projectId: 'one',
  cidrs,
  reachable: [],
  ...change,
});

describe('conflicts of subnets', () => {
  it('finds the two blocks, of either family and either size', () => {
    expect(firstOverlap(['fd00::/64', '10.0.0.0/24'], ['fd01::/64', '10.0.0.0/16'])).toEqual([
      '10.0.0.0/24',
      '10.0.0.0/16',
    ]);
    expect(firstOverlap(['10.0.0.0/24'], ['10.0.1.0/24', 'fd00::/64'])).toBeUndefined();
  });

  it('names its own block first, for each side', () => {
    const [left, right] = [network('a', ['10.0.0.0/24']), network('b', ['10.0.0.0/16'])];
    expect(conflictOf(left, right)).toContain('10.0.0.0/24 of the local network overlaps 10.0.0.0/16');
    expect(conflictOf(right, left)).toContain('10.0.0.0/16 of the local network overlaps 10.0.0.0/24');
  });

  it('sees what a router reaches through another peering, but not the same network twice', () => {
    const reachable = [{ peerNetworkId: 'c', destination: '10.2.0.0/16' }];
    const left = network('a', ['10.1.0.0/24'], { reachable });
    expect(conflictOf(left, network('b', ['10.2.3.0/24']))).toContain(
      '10.2.3.0/24 of the peer network overlaps 10.2.0.0/16',
    );
    expect(conflictOf(left, network('c', ['10.2.0.0/16']))).toBeNull();
  });

  it('keeps to itself what the router of another project reaches', () => {
    const reachable = [{ peerNetworkId: 'c', destination: '10.1.0.0/16' }];
    const foreign = network('b', ['10.2.0.0/24'], { reachable, projectId: 'two' });
    const told = conflictOf(network('a', ['10.1.0.0/24']), foreign);
    expect(told).toContain('10.1.0.0/24 of the local network');
    expect(told).not.toContain('10.1.0.0/16');
    expect(conflictOf(foreign, network('a', ['10.1.0.0/24']))).toContain('10.1.0.0/16');
  });
});
