import { hash, randomInt, randomUUID } from 'node:crypto';
import type { SecretBox } from '@isthmus/secrets';
import type { KeptSecret } from './api-key.repository';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const PREFIX = 'SCW';
const RANDOM_LETTERS = 17;

/** In the form that the strictest official client insists on; 88 random bits, so none comes twice. */
export function newAccessKey(): string {
  return PREFIX + Array.from({ length: RANDOM_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** 122 random bits in the form that the same client insists on. */
export function newSecretKey(): string {
  return randomUUID();
}

/** A secret in the two forms in which it is kept: to find the key by, and to verify signatures with. */
export function keptSecret(box: SecretBox, secretKey: string, accessKey: string): KeptSecret {
  return {
    secretSha256: hash('sha256', secretKey, 'buffer'),
    secretSealed: box.seal(secretKey, accessKey),
    masterKeyId: box.keyId,
  };
}
