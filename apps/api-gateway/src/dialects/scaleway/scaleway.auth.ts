import { type AuthScheme, DeniedAuthentication } from '../../identity/credentials';
import { isUuid } from '../../http/validators';

/** `X-Auth-Token: <secret>`. The clients check that secrets are UUIDs, so nothing else can be one. */
export const scalewayToken: AuthScheme = {
  read({ headers }) {
    const token = headers['x-auth-token'];
    if (token === undefined) return null;
    if (!isUuid(token)) throw new DeniedAuthentication('malformed');
    return { kind: 'secret', secret: token, accessKey: null };
  },
};
