import { parseCidr } from '@isthmus/cidr';
import { refusalOf } from './address-rules';

describe('an address to send to', () => {
  it.each([
    '1.1.1.1',
    '93.184.216.34',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001:810::200e',
    // Translated to 1.1.1.1.
    '64:ff9b::101:101',
  ])('may be %s', (address) => expect(refusalOf(address, [])).toBeUndefined());

  it.each([
    ['unspecified', '0.0.0.0'],
    ['unspecified', '0.1.2.3'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['shared (carrier-grade NAT)', '100.64.0.1'],
    // Metadata of Alibaba Cloud.
    ['shared (carrier-grade NAT)', '100.100.100.200'],
    ['link-local', '169.254.0.1'],
    // Metadata of most clouds.
    ['link-local', '169.254.169.254'],
    ['cloud metadata', '168.63.129.16'],
    // Metadata of Oracle Cloud.
    ['reserved', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['6to4 relay', '192.88.99.1'],
    ['benchmarking', '198.19.0.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved or broadcast', '240.0.0.1'],
    ['reserved or broadcast', '255.255.255.255'],
    ['unspecified, loopback or IPv4-compatible', '::'],
    ['unspecified, loopback or IPv4-compatible', '::1'],
    ['unspecified, loopback or IPv4-compatible', '::7f00:1'],
    ['not in its usual spelling', '::ffff:127.0.0.1'],
    ['not in its usual spelling', '::ffff:7f00:1'],
    ['not in its usual spelling', '::ffff:8.8.8.8'],
    ['not in its usual spelling', '::127.0.0.1'],
    ['not in its usual spelling', 'fe80::1%eth0'],
    ['not in its usual spelling', '0177.0.0.1'],
    ['not in its usual spelling', '127.1'],
    ['not in its usual spelling', ''],
    // NAT64 of addresses that are refused by themselves.
    ['loopback', '64:ff9b::7f00:1'],
    ['private', '64:ff9b::a00:1'],
    ['link-local', '64:ff9b::a9fe:a9fe'],
    ['local NAT64', '64:ff9b:1::808:808'],
    ['reserved', '64:ff9b::1:0:0'],
    ['6to4', '2002:7f00:1::'],
    ['6to4', '2002:808:808::1'],
    ['Teredo', '2001::1'],
    ['reserved', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['unique local', 'fc00::1'],
    // Metadata of AWS.
    ['unique local', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['reserved', '100::1'],
    ['reserved', '5f00::1'],
    ['reserved', '4000::1'],
  ])('is not %s: %s', (kind, address) => expect(refusalOf(address, [])).toBe(kind));

  it('may be what the installation allows, and nothing beside it', () => {
    const allowed = [parseCidr('127.0.0.0/8'), parseCidr('fd00:1::/32')];
    expect(refusalOf('127.0.0.1', allowed)).toBeUndefined();
    expect(refusalOf('fd00:1::5', allowed)).toBeUndefined();
    expect(refusalOf('128.0.0.1', allowed)).toBeUndefined();
    expect(refusalOf('10.0.0.1', allowed)).toBe('private');
    expect(refusalOf('fd00:2::5', allowed)).toBe('unique local');
    expect(refusalOf('::1', allowed)).toBe('unspecified, loopback or IPv4-compatible');
    expect(refusalOf('::ffff:127.0.0.1', allowed)).toBe('not in its usual spelling');
  });
});
