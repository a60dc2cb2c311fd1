import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  type AuthScheme,
  credentialFields,
  type Credentials,
  DeniedAuthentication,
  type WireRequest,
} from '../../identity/credentials';

const SCHEME = 'EXO2-HMAC-SHA256 ';
/** The clients sign for ten minutes; a signature that is good for much longer would be worth stealing. */
const MAX_LIFETIME_SECONDS = 3_600;

interface Parts {
  accessKey: string;
  expires: string;
  signature: Buffer;
  signedArguments: string[];
}

/** `Authorization: EXO2-HMAC-SHA256 credential=…[,signed-query-args=a;b],expires=…,signature=…`. */
export const exoscaleSignature: AuthScheme = {
  read(request: WireRequest, nowMs: number): Credentials | null {
    const header = request.headers.authorization;
    if (!header?.startsWith(SCHEME)) return null;
    const parts = parse(header.slice(SCHEME.length));
    checkExpiry(parts.expires, nowMs);
    const message = messageOf(request, parts);
    return {
      kind: 'signature',
      accessKey: parts.accessKey,
      isMadeWith: (secret) => {
        const expected = createHmac('sha256', secret).update(message).digest();
        return expected.length === parts.signature.length && timingSafeEqual(expected, parts.signature);
      },
    };
  },
};

function parse(text: string): Parts {
  const fields = credentialFields(text);
  const accessKey = fields.get('credential');
  const expires = fields.get('expires');
  const signature = fields.get('signature');
  if (!accessKey || !expires || !signature) throw new DeniedAuthentication('malformed');
  const signedArguments = fields.get('signed-query-args')?.split(';').filter(Boolean) ?? [];
  return { accessKey, expires, signature: Buffer.from(signature, 'base64'), signedArguments };
}

function checkExpiry(expires: string, nowMs: number): void {
  if (!/^\d{1,12}$/.test(expires)) throw new DeniedAuthentication('malformed');
  const lifetimeSeconds = Number(expires) - nowMs / 1_000;
  if (lifetimeSeconds <= 0) throw new DeniedAuthentication('expired');
  if (lifetimeSeconds > MAX_LIFETIME_SECONDS) {
    throw new DeniedAuthentication('malformed', 'The signature expires too late; sign for at most an hour.');
  }
}

/** The signed text: method and escaped path, body, values of the signed query arguments, nothing (headers), expiry. */
function messageOf({ method, url, body }: WireRequest, parts: Parts): Buffer {
  const queryStart = url.indexOf('?');
  const path = queryStart === -1 ? url : url.slice(0, queryStart);
  const query = new URLSearchParams(queryStart === -1 ? '' : url.slice(queryStart));
  const values = signedValues(query, parts.signedArguments);
  const head = Buffer.from(`${method} ${path}\n`);
  return Buffer.concat([head, body, Buffer.from(`\n${values}\n\n${parts.expires}`)]);
}

/**
 * The clients sign each argument that has exactly one value, and none that has more (one of them lists the name all the
 * same). So an argument with one value that is not signed was added on the way.
 */
function signedValues(query: URLSearchParams, signedArguments: string[]): string {
  const isSingle = (name: string): boolean => query.getAll(name).length === 1;
  for (const name of new Set(query.keys())) {
    if (isSingle(name) && !signedArguments.includes(name)) {
      throw new DeniedAuthentication('malformed', `The query argument ${JSON.stringify(name)} is not signed.`);
    }
  }
  return signedArguments
    .filter(isSingle)
    .map((name) => query.get(name))
    .join('');
}
