import { ProblemError } from '@isthmus/problem';
import { parseWebhookUrl } from './webhook-url';

function complaintOn(url: string, isHttpAllowed = false): string | undefined {
  try {
    parseWebhookUrl(url, { isHttpAllowed });
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    expect(error.code).toBe('invalid-argument');
    expect(error.meta.violations).toMatchObject([{ field: 'url' }]);
    return error.message;
  }
}

describe('the URL of an endpoint', () => {
  it.each([
    'https://hooks.example.org',
    'https://hooks.example.org/',
    'https://hooks.example.org/a/b?token=x%20y&z=@',
    'https://hooks.example.org?x=1',
    'https://hooks.example.org:8443/isthmus',
    'HTTPS://Hooks.Example.ORG/x',
    'https://xn--bcher-kva.example/',
    'https://a_b.example.org/',
    'https://93.184.216.34/x',
    'https://[2606:2800:220:1::248]:8443/x',
  ])('may be %s', (url) => expect(complaintOn(url)).toBeUndefined());

  it.each([
    ['no URL', 'hooks.example.org/x'],
    ['nothing', ''],
    ['another scheme', 'ftp://hooks.example.org/'],
    ['a file', 'file:///etc/passwd'],
    ['no slashes', 'https:hooks.example.org'],
    ['too many slashes', 'https:///hooks.example.org'],
    ['backslashes', 'https:\\\\hooks.example.org'],
    ['a backslash in the authority', 'https://hooks.example.org\\@10.0.0.1/'],
    ['a backslash in the path', 'https://hooks.example.org/\\x'],
    ['a user', 'https://user@hooks.example.org/'],
    ['a password', 'https://user:pw@hooks.example.org/'],
    ['an empty user', 'https://@hooks.example.org/'],
    ['a user that looks like a host', 'https://hooks.example.org:443@10.0.0.1/'],
    ['a fragment', 'https://hooks.example.org/#x'],
    ['a fragment before a user', 'https://hooks.example.org#@10.0.0.1/'],
    ['a space before', ' https://hooks.example.org/'],
    ['a space in the host', 'https://hooks .example.org/'],
    ['a tab in the scheme', 'ht\ttps://hooks.example.org/'],
    ['a newline in the path', 'https://hooks.example.org/\nx'],
    ['a newline at the end', 'https://hooks.example.org/\n'],
  ])('has no odd form: %s', (_trick, url) => expect(complaintOn(url)).toMatch('must have the form https://'));

  it.each([
    ['decimal', 'https://2130706433/'],
    ['hexadecimal', 'https://0x7f000001/'],
    ['octal', 'https://0177.0.0.1/'],
    ['octal in one', 'https://017700000001/'],
    ['mixed', 'https://0x7f.1/'],
    ['short', 'https://127.1/'],
    ['leading zeros', 'https://127.000.000.001/'],
    ['address with a final dot', 'https://127.0.0.1./'],
    ['name with a final dot', 'https://hooks.example.org./'],
    ['full-width digits', 'https://１２７.０.０.１/'],
    ['circled digits', 'https://①②⑦.⓪.⓪.①/'],
    ['ideographic full stop', 'https://127。0。0。1/'],
    ['IDN', 'https://bücher.example/'],
    ['percent-encoded', 'https://%31%32%37.0.0.1/'],
    ['zero-width space', 'https://hooks\u200b.example.org/'],
    ['soft hyphen', 'https://hooks\u00ad.example.org/'],
    ['IPv4-mapped, dotted', 'https://[::ffff:127.0.0.1]/'],
    ['IPv6 written long', 'https://[0:0:0:0:0:0:0:1]/'],
    ['IPv6 with a zone', 'https://[fe80::1%25eth0]/'],
    ['no address in brackets', 'https://[hooks.example.org]/'],
    ['two ports', 'https://hooks.example.org:443:80/'],
    ['no port after the colon', 'https://hooks.example.org:/'],
    ['a port with a sign', 'https://hooks.example.org:+443/'],
    ['a port too high', 'https://hooks.example.org:65536/'],
    ['a comma', 'https://hooks.example.org,10.0.0.1/'],
    ['no name', 'https://:443/'],
  ])('names its host plainly: %s', (_trick, url) => expect(complaintOn(url)).toMatch('The host must be a plain name'));

  it('is https, unless http is allowed too', () => {
    expect(complaintOn('http://hooks.example.org/')).toBe('The URL must begin with https://.');
    expect(complaintOn('HTTP://hooks.example.org/')).toBe('The URL must begin with https://.');
    expect(complaintOn('http://hooks.example.org/', true)).toBeUndefined();
  });

  it.each([0, 22, 25, 53, 6379, 5432, 11211, 2375, 10250])('has no port like %d', (port) => {
    expect(complaintOn(`https://hooks.example.org:${port}/`)).toMatch(`Port ${port} is not for HTTP`);
  });

  it('has at most 2048 characters', () => {
    const url = 'https://hooks.example.org/'.padEnd(2_048, 'x');
    expect(complaintOn(url)).toBeUndefined();
    expect(complaintOn(`${url}x`)).toMatch('longer than 2048');
  });
});
