import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { Address6 } from 'ip-address';
import { ProblemError } from '@isthmus/problem';
import { addToAddress, canonicalAddress, formatAddress, parseAddress, parseIpv4, tryParseAddress } from './address';

const v4 = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((value) => ({ family: 4 as const, value }));
const v6 = fc
  .oneof(
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
    // Many zero groups, where the shortening is decided.
    fc
      .array(fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, fc.bigInt({ min: 0n, max: 0xffffn })), {
        minLength: 8,
        maxLength: 8,
      })
      .map((groups) => groups.reduce((sum, group) => (sum << 16n) | group, 0n)),
  )
  .filter((value) => value >> 32n !== 0xffffn)
  .map((value) => ({ family: 6 as const, value }));

describe('addresses', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), (address) => expect(parseAddress(formatAddress(address))).toEqual(address)),
    );
  });

  it('writes IPv6 as another implementation does', () => {
    fc.assert(
      fc.property(v6, (address) =>
        expect(formatAddress(address)).toBe(Address6.fromBigInt(address.value).correctForm()),
      ),
    );
  });

  it('reads every spelling of the same IPv6 address', () => {
    fc.assert(
      fc.property(v6, (address) => {
        const long = Address6.fromBigInt(address.value).canonicalForm();
        expect(tryParseAddress(long)).toEqual(address);
        expect(tryParseAddress(long.toUpperCase())).toEqual(address);
      }),
    );
  });

  it('accepts nothing that Node does not take for an address, and all it takes but the refused kinds', () => {
    const alphabet = fc.constantFrom(
      '0',
      '1',
      '2',
      '5',
      '9',
      'a',
      'f',
      'F',
      '.',
      ':',
      '::',
      '%',
      '/',
      ' ',
      '-',
      '+',
      'x',
    );
    const text = fc.array(alphabet, { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (candidate) => {
        const isRefused = candidate.includes('%') || (candidate.includes(':') && candidate.includes('.'));
        const isMapped = /^(0{0,4}:)*:?(0{1,4}:)*ffff:[0-9a-f]{1,4}:[0-9a-f]{1,4}$/i.test(candidate);
        if (isMapped) return;
        const expected = (isIPv4(candidate) || isIPv6(candidate)) && !isRefused;
        expect(tryParseAddress(candidate) !== undefined).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    '010.0.0.1',
    '10.0.0.01',
    '10.0.0',
    '10.0.0.0.1',
    '10.0.0.256',
    '10.0.0.1 ',
    ' 10.0.0.1',
    '10.0.0.1\n',
    '0x0a.0.0.1',
    '167772161',
    '10.0.0.1/32',
    '10.0.0.-1',
    '١٠.0.0.1',
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4::5:6:7:8',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '0:0:0:0:0:ffff:0a00:0001',
    '::10.0.0.1',
    '12345::',
    'g::',
    '[::1]',
  ])('refuses %j', (text) => {
    expect(() => parseAddress(text, 'ip')).toThrow(ProblemError);
  });

  it('says what to change, without echoing control characters or long input', () => {
    expect(() => parseAddress('10.0.0.01')).toThrow('"10.0.0.01" is not an IP address: remove the leading zeros.');
    expect(() => parseAddress('fe80::1%eth0')).toThrow('remove the zone id');
    expect(() => parseAddress('::ffff:1.2.3.4')).toThrow('write IPv4 addresses in dotted decimal');
    expect(() => parseAddress('1.2.3.4\r\nX: y')).toThrow(
      '"1.2.3.4\\r\\nX: y" is not an IP address: remove the spaces.',
    );
    expect(() => parseAddress('1'.repeat(1_000_000))).toThrow(/^"1{64}"… is not an IP address\.$/);
    expect(() => parseIpv4('fd00::1', 'startIp')).toThrow('"fd00::1" is not an IPv4 address.');
  });

  it('names the argument', () => {
    try {
      parseAddress('nonsense', 'range.start');
    } catch (error) {
      expect((error as ProblemError).meta.violations).toMatchObject([{ field: 'range.start', rule: 'format' }]);
    }
    expect.assertions(1);
  });

  it('shortens by RFC 5952', () => {
    expect(canonicalAddress('2001:DB8:0:0:1:0:0:1')).toBe('2001:db8::1:0:0:1');
    expect(canonicalAddress('2001:db8:0:1:1:1:1:1')).toBe('2001:db8:0:1:1:1:1:1');
    expect(canonicalAddress('0:0:0:0:0:0:0:0')).toBe('::');
    expect(canonicalAddress('1:2:3:4:5:6:7::')).toBe('1:2:3:4:5:6:7:0');
  });

  it('does not step out of the address space', () => {
    expect(formatAddress(addToAddress(parseAddress('10.0.0.255'), 1n))).toBe('10.0.1.0');
    expect(() => addToAddress(parseAddress('255.255.255.255'), 1n)).toThrow(RangeError);
    expect(() => addToAddress(parseAddress('::'), -1n)).toThrow(RangeError);
  });
});
