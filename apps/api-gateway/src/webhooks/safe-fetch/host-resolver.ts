import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Cidr } from '@isthmus/cidr';
import { refusalOf } from './address-rules';

/** All addresses of a name. Rejects with a `code` as node:dns does. */
export type Resolve = (name: string) => Promise<string[]>;

const QUERY_TIMEOUT_MS = 2_000;
const QUERY_TRIES = 2;
const NO_SUCH_NAME = ['ENOTFOUND', 'ENODATA'];

/** Why a host is not sent to. `message` is for the owner of the endpoint. */
export class RefusedHostError extends Error {
  constructor(
    message: string,
    /** It may be otherwise in a moment: nobody answered for the name. */
    readonly isPassing: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'RefusedHostError';
  }
}

/**
 * Asks the name servers themselves: unlike the system's resolver this holds no thread, of which a process has four, so
 * slow name servers of one endpoint do not delay the names of others.
 */
export const askNameServers: Resolve = async (name) => {
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return addresses;
  const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
  // A server that fails says nothing of the name, so its failure outweighs that the other family has no records.
  throw failures.find((failure) => !isNoSuchName(failure)) ?? failures[0] ?? new Error('no addresses');
};

/**
 * The addresses of a URL's host, once each of them has been found fit to be sent to: a name with one address that is not
 * is refused, whichever would be used.
 *
 * @throws RefusedHostError
 */
export async function checkedAddresses(url: URL, allowed: readonly Cidr[], resolve: Resolve): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : await lookUp(host, resolve);
  for (const address of addresses) {
    const kind = refusalOf(address, allowed);
    if (kind) throw new RefusedHostError(`The host has an address that is not sent to: ${kind}.`, false);
  }
  return addresses;
}

async function lookUp(host: string, resolve: Resolve): Promise<string[]> {
  let addresses: string[];
  try {
    addresses = await resolve(host);
  } catch (error) {
    const isMissing = isNoSuchName(error);
    const message = isMissing ? 'The host has no address in the DNS.' : 'The DNS does not answer for the host.';
    throw new RefusedHostError(message, !isMissing, { cause: error });
  }
  if (addresses.length === 0) throw new RefusedHostError('The host has no address in the DNS.', false);
  return addresses;
}

function isNoSuchName(error: unknown): boolean {
  return NO_SUCH_NAME.includes((error as { code?: string }).code ?? '');
}
