import { exoscaleSignature } from './exoscale-signature.mjs';

const ANSWER_TIMEOUT_MS = 30_000;

const token = {
  shown: '-H "X-Auth-Token: $SECRET"',
  headers: (_request, { secretKey }) => ({ 'x-auth-token': secretKey }),
};

/** How each dialect proves who asks: the header it sends, and how that is written on a command line. */
const PROOFS = {
  scaleway: token,
  huawei: token,
  exoscale: {
    shown: '-H "Authorization: EXO2-HMAC-SHA256 …"',
    headers: (request, credentials) => ({ authorization: exoscaleSignature(request, credentials) }),
  },
  native: {
    shown: '-u $KEY:$SECRET',
    headers: (_request, { accessKey, secretKey }) => ({
      authorization: `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString('base64')}`,
    }),
  },
  nobody: { shown: '', headers: () => ({}) },
};

/**
 * Sends requests to a gateway as clients of its dialects do.
 *
 * @param {{url: string, credentials: {accessKey: string, secretKey: string}, screen: object, signal: AbortSignal}} options
 * @returns {(as: keyof typeof PROOFS, method: string, path: string, options?: {body?: unknown, isQuiet?: boolean,
 *   credentials?: object, note?: string}) => Promise<{status: number, headers: Headers, body: any, ms: number}>}
 *   a body that is text is sent as it is; a quiet request is not shown; `shownProof(as)` is for requests shown otherwise
 */
export function openApi({ url, credentials, screen, signal }) {
  const call = async (as, method, path, { body: given, isQuiet = false, credentials: other, note } = {}) => {
    const body = given === undefined || typeof given === 'string' ? given : JSON.stringify(given);
    const proof = PROOFS[as];
    if (!isQuiet) screen.request({ method, path, body, auth: proof.shown }, note);
    const startedMs = performance.now();
    const response = await fetch(`${url}${path}`, {
      method,
      body,
      headers: {
        ...proof.headers({ method, path, body }, other ?? credentials),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    const text = await response.text();
    const ms = performance.now() - startedMs;
    return { status: response.status, headers: response.headers, body: parse(text), ms };
  };
  /** How a dialect's proof is written on a command line. */
  return Object.assign(call, { shownProof: (as) => PROOFS[as].shown });
}

function parse(text) {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}
