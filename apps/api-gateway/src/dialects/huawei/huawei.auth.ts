import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import {
  type AuthScheme,
  credentialFields,
  type Credentials,
  DeniedAuthentication,
  type WireRequest,
} from '../../identity/credentials';

const SCHEME = 'SDK-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60 * 1_000;
/** Without these two a signature could be used again, at another place or later. */
const ALWAYS_SIGNED = ['host', 'x-sdk-date'];

interface Parts {
  accessKey: string;
  signedHeaders: string[];
  signature: Buffer;
}

/** `Authorization: SDK-HMAC-SHA256 Access=…, SignedHeaders=host;x-sdk-date, Signature=<hex>`. */
export const huaweiSignature: AuthScheme = {
  read(request: WireRequest, nowMs: number): Credentials | null {
    const header = request.headers.authorization;
    if (!header?.startsWith(`${SCHEME} `)) return null;
    if (request.headers['x-security-token'] !== undefined) {
      throw new DeniedAuthentication('malformed', 'Temporary credentials are not known here; sign with an API key.');
    }
    const parts = parse(header.slice(SCHEME.length + 1));
    const date = headerOf(request, 'x-sdk-date');
    checkDate(date, nowMs);
    const message = [SCHEME, date, sha256(canonicalRequest(request, parts.signedHeaders))].join('\n');
    return {
      kind: 'signature',
      accessKey: parts.accessKey,
      isMadeWith: (secret) => timingSafeEqual(createHmac('sha256', secret).update(message).digest(), parts.signature),
    };
  },
};

function parse(text: string): Parts {
  const fields = credentialFields(text);
  const accessKey = fields.get('Access');
  const signature = fields.get('Signature') ?? '';
  if (!accessKey || !/^[0-9a-f]{64}$/.test(signature)) throw new DeniedAuthentication('malformed');
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';');
  const missing = ALWAYS_SIGNED.find((name) => !signedHeaders.includes(name));
  if (missing) throw new DeniedAuthentication('malformed', `The header ${missing} must be signed.`);
  return { accessKey, signedHeaders, signature: Buffer.from(signature, 'hex') };
}

function headerOf({ headers }: WireRequest, name: string): string {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) {
    throw new DeniedAuthentication('malformed', `The header ${JSON.stringify(name)} is signed, but was not sent.`);
  }
  return String(value).trim();
}

/** `20261120T094225Z`, at most a quarter of an hour away from now. */
function checkDate(date: string, nowMs: number): void {
  const digits = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(date);
  if (!digits) throw new DeniedAuthentication('malformed', 'X-Sdk-Date must be a time such as 20261120T094225Z.');
  const [, year, month, day, hour, minute, second] = digits;
  const signedAtMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(signedAtMs)) throw new DeniedAuthentication('malformed', 'X-Sdk-Date is not a time.');
  if (Math.abs(nowMs - signedAtMs) > MAX_SKEW_MS) {
    throw new DeniedAuthentication('expired', 'The signature was made more than 15 minutes ago or ahead of time.');
  }
}

function canonicalRequest(request: WireRequest, signedHeaders: string[]): string {
  const queryStart = request.url.indexOf('?');
  const path = queryStart === -1 ? request.url : request.url.slice(0, queryStart);
  const query = queryStart === -1 ? '' : request.url.slice(queryStart + 1);
  return [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${headerOf(request, name)}`),
    '',
    signedHeaders.join(';'),
    digestOf(request),
  ].join('\n');
}

/** However a client escapes its path, it is signed as if it had escaped all that must be and nothing else; it ends with a slash. */
function canonicalPath(path: string): string {
  const canonical = path.split('/').map(canonicalSegment).join('/');
  return canonical.endsWith('/') ? canonical : `${canonical}/`;
}

function canonicalSegment(segment: string): string {
  try {
    return escaped(decodeURIComponent(segment));
  } catch (error) {
    if (error instanceof URIError) throw new DeniedAuthentication('malformed', 'The path is not valid UTF-8.');
    throw error;
  }
}

function canonicalQuery(query: string): string {
  const pairs = [...new URLSearchParams(query)];
  return pairs
    .sort(([a, valueOfA], [b, valueOfB]) => compare(a, b) || compare(valueOfA, valueOfB))
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join('&');
}

/** By code units, as the clients sort: no language's order. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All but letters, digits and `-_.~`. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A client may send the digest of its body; it must be that of the body that came, or the body would not be signed at all. */
function digestOf({ headers, body }: WireRequest): string {
  const digest = sha256(body);
  const claimed = headers['x-sdk-content-sha256'];
  if (claimed !== undefined && claimed !== digest) {
    throw new DeniedAuthentication('malformed', 'X-Sdk-Content-Sha256 is not the digest of the body.');
  }
  return digest;
}

function sha256(data: string | Buffer): string {
  return hash('sha256', data, 'hex');
}
