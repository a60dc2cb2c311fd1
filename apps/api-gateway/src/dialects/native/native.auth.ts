import { type AuthScheme, DeniedAuthentication } from '../../identity/credentials';

/** `Authorization: Bearer <secret>`. */
export const bearer: AuthScheme = {
  read({ headers }) {
    const secret = valueOf(headers.authorization, 'bearer');
    return secret === null ? null : { kind: 'secret', secret, accessKey: null };
  },
};

/** `Authorization: Basic base64(<access key>:<secret>)`, which is what `curl -u` sends. */
export const basic: AuthScheme = {
  read({ headers }) {
    const encoded = valueOf(headers.authorization, 'basic');
    if (encoded === null) return null;
    const decoded = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    if (colon < 1) throw new DeniedAuthentication('malformed');
    return { kind: 'secret', secret: decoded.slice(colon + 1), accessKey: decoded.slice(0, colon) };
  },
};

/** What follows the name of the scheme, which is spelled in any case. */
function valueOf(header: string | undefined, scheme: string): string | null {
  if (header === undefined || header.length <= scheme.length || header[scheme.length] !== ' ') return null;
  return header.slice(0, scheme.length).toLowerCase() === scheme ? header.slice(scheme.length + 1).trim() : null;
}
