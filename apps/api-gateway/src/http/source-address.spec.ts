import { parseTrustedProxies, sourceAddress } from './source-address';

const TRUSTED = parseTrustedProxies('10.0.0.0/8, 192.0.2.1,fd00::/8,2001:db8::5');

describe('the source address of a request', () => {
  it.each([
    ['is the peer', '203.0.113.7', undefined, '203.0.113.7'],
    ['is the peer without its mapping into IPv6', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['is the peer without its zone', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['is unknown when the connection is gone', undefined, '203.0.113.7', null],
    ['is the peer when a stranger sends the header', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['is the peer when a mapped stranger sends the header', '::ffff:203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['is the peer when a trusted one says nothing', '10.1.2.3', undefined, '10.1.2.3'],
    ['is what a trusted peer says', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['is what a peer says that is trusted by its address', '192.0.2.1', '198.51.100.1', '198.51.100.1'],
    ['is what a mapped trusted peer says', '::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['is what a trusted peer of IPv6 says', 'fd12::1', '2001:DB8:0::9', '2001:db8::9'],
    ['is what a peer of IPv6 says that is trusted by its address', '2001:db8::5', '198.51.100.1', '198.51.100.1'],
    ['is the peer beside the trusted address of IPv6', '2001:db8::6', '198.51.100.1', '2001:db8::6'],
    ['is told without its mapping', '10.1.2.3', '::FFFF:198.51.100.1', '198.51.100.1'],
    ['is not what the client made up before', '10.1.2.3', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['is not a trusted address that the client made up', '10.1.2.3', '10.9.9.9, 198.51.100.1', '198.51.100.1'],
    ['lies behind all trusted hops', '10.1.2.3', '1.1.1.1, 198.51.100.1, fd12::1 ,10.4.5.6', '198.51.100.1'],
    ['lies behind hops that are mapped', '10.1.2.3', '198.51.100.1, ::ffff:10.4.5.6', '198.51.100.1'],
    ['is the peer when all hops are trusted', '10.1.2.3', '10.9.9.9, 10.4.5.6', '10.1.2.3'],
    ['is the peer when the last hop is garbage', '10.1.2.3', '198.51.100.1, unknown', '10.1.2.3'],
    ['is the peer when garbage lies between trusted hops', '10.1.2.3', '198.51.100.1, x, 10.4.5.6', '10.1.2.3'],
    ['is the last hop whatever garbage lies before', '10.1.2.3', '<script>, 198.51.100.1', '198.51.100.1'],
    ['is the peer when the header is empty', '10.1.2.3', '', '10.1.2.3'],
    ['is the peer when a hop is empty', '10.1.2.3', '198.51.100.1,', '10.1.2.3'],
    ['is no address with a port', '10.1.2.3', '198.51.100.1:4711', '10.1.2.3'],
    ['is no number that only some take for an address', '10.1.2.3', '010.0.0.1', '10.1.2.3'],
    ['is no address with a zone', '10.1.2.3', 'fe80::1%eth0', '10.1.2.3'],
    ['is what the lines of several headers end with', '10.1.2.3', ['1.1.1.1', '198.51.100.1'], '198.51.100.1'],
  ])('%s', (_what, peer, forwardedFor, expected) => {
    expect(sourceAddress(peer, forwardedFor, TRUSTED)).toBe(expected);
  });

  it('is the peer, whatever anybody says, where no proxy is trusted', () => {
    expect(sourceAddress('127.0.0.1', '198.51.100.1', [])).toBe('127.0.0.1');
  });
});
