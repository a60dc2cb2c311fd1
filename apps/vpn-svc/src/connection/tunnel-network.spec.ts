import { nextTunnelAddresses, parseTunnelAddresses } from './tunnel-network';

describe('the addresses of a tunnel', () => {
  it('are the two hosts of a /30, either way round', () => {
    const network = '169.254.70.4/30';
    expect(parseTunnelAddresses('169.254.70.5/30', '169.254.70.6/30')).toEqual({
      network,
      local: '169.254.70.5',
      peer: '169.254.70.6',
    });
    expect(parseTunnelAddresses('169.254.70.6/30', '169.254.70.5/30')).toMatchObject({
      network,
      local: '169.254.70.6',
    });
  });

  it.each([
    ['169.254.70.1', '169.254.70.2/30', 'tunnelLocalAddress'],
    ['169.254.70.1/29', '169.254.70.2/30', 'tunnelLocalAddress'],
    ['169.254.70.1/30/30', '169.254.70.2/30', 'tunnelLocalAddress'],
    ['10.0.0.1/30', '10.0.0.2/30', 'tunnelLocalAddress'],
    ['169.255.0.1/30', '169.255.0.2/30', 'tunnelLocalAddress'],
    ['fe80::1/30', '169.254.70.2/30', 'tunnelLocalAddress'],
    ['169.254.195.1/30', '169.254.195.2/30', 'tunnelLocalAddress'],
    ['169.254.70.0/30', '169.254.70.1/30', 'tunnelLocalAddress'],
    ['169.254.70.1/30', '169.254.70.3/30', 'tunnelPeerAddress'],
    ['169.254.70.1/30', '169.254.70.1/30', 'tunnelPeerAddress'],
    ['169.254.70.1/30', '169.254.70.5/30', 'tunnelPeerAddress'],
    ['169.254.70.1/30', '', 'tunnelPeerAddress'],
  ])('are not %s and %s', (local, peer, field) => {
    expect(() => parseTunnelAddresses(local, peer)).toThrow(
      expect.objectContaining({ meta: { violations: [expect.objectContaining({ field })] } }),
    );
  });
});

describe('the choice of a tunnel network', () => {
  const blocks = Array.from({ length: 256 * 64 }, (_, index) => `169.254.${index >> 6}.${(index & 63) * 4}/30`);

  it('takes the first free one, and its first host for this end', () => {
    const first = nextTunnelAddresses(new Set());
    expect(first).toEqual({ network: '169.254.1.0/30', local: '169.254.1.1', peer: '169.254.1.2' });
    expect(nextTunnelAddresses(new Set(['169.254.1.0/30', '169.254.1.8/30']))?.network).toBe('169.254.1.4/30');
  });

  it('goes on to the end of what is not set aside, and what it chooses could be given', () => {
    // Each choice walks from the beginning, so only the last hundred are made.
    const last = new Set(blocks.slice(0, -164));
    const chosen: string[] = [];
    for (let next = nextTunnelAddresses(last); next; next = nextTunnelAddresses(last)) {
      expect(parseTunnelAddresses(`${next.local}/30`, `${next.peer}/30`)).toEqual(next);
      chosen.push(next.network);
      last.add(next.network);
    }
    expect(chosen).toEqual(blocks.slice(-164, -64));
  });

  it.each(['169.254.195.0/30', '169.254.195.252/30', '169.254.169.252/30', '169.254.0.0/30', '169.254.255.252/30'])(
    'never takes %s',
    (network) => {
      expect(nextTunnelAddresses(new Set(blocks.filter((block) => block !== network)))).toBeUndefined();
    },
  );
});
