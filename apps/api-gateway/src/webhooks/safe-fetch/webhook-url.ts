import { ProblemError } from '@isthmus/problem';

const MAX_LENGTH = 2_048;
/** Scheme, authority without userinfo, rest. Taken from the text itself: the URL class would repair what is odd about it. */
const SHAPE = /^(https?):\/\/([^/?#\\@\s]+)(?:[/?][^#\\\s]*)?$/i;
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;

/**
 * Ports of protocols that could be made to obey what looks like an HTTP request to us: those that browsers refuse (the Fetch
 * standard's "bad ports"), and those of databases and control planes that are often left open.
 */
const REFUSED_PORTS = new Set([
  ...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104],
  ...[109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526],
  ...[530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045],
  ...[4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
  ...[1433, 1521, 2375, 2376, 2379, 2380, 3306, 5432, 5672, 6379, 9042, 9200, 9300, 10250, 11211, 27017],
]);

/**
 * Reads the URL of an endpoint. It says where it leads in one way only: no credentials, no fragment, a host name in ASCII
 * or an address in its usual form. What the name resolves to is checked when it is used.
 *
 * @throws ProblemError `invalid-argument` for the field `url`
 */
export function parseWebhookUrl(text: string, { isHttpAllowed }: { isHttpAllowed: boolean }): URL {
  if (text.length > MAX_LENGTH) throw refused(`The URL is longer than ${MAX_LENGTH} characters.`);
  const [, scheme = '', authority = ''] = SHAPE.exec(text) ?? [];
  if (!authority) {
    const shape = 'https://host/path, without user name, password, fragment, spaces and backslashes';
    throw refused(`The URL must have the form ${shape}.`, 'format');
  }
  if (scheme.toLowerCase() === 'http' && !isHttpAllowed) throw refused('The URL must begin with https://.');
  const [, host = '', port = ''] = AUTHORITY.exec(authority) ?? [];
  const url = host && URL.canParse(text) ? new URL(text) : undefined;
  // 0x7f.1, 2130706433 and 127.1 all become 127.0.0.1 in the URL class; a name that is changed by it is no plain one.
  if (!url || url.hostname !== host.toLowerCase() || host.endsWith('.')) {
    throw refused('The host must be a plain name in ASCII without a final dot, or an IP address in its usual form.');
  }
  if (port && REFUSED_PORTS.has(Number(port))) throw refused(`Port ${port} is not for HTTP; use another one.`);
  return url;
}

function refused(message: string, rule: 'format' | 'constraint' = 'constraint'): ProblemError {
  return ProblemError.invalid('url', message, rule);
}
