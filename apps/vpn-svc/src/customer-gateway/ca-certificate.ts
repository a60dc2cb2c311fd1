import { X509Certificate } from 'node:crypto';
import { ProblemError } from '@isthmus/problem';

const MAX_LENGTH = 65_536;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * The PEM text as given: one certificate or a chain, and nothing else, so that no private key is ever kept by mistake.
 *
 * @throws ProblemError `invalid-argument` for `caCertificate`; the text is never part of the error
 */
export function checkedCaCertificate(pem: string): string {
  if (pem.length > MAX_LENGTH) throw invalid(`The certificate has more than ${MAX_LENGTH} characters.`);
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || pem.replace(CERTIFICATE, '').trim() !== '') {
    throw invalid('The certificate must be PEM text: from BEGIN CERTIFICATE to END CERTIFICATE, and nothing else.');
  }
  certificates.forEach((certificate, index) => {
    if (!isReadable(certificate)) throw invalid(`Certificate ${index + 1} of the PEM text is no X.509 certificate.`);
  });
  return pem;
}

function isReadable(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string): ProblemError {
  return ProblemError.invalid('caCertificate', message, 'format');
}
