import { rootCertificates } from 'node:tls';
import type { CreateCustomerGateway } from '@isthmus/contracts';
import { planChanges, planCustomerGateway } from './customer-gateway.rules';

const [root = '', other = ''] = rootCertificates;

function refusedField(command: Partial<CreateCustomerGateway>): string | undefined {
  try {
    planCustomerGateway({ idValue: '203.0.113.7', ...command });
    return undefined;
  } catch (error) {
    return (error as { meta?: { violations?: { field: string }[] } }).meta?.violations?.[0]?.field;
  }
}

describe('a customer gateway', () => {
  it('has a generated name and an address when nothing else is said', () => {
    expect(planCustomerGateway({ idValue: '203.0.113.7' })).toEqual({
      name: expect.stringMatching(/^cgw-[0-9a-f]{4}$/) as string,
      idType: 'ip',
      idValue: '203.0.113.7',
      bgpAsn: null,
      caCertificate: null,
      tags: [],
    });
  });

  it('keeps what is given', () => {
    const given = { name: 'Lab_1.a-b', bgpAsn: 4_294_967_295, caCertificate: `${root}\n${other}\n`, tags: [] };
    expect(planCustomerGateway({ idValue: '203.0.113.7', ...given })).toMatchObject({ ...given, bgpAsn: '4294967295' });
    expect(refusedField({ idType: 'fqdn', idValue: 'vpn.example.com' })).toBeUndefined();
    expect(refusedField({ idType: 'fqdn', idValue: 'router1' })).toBeUndefined();
  });

  it.each<[string, Partial<CreateCustomerGateway>]>([
    ['name', { name: '' }],
    ['name', { name: 'a'.repeat(65) }],
    ['name', { name: 'a b' }],
    ['idValue', { idValue: '0.0.0.0' }],
    ['idValue', { idValue: '224.0.0.5' }],
    ['idValue', { idValue: '255.255.255.255' }],
    ['idValue', { idValue: '127.0.0.1' }],
    ['idValue', { idValue: '2001:db8::1' }],
    ['idValue', { idValue: 'vpn.example.com' }],
    ['idValue', { idValue: '' }],
    ['idValue', { idType: 'fqdn', idValue: '' }],
    ['idValue', { idType: 'fqdn', idValue: 'a..b' }],
    ['idValue', { idType: 'fqdn', idValue: '-a.example.com' }],
    ['idValue', { idType: 'fqdn', idValue: 'a_b.example.com' }],
    ['idValue', { idType: 'fqdn', idValue: `${'a.'.repeat(64)}a` }],
    ['bgpAsn', { bgpAsn: 0 }],
    ['bgpAsn', { bgpAsn: 4_294_967_296 }],
    ['bgpAsn', { bgpAsn: 1.5 }],
    ['bgpAsn', { idType: 'fqdn', idValue: 'vpn.example.com', bgpAsn: 65_000 }],
    ['caCertificate', { caCertificate: '' }],
    ['caCertificate', { caCertificate: 'certificate' }],
    ['caCertificate', { caCertificate: root.replace(/[A-Za-z]{40}/, 'AAAA') }],
    ['caCertificate', { caCertificate: `${root}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----` }],
    ['tags', { tags: [{ key: '', value: '' }] }],
  ])('refuses a wrong %s: %j', (field, command) => {
    expect(refusedField(command)).toBe(field);
  });

  it('changes only what is named', () => {
    expect(planChanges({ customerGatewayId: 'x' })).toEqual({});
    expect(planChanges({ customerGatewayId: 'x', name: 'b' })).toEqual({ name: 'b' });
  });
});
