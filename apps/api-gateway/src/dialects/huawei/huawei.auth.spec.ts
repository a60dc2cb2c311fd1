import { createHash, createHmac } from 'node:crypto';
import { stringify } from 'node:querystring';
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import { type Credentials, DeniedAuthentication, type WireRequest } from '../../identity/credentials';
import { huaweiSignature } from './huawei.auth';

const ACCESS_KEY = 'SCWAAAAAAAAAAAAAAAAA';
const SECRET = '22222222-2222-4222-8222-222222222222';
const DATE = '20261120T094225Z';
const NOW_MS = Date.parse('2026-11-20T09:42:25Z');
const HOST = '127.0.0.1:8080';
const MINUTE_MS = 60_000;

interface SignedRequest {
  method: string;
  /** What is signed. */
  canonicalUri: string;
  canonicalQuery?: string;
  /** What is sent. */
  url: string;
  body?: string;
  /** Signed in this order, beside host and x-sdk-date. */
  headers?: [string, string][];
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The algorithm as it is documented, written down once more and line by line. */
function signed(request: SignedRequest, secret = SECRET): WireRequest {
  const { method, url, canonicalUri, canonicalQuery = '', body = '', headers = [] } = request;
  const all: [string, string][] = [...headers, ['host', HOST], ['x-sdk-date', DATE]];
  const names = all.map(([name]) => name).join(';');
  let text = `${method}\n${canonicalUri}\n${canonicalQuery}\n`;
  for (const [name, value] of all) text += `${name}:${value}\n`;
  text += `\n${names}\n${sha256(body)}`;
  const signature = createHmac('sha256', secret)
    .update(`SDK-HMAC-SHA256\n${DATE}\n${sha256(text)}`)
    .digest('hex');
  const authorization = `SDK-HMAC-SHA256 Access=${ACCESS_KEY}, SignedHeaders=${names}, Signature=${signature}`;
  return { method, url, headers: { ...Object.fromEntries(all), authorization }, body: Buffer.from(body) };
}

const plain = signed({ method: 'GET', url: '/v5/p/vpn/quotas', canonicalUri: '/v5/p/vpn/quotas/' });
const full = signed({
  method: 'POST',
  url: '/v5/p/a%20b/%C3%A9?marker=x&limit=2&tag=b+c&tag=a%2Bb',
  canonicalUri: '/v5/p/a%20b/%C3%A9/',
  canonicalQuery: 'limit=2&marker=x&tag=a%2Bb&tag=b%20c',
  body: '{"vpn_gateway":{"name":"é"}}',
  headers: [
    ['content-type', 'application/json'],
    ['user-agent', 'huaweicloud-usdk-python/3.0'],
  ],
});

function isMade(request: WireRequest, secret = SECRET): boolean {
  const credentials = huaweiSignature.read(request, NOW_MS) as Credentials & { kind: 'signature' };
  expect(credentials).toMatchObject({ kind: 'signature', accessKey: ACCESS_KEY });
  return credentials.isMadeWith(secret);
}

function denialOf(request: WireRequest, nowMs = NOW_MS): string | undefined {
  try {
    huaweiSignature.read(request, nowMs);
    return undefined;
  } catch (error) {
    return (error as DeniedAuthentication).denial;
  }
}

const withHeader = (request: WireRequest, name: string, value: string | undefined): WireRequest => ({
  ...request,
  headers: { ...request.headers, [name]: value },
});
const withAuthorization = (request: WireRequest, change: (header: string) => string): WireRequest =>
  withHeader(request, 'authorization', change(request.headers.authorization ?? ''));

describe('SDK-HMAC-SHA256', () => {
  it('leaves other schemes alone', () => {
    expect(huaweiSignature.read(withHeader(plain, 'authorization', undefined), NOW_MS)).toBeNull();
    expect(huaweiSignature.read(withHeader(plain, 'authorization', 'Bearer x'), NOW_MS)).toBeNull();
    expect(huaweiSignature.read(withHeader(plain, 'authorization', 'SDK-HMAC-SHA256X a=b'), NOW_MS)).toBeNull();
  });

  it('verifies what another implementation signed', () => {
    expect(isMade(plain)).toBe(true);
    expect(isMade(full)).toBe(true);
  });

  it('knows a signature that was made with openssl', () => {
    // printf 'GET\n/v5/p/vpn/quotas/\n\nhost:127.0.0.1:8080\nx-sdk-date:20261120T094225Z\n\nhost;x-sdk-date\n<sha256 of nothing>' |
    // openssl dgst -sha256, then: printf 'SDK-HMAC-SHA256\n20261120T094225Z\n<that>' | openssl dgst -sha256 -hmac <secret>
    const signature = '806993021564124c1231780cc362f71c5795e877c4cb7569e46937a40f8a994b';
    expect(isMade(withAuthorization(plain, (header) => header.replace(/[0-9a-f]{64}$/, signature)))).toBe(true);
  });

  it('does not mind the order of the arguments in the URL, nor how a space is written', () => {
    const url = '/v5/p/a%20b/é?tag=a%2bb&limit=2&tag=b%20c&marker=x';
    expect(isMade({ ...full, url: url.replace('é', '%c3%a9') })).toBe(true);
  });

  it('takes the signed headers in the order in which they are named, with spaces around their values', () => {
    const ahead = signed({ ...{ method: 'GET', url: '/v5/', canonicalUri: '/v5/' }, headers: [['x-zzz', 'last']] });
    expect(isMade(withHeader(ahead, 'x-zzz', ' last '))).toBe(true);
  });

  it.each<[string, WireRequest]>([
    ['method', { ...full, method: 'PUT' }],
    ['path', { ...full, url: full.url.replace('/p/', '/q/') }],
    ['value of an argument', { ...full, url: full.url.replace('limit=2', 'limit=3') }],
    ['arguments left out', { ...full, url: full.url.replace('&limit=2', '') }],
    ['arguments added', { ...full, url: `${full.url}&limit=3` }],
    ['body', { ...full, body: Buffer.from('{"vpn_gateway":{"name":"e"}}') }],
    ['spaces in the body', { ...full, body: Buffer.from('{"vpn_gateway": {"name":"é"}}') }],
    ['a body added', { ...plain, body: Buffer.from('{}') }],
    ['host', withHeader(full, 'host', 'example.org')],
    ['date', withHeader(full, 'x-sdk-date', '20261120T094226Z')],
    ['signed header', withHeader(full, 'content-type', 'text/plain')],
    ['names of signed headers', withAuthorization(full, (header) => header.replace('content-type;user-agent;', ''))],
    ['signature', withAuthorization(full, (header) => header.replace(/[0-9a-f]{64}$/, 'a'.repeat(64)))],
  ])('notices a change of the %s', (_name, request) => {
    expect(isMade(request)).toBe(false);
  });

  it('notices another secret', () => {
    expect(isMade(full, '33333333-3333-4333-8333-333333333333')).toBe(false);
  });

  it.each([-15 * MINUTE_MS, 0, 15 * MINUTE_MS])('accepts a clock that is wrong by %d ms', (skewMs) => {
    expect(denialOf(plain, NOW_MS + skewMs)).toBeUndefined();
  });

  it.each([-15 * MINUTE_MS - 1_000, 15 * MINUTE_MS + 1_000])('refuses one that is wrong by %d ms', (skewMs) => {
    expect(denialOf(plain, NOW_MS + skewMs)).toBe('expired');
  });

  it.each(['2026-11-20T09:42:25Z', '20261320T094225Z', '20261120T094225', '1763631745', ''])(
    'refuses the date %j',
    (date) => {
      expect(denialOf(withHeader(plain, 'x-sdk-date', date))).toBe('malformed');
    },
  );

  it.each(['host', 'x-sdk-date'])('refuses a signature that does not cover %s', (name) => {
    const uncovered = withAuthorization(plain, (header) =>
      header.replace('SignedHeaders=host;x-sdk-date', `SignedHeaders=${name === 'host' ? 'x-sdk-date' : 'host'}`),
    );
    expect(denialOf(uncovered)).toBe('malformed');
  });

  it.each(['x-missing', 'constructor'])('refuses a signed header that was not sent: %s', (name) => {
    expect(denialOf(withAuthorization(plain, (header) => header.replace('=host;', `=host;${name};`)))).toBe(
      'malformed',
    );
  });

  it('believes a digest of the body only if it is that', () => {
    const digest = sha256(full.body.toString());
    expect(isMade(withHeader(full, 'x-sdk-content-sha256', digest))).toBe(true);
    for (const wrong of [sha256(''), 'UNSIGNED-PAYLOAD', '']) {
      expect(denialOf(withHeader(full, 'x-sdk-content-sha256', wrong))).toBe('malformed');
    }
    // Signed with the digest of another body: that is what believing it would let through.
    const other = signed({ method: 'POST', url: '/v5/', canonicalUri: '/v5/', body: 'a' });
    const swapped = withHeader({ ...other, body: Buffer.from('b') }, 'x-sdk-content-sha256', sha256('a'));
    expect(denialOf(swapped)).toBe('malformed');
  });

  it('refuses temporary credentials, of which there are none here', () => {
    expect(denialOf(withHeader(plain, 'x-security-token', 'token'))).toBe('malformed');
  });

  it.each([
    '',
    'Access=a',
    'Access=a, SignedHeaders=host;x-sdk-date',
    'Access=a, SignedHeaders=host;x-sdk-date, Signature=zz',
    `Access=, SignedHeaders=host;x-sdk-date, Signature=${'a'.repeat(64)}`,
    `Access=a, SignedHeaders=, Signature=${'a'.repeat(64)}`,
    `Access=a, Access=b, SignedHeaders=host;x-sdk-date, Signature=${'a'.repeat(64)}`,
    `=a, SignedHeaders=host;x-sdk-date, Signature=${'a'.repeat(64)}`,
  ])('refuses the header %j', (parts) => {
    expect(denialOf(withHeader(plain, 'authorization', `SDK-HMAC-SHA256 ${parts}`))).toBe('malformed');
  });

  it('refuses a path that is not UTF-8', () => {
    expect(denialOf({ ...plain, url: '/v5/%ff' })).toBe('malformed');
  });

  describe('of the official signer', () => {
    const credentials = new BasicCredentials({ ak: ACCESS_KEY, sk: SECRET });
    const requests: [string, { method: string; path: string; queryParams?: object; data?: object }][] = [
      ['a GET with a content type', { method: 'GET', path: '/v5/p/vpn-gateways' }],
      ['a query', { method: 'GET', path: '/v5/p/customer-gateways', queryParams: { marker: "a b!'()*", limit: 2 } }],
      [
        'an argument given twice',
        { method: 'GET', path: '/v5/p/vpn-gateways', queryParams: { enterprise_project_id: ['b', '0'] } },
      ],
      ['a path that must be escaped', { method: 'DELETE', path: '/v5/p/x/é:(1)@2+3,4' }],
      ['a path with a slash at the end', { method: 'GET', path: '/v5/p/vpn-gateways/' }],
      [
        'a body',
        { method: 'POST', path: '/v5/p/vpn-gateways', data: { vpn_gateway: { name: 'é ✓', bgp_asn: 64512 } } },
      ],
    ];

    it.each(requests)('is verified: %s', (_name, { method, path, queryParams, data }) => {
      const headers = AKSKSigner.sign(
        {
          endpoint: `http://${HOST}${path}`,
          method,
          queryParams,
          data,
          headers: { 'content-type': 'application/json', 'X-Project-Id': 'p', 'X-Sdk-Date': DATE },
        },
        credentials,
      ) as Record<string, string>;
      const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      const query = queryParams ? `?${stringify(queryParams as Record<string, string>)}` : '';
      const request: WireRequest = {
        method,
        url: encodeURI(path) + query,
        headers: Object.fromEntries(sent) as WireRequest['headers'],
        body: Buffer.from(data ? JSON.stringify(data) : ''),
      };
      expect(isMade(request)).toBe(true);
      expect(isMade({ ...request, body: Buffer.from('{"other":1}') })).toBe(false);
    });
  });
});
