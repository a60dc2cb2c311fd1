import type { FastifyRequest } from 'fastify';

/** The IP address at the other end of the connection; null when that is gone. IPv4 in its own form, IPv6 without a zone. */
export function sourceAddressOf(request: FastifyRequest): string | null {
  const address = request.socket.remoteAddress;
  return address?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '') ?? null;
}
