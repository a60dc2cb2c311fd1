import { createHmac } from 'node:crypto';

const LIFETIME_SECONDS = 600;

/**
 * The Authorization header of Exoscale's EXO2-HMAC-SHA256, for a request without query arguments.
 *
 * Signed are five lines: method and path, body, values of query arguments, headers (always none), and the expiry.
 *
 * @param {{method: string, path: string, body?: string}} request `path` as it is sent, from the root
 * @param {{accessKey: string, secretKey: string}} credentials
 * @param {number} [nowMs] epoch time
 */
export function exoscaleSignature({ method, path, body = '' }, { accessKey, secretKey }, nowMs = Date.now()) {
  const expires = Math.floor(nowMs / 1000) + LIFETIME_SECONDS;
  const message = [`${method} ${path}`, body, '', '', expires].join('\n');
  const signature = createHmac('sha256', secretKey).update(message).digest('base64');
  return `EXO2-HMAC-SHA256 credential=${accessKey},expires=${expires},signature=${signature}`;
}
