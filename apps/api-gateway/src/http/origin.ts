import type { FastifyRequest } from 'fastify';

/** Host names, IPv4, and IPv6 in brackets, with an optional port: nothing that could reshape a URL. */
const SANE_HOST = /^([\w.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(:\d{1,5})?$/;

/**
 * The URL of this gateway as the caller (or the proxy in front) named it. The answer goes back to that same caller only, so
 * TRUSTED_PROXIES does not matter here.
 */
export function originOf(request: FastifyRequest): string {
  const forwarded = String(request.headers['x-forwarded-proto'] ?? '')
    .split(',')[0]
    ?.trim();
  const protocol = forwarded === 'https' || forwarded === 'http' ? forwarded : request.protocol;
  const { localAddress, localPort } = request.socket;
  const { host = '' } = request.headers;
  return `${protocol}://${SANE_HOST.test(host) ? host : `${localAddress}:${localPort}`}`;
}
