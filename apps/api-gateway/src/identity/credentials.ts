import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '@isthmus/problem';

/** What a request proves its caller with. */
export type Credentials =
  /** The secret itself, with the access key where the scheme sends one. */
  | { kind: 'secret'; secret: string; accessKey: string | null }
  /** A signature made with the secret of that key. */
  | { kind: 'signature'; accessKey: string; isMadeWith(secret: string): boolean };

/** The request as it came over the wire: nothing decoded, nothing parsed. */
export interface WireRequest {
  method: string;
  /** Path and query, still escaped. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** One way to present credentials. Answers null where the request does not use it; throws when it uses it wrongly. */
export interface AuthScheme {
  read(request: WireRequest, nowMs: number): Credentials | null;
}

const ACCESS_KEY = /^SCW[A-Z0-9]{17}$/;

/** The strictest official client insists on this form. */
export function isAccessKey(text: string): boolean {
  return ACCESS_KEY.test(text);
}

export type DenialReason = 'missing' | 'malformed' | 'unknown' | 'expired';

const DETAILS: Record<DenialReason, string> = {
  missing: 'This request carries no credentials; send an API key in the way of any dialect.',
  malformed: 'The credentials of this request are not in the form that their scheme asks for.',
  unknown: 'This API key does not exist, is revoked, or did not make this signature.',
  expired: 'The API key or the signature of this request has expired.',
};

/** `unauthenticated` with the reason that some dialects spell out. Whether a key exists is never told apart from a wrong secret. */
export class DeniedAuthentication extends ProblemError {
  constructor(
    readonly denial: DenialReason,
    detail: string = DETAILS[denial],
  ) {
    super('unauthenticated', detail);
  }
}

/** `a=1, b=2` as fields by name. Throws when it is written otherwise or names a field twice. */
export function credentialFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim();
    if (equals < 1 || fields.has(name)) throw new DeniedAuthentication('malformed');
    fields.set(name, pair.slice(equals + 1).trim());
  }
  return fields;
}
