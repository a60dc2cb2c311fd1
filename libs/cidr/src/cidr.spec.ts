import { BlockList } from 'node:net';
import fc from 'fast-check';
import { Address4, Address6 } from 'ip-address';
import { bitsOf, formatAddress, parseAddress } from './address';
import {
  type Cidr,
  cidrOf,
  containsAddress,
  containsCidr,
  firstAddress,
  formatCidr,
  lastAddress,
  overlaps,
  parseCidr,
  sizeOf,
} from './cidr';
import { netmaskOf, prefixLengthOf } from './netmask';
import { isAssignable, isRfc1918, isUla, ulaBlock } from './private-space';
import { parseNetmaskRange, parseSpan } from './range';
import { firstUsable, isUsable, lastUsable } from './usable';

const anyCidr = fc
  .constantFrom(4 as const, 6 as const)
  .chain((family) =>
    fc.record({
      family: fc.constant(family),
      value: fc.bigInt({ min: 0n, max: (1n << BigInt(bitsOf(family))) - 1n }),
      prefixLength: fc.integer({ min: 0, max: bitsOf(family) }),
    }),
  )
  .map(({ family, value, prefixLength }) => cidrOf({ family, value }, prefixLength))
  .filter((cidr) => cidr.family === 4 || cidr.first >> 32n !== 0xffffn);

/** Two blocks of which one is often inside the other. */
const related = anyCidr.chain((cidr) =>
  fc.tuple(
    fc.constant(cidr),
    fc.oneof(
      anyCidr,
      fc
        .tuple(fc.integer({ min: 0, max: bitsOf(cidr.family) }), fc.bigInt({ min: 0n, max: sizeOf(cidr) - 1n }))
        .map(([length, offset]) => cidrOf({ family: cidr.family, value: cidr.first + offset }, length)),
    ),
  ),
);

function oracle(cidr: Cidr): Address4 | Address6 {
  return cidr.family === 4 ? new Address4(formatCidr(cidr)) : new Address6(formatCidr(cidr));
}

/** Node's own matcher, which shares nothing with this library. */
function nodeContains(cidr: Cidr, address: string, family: 4 | 6): boolean {
  const list = new BlockList();
  list.addSubnet(formatAddress(firstAddress(cidr)), cidr.prefixLength, cidr.family === 4 ? 'ipv4' : 'ipv6');
  return cidr.family === family && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

describe('blocks', () => {
  it('reads back what it writes, and agrees with another implementation about the ends', () => {
    fc.assert(
      fc.property(anyCidr, (cidr) => {
        expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
        expect(firstAddress(cidr).value).toBe(oracle(cidr).startAddress().bigInt());
        expect(lastAddress(cidr).value).toBe(oracle(cidr).endAddress().bigInt());
      }),
    );
  });

  it('contains what Node says it contains', () => {
    fc.assert(
      fc.property(related, ([cidr, other]) => {
        const address = firstAddress(other);
        const expected = nodeContains(cidr, formatAddress(address), other.family);
        expect(containsAddress(cidr, address)).toBe(expected);
      }),
    );
  });

  it('overlaps exactly when the two spans of addresses meet', () => {
    fc.assert(
      fc.property(related, ([left, right]) => {
        const meet =
          left.family === right.family &&
          left.first <= lastAddress(right).value &&
          right.first <= lastAddress(left).value;
        expect(overlaps(left, right)).toBe(meet);
        expect(containsCidr(left, right) && containsCidr(right, left)).toBe(formatCidr(left) === formatCidr(right));
      }),
    );
  });

  it('refuses host bits and names the network that fits', () => {
    fc.assert(
      fc.property(anyCidr, fc.bigInt({ min: 1n, max: 1n << 128n }), (cidr, salt) => {
        fc.pre(sizeOf(cidr) > 1n);
        const inside = { family: cidr.family, value: cidr.first + 1n + (salt % (sizeOf(cidr) - 1n)) };
        fc.pre(cidr.family === 4 || inside.value >> 32n !== 0xffffn);
        expect(() => parseCidr(`${formatAddress(inside)}/${cidr.prefixLength}`)).toThrow(
          `has host bits set; the network is ${formatCidr(cidr)}.`,
        );
      }),
    );
  });

  it.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/+8',
    '10.0.0.0/8.0',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0 /8',
    '10.0.0.0/ 8',
    '10.0.0.0/8\n',
    '10.0.0.0/255.0.0.0',
    '010.0.0.0/8',
    '300.0.0.0/8',
    'fd00::/129',
    'fd00::/9007199254740993',
    'fd00::%1/64',
    '::ffff:0.0.0.0/96',
    '::ffff:0:0/96',
    '/8',
    '',
  ])('refuses %j', (text) => {
    expect(() => parseCidr(text, 'cidr')).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('has first and last usable addresses', () => {
    const ends = (text: string) => [firstUsable(parseCidr(text)), lastUsable(parseCidr(text))].map(formatAddress);
    expect(ends('172.16.4.0/22')).toEqual(['172.16.4.1', '172.16.7.254']);
    expect(ends('10.0.0.0/31')).toEqual(['10.0.0.0', '10.0.0.1']);
    expect(ends('10.0.0.7/32')).toEqual(['10.0.0.7', '10.0.0.7']);
    expect(ends('fd00::/64')).toEqual(['fd00::1', 'fd00::ffff:ffff:ffff:ffff']);
    expect(isUsable(parseCidr('10.0.0.0/24'), parseAddress('10.0.0.255'))).toBe(false);
    expect(isUsable(parseCidr('10.0.0.0/24'), parseAddress('fd00::1'))).toBe(false);
  });

  it('counts beyond 2^53', () => {
    expect(sizeOf(parseCidr('fd00::/64'))).toBe(18446744073709551616n);
    expect(sizeOf(parseCidr('::/0'))).toBe(1n << 128n);
  });
});

describe('netmasks', () => {
  it('turns prefix lengths into netmasks and back', () => {
    for (let length = 0; length <= 32; length++) {
      const netmask = netmaskOf(length);
      expect(new Address4(`0.0.0.0/${length}`).subnetMaskAddress().correctForm()).toBe(netmask);
      expect(prefixLengthOf(netmask)).toBe(length);
    }
  });

  it('refuses every number that is not ones, then zeros', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 0xffffffffn }), (value) => {
        const isMask = /^1*0*$/.test(value.toString(2).padStart(32, '0'));
        const text = formatAddress({ family: 4, value });
        if (isMask) expect(() => prefixLengthOf(text)).not.toThrow();
        else expect(() => prefixLengthOf(text)).toThrow('is not a netmask');
      }),
    );
  });
});

describe('ranges', () => {
  const range = { startIp: '10.0.0.50', endIp: '10.0.0.99', netmask: '255.255.255.0' };
  const fieldOf = (change: Partial<typeof range>): string | undefined => {
    try {
      parseNetmaskRange({ ...range, ...change });
      return undefined;
    } catch (error) {
      return (error as { meta: { violations: { field: string }[] } }).meta.violations[0]?.field;
    }
  };

  it('finds the network', () => {
    expect(formatCidr(parseNetmaskRange(range).cidr)).toBe('10.0.0.0/24');
    expect(fieldOf({ startIp: '10.0.0.99' })).toBeUndefined();
  });

  it('names the argument that is wrong', () => {
    expect(fieldOf({ startIp: '10.0.0.100' })).toBe('startIp');
    expect(fieldOf({ startIp: '10.0.0.0' })).toBe('startIp');
    expect(fieldOf({ endIp: '10.0.0.255' })).toBe('endIp');
    expect(fieldOf({ endIp: '10.0.1.4' })).toBe('endIp');
    expect(fieldOf({ endIp: 'fd00::1' })).toBe('endIp');
    expect(fieldOf({ netmask: '255.0.255.0' })).toBe('netmask');
    expect(() => parseSpan(parseCidr('fd00::/64'), { start: 'fd00::9', end: 'fd00::3' })).toThrow(
      'The range starts at fd00::9, after its end fd00::3.',
    );
  });
});

describe('private space', () => {
  it('knows RFC 1918, ULA and what no machine can have', () => {
    expect(['10.0.0.0/8', '172.31.252.0/22', '192.168.1.0/24'].map(block).every(isRfc1918)).toBe(true);
    expect(['172.32.0.0/22', '0.0.0.0/0', '8.8.8.0/24', '172.0.0.0/11'].map(block).some(isRfc1918)).toBe(false);
    expect(isUla(parseCidr('fd12:3456::/64'))).toBe(true);
    expect(isUla(parseCidr('2001:db8::/64'))).toBe(false);
    expect(['10.0.0.0/8', '192.0.2.0/24', '2001:db8::/64', 'fd00::/8'].map(block).every(isAssignable)).toBe(true);
    expect(
      ['0.0.0.0/0', '127.0.0.0/24', '224.0.0.0/24', '255.255.255.0/24', '::/0', '::/64', 'fe80::/64', 'ff02::/64']
        .map(block)
        .some(isAssignable),
    ).toBe(false);
  });

  it('makes a ULA of all the randomness it is given', () => {
    expect(formatCidr(ulaBlock(Uint8Array.of(1, 2, 3, 4, 5, 6, 7)))).toBe('fd01:203:405:607::/64');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 7, maxLength: 7 }), (bytes) => {
        const block = ulaBlock(bytes);
        expect(isUla(block)).toBe(true);
        expect(parseCidr(formatCidr(block))).toEqual(block);
      }),
    );
    expect(() => ulaBlock(new Uint8Array(6))).toThrow(RangeError);
  });
});

function block(text: string): Cidr {
  return parseCidr(text);
}
