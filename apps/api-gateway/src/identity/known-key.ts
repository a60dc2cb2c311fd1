import type { SecretBox } from '@isthmus/secrets';
import { ProblemError } from '@isthmus/problem';
import type { LiveKey } from './api-key.repository';
import type { Caller } from './caller';

interface KnownSecret {
  /** SHA-256 in hexadecimal. */
  digest: string;
  sealed: Buffer;
  masterKeyId: string;
  untilMs: number;
  /** Opened at the first signature. */
  opened: string | null;
}

/** A key as it was read: the caller that it stands for, and the secrets that prove it. */
export interface KnownKey extends Caller {
  expiresAtMs: number;
  /** The present one first. */
  secrets: KnownSecret[];
}

export function toKnownKey(row: LiveKey): KnownKey {
  const { projectId, organizationId, accessKey, scope, expiresAt } = row;
  const secrets = [knownSecret(row.secretSha256, row.secretSealed, row.masterKeyId, null)];
  const { formerSha256, formerSealed, formerMasterKeyId, formerUntil } = row;
  if (formerSha256 && formerSealed && formerMasterKeyId) {
    secrets.push(knownSecret(formerSha256, formerSealed, formerMasterKeyId, formerUntil));
  }
  return { projectId, organizationId, accessKey, scope, expiresAtMs: momentOf(expiresAt), secrets };
}

/** Is the secret of that digest one that works now? Keys are looked up by it, which gives away nothing by its timing. */
export function isSecretOf({ secrets }: KnownKey, digest: string, nowMs: number): boolean {
  return secrets.some((secret) => secret.digest === digest && secret.untilMs > nowMs);
}

/** Throws `unavailable` when the present secret cannot be opened. */
export function isSignedWith(
  key: KnownKey,
  isMadeWith: (secret: string) => boolean,
  box: SecretBox,
  nowMs: number,
): boolean {
  return key.secrets.some((secret) => secret.untilMs > nowMs && isMadeWith(open(secret, key, box)));
}

function knownSecret(sha256: Buffer, sealed: Buffer, masterKeyId: string, until: string | null): KnownSecret {
  return { digest: sha256.toString('hex'), sealed, masterKeyId, untilMs: momentOf(until), opened: null };
}

function momentOf(timestamp: string | null): number {
  return timestamp === null ? Number.POSITIVE_INFINITY : Date.parse(timestamp);
}

/** A foreign master key is the installation's fault, not the caller's: the secret itself, and the right master key, work. */
function open(secret: KnownSecret, { accessKey }: KnownKey, box: SecretBox): string {
  if (secret.masterKeyId !== box.keyId) {
    throw new ProblemError(
      'unavailable',
      `The secret of API key ${accessKey} is sealed under the master key ${secret.masterKeyId}, which is not the one in use; signatures made with it cannot be checked.`,
    );
  }
  return (secret.opened ??= box.open(secret.sealed, accessKey));
}
