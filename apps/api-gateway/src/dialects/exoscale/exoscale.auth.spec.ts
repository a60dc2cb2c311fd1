import { type Credentials, DeniedAuthentication, type WireRequest } from '../../identity/credentials';
import { exoscaleSignature } from './exoscale.auth';

const SECRET = '22222222-2222-4222-8222-222222222222';
const NOW_MS = (1_800_000_000 - 600) * 1_000;

// Both signatures were made with: printf '<message>' | openssl dgst -sha256 -hmac <secret> -binary | base64
const PLAIN = 'Gu2aAe1OCX1G8oLuGYSNUp/dQWhXpNuNHj/CMG3iTA0=';
const WITH_ALL = 'EA/gQDyHuch+/GJet4I0NZkZjrfHv8wwEpIltMrRsb4=';

const plain: WireRequest = {
  method: 'GET',
  url: '/v2/private-network',
  headers: { authorization: `EXO2-HMAC-SHA256 credential=SCWA,expires=1800000000,signature=${PLAIN}` },
  body: Buffer.alloc(0),
};
const full: WireRequest = {
  method: 'PUT',
  url: '/zone/ch-gva-2/v2/private-network/c4f04441-0260-4953-b2bb-d8286a5f4bb4:attach?to=2024-01-01T00%3A00%3A00Z&from=b+value&m=1&m=2',
  headers: {
    authorization: `EXO2-HMAC-SHA256 credential=SCWA,signed-query-args=from;to,expires=1800000000,signature=${WITH_ALL}`,
  },
  body: Buffer.from('{"instance":{"id":"é"}}'),
};

function isMade(request: WireRequest, secret = SECRET): boolean {
  const credentials = exoscaleSignature.read(request, NOW_MS) as Credentials & { kind: 'signature' };
  expect(credentials).toMatchObject({ kind: 'signature', accessKey: 'SCWA' });
  return credentials.isMadeWith(secret);
}

function withHeader(request: WireRequest, change: (header: string) => string): WireRequest {
  return { ...request, headers: { authorization: change(request.headers.authorization ?? '') } };
}

describe('EXO2-HMAC-SHA256', () => {
  it('leaves other schemes alone', () => {
    expect(exoscaleSignature.read({ ...plain, headers: {} }, NOW_MS)).toBeNull();
    expect(exoscaleSignature.read({ ...plain, headers: { authorization: 'Bearer x' } }, NOW_MS)).toBeNull();
  });

  it('verifies what another implementation signed', () => {
    expect(isMade(plain)).toBe(true);
    expect(isMade(full)).toBe(true);
  });

  it('does not mind the order of arguments in the URL, nor one that has two values and so is not signed', () => {
    expect(isMade({ ...full, url: full.url.replace(/\?.*/, '?from=b%20value&to=2024-01-01T00:00:00Z') })).toBe(true);
  });

  it('accepts a name that is listed but has two values: its values are not signed', () => {
    expect(isMade(withHeader(full, (header) => header.replace('from;to', 'from;m;to')))).toBe(true);
  });

  it.each<[string, WireRequest]>([
    ['method', { ...full, method: 'POST' }],
    ['path', { ...full, url: full.url.replace('ch-gva-2', 'ch-dk-2') }],
    ['escaping of the path', { ...full, url: full.url.replace(':attach', '%3Aattach') }],
    ['body', { ...full, body: Buffer.from('{"instance":{"id":"e"}}') }],
    ['spaces in the body', { ...full, body: Buffer.from('{"instance": {"id":"é"}}') }],
    ['value of an argument', { ...full, url: full.url.replace('from=b+value', 'from=c+value') }],
    ['signed argument left out', { ...full, url: full.url.replace('from=b+value&', '') }],
    ['order of the signed names', withHeader(full, (header) => header.replace('from;to', 'to;from'))],
    ['expiry', withHeader(full, (header) => header.replace('1800000000', '1800000001'))],
    ['signature', withHeader(full, (header) => header.replace(WITH_ALL, PLAIN))],
    ['length of the signature', withHeader(full, (header) => header.slice(0, -8))],
  ])('notices a change of the %s', (_name, request) => {
    expect(isMade(request)).toBe(false);
  });

  it('notices another secret', () => {
    expect(isMade(full, '33333333-3333-4333-8333-333333333333')).toBe(false);
  });

  const denialOf = (request: WireRequest, nowMs = NOW_MS): string | undefined => {
    try {
      exoscaleSignature.read(request, nowMs);
      return undefined;
    } catch (error) {
      return (error as DeniedAuthentication).denial;
    }
  };

  it('refuses an argument that was added without being signed', () => {
    expect(denialOf({ ...plain, url: '/v2/private-network?name=x' })).toBe('malformed');
  });

  it('refuses what has expired, and what would be good for too long', () => {
    expect(denialOf(plain, 1_800_000_000_000)).toBe('expired');
    expect(denialOf(plain, (1_800_000_000 - 3_601) * 1_000)).toBe('malformed');
  });

  it.each([
    'EXO2-HMAC-SHA256 ',
    'EXO2-HMAC-SHA256 credential=SCWA',
    'EXO2-HMAC-SHA256 credential=SCWA,expires=soon,signature=eA==',
    'EXO2-HMAC-SHA256 credential=SCWA,expires=1800000000,signature=',
    'EXO2-HMAC-SHA256 credential=SCWA,credential=SCWB,expires=1800000000,signature=eA==',
    'EXO2-HMAC-SHA256 =SCWA,expires=1800000000,signature=eA==',
  ])('refuses the header %s', (authorization) => {
    expect(denialOf({ ...plain, headers: { authorization } })).toBe('malformed');
  });
});
