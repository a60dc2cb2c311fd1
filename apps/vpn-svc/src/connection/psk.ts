import { Injectable } from '@nestjs/common';
import { pskOwner } from '@isthmus/contracts';
import { ProblemError } from '@isthmus/problem';
import { SecretBox, type SealedText } from '@isthmus/secrets';

/** A pre-shared key as its row keeps it. */
export interface SealedPsk {
  sealed: Buffer;
  masterKeyId: string;
}

const SHORTEST = 8;
const LONGEST = 128;
const SPECIAL = /[~!@#$%^()\-_+={ },./:;]/;
const ALLOWED = /^[A-Za-z0-9~!@#$%^()\-_+={ },./:;]*$/;
const CLASSES = [/[A-Z]/, /[a-z]/, /[0-9]/, SPECIAL];
const NEEDED_CLASSES = 3;

/**
 * Refuses a pre-shared key that is too weak: 8 to 128 characters of at least three of upper case letters, lower case
 * letters, digits and special characters. The key is never part of the error.
 *
 * @throws ProblemError `invalid-argument` for `psk`
 */
export function requireStrongPsk(psk: string): void {
  if (psk.length < SHORTEST || psk.length > LONGEST) {
    throw weak(`The pre-shared key must have ${SHORTEST} to ${LONGEST} characters.`);
  }
  if (!ALLOWED.test(psk)) {
    throw weak('The pre-shared key may have letters, digits, spaces and ~ ! @ # $ % ^ ( ) - _ + = { } , . / : ; only.');
  }
  if (CLASSES.filter((kind) => kind.test(psk)).length < NEEDED_CLASSES) {
    const kinds = 'upper case letters, lower case letters, digits and special characters';
    throw weak(`The pre-shared key must have characters of at least ${NEEDED_CLASSES} of these kinds: ${kinds}.`);
  }
}

/** Opens and seals pre-shared keys. Nothing else in this service sees one in clear but the driver. */
@Injectable()
export class PskVault {
  constructor(private readonly box: SecretBox) {}

  /**
   * What a caller sent, sealed anew for the connection. Errors: `unavailable` when it was sealed under another master key,
   * `invalid-argument` when it is weak.
   */
  accept(sent: SealedText, projectId: string, connectionId: string): SealedPsk {
    this.requireKey(sent.keyId);
    const psk = this.box.openText(sent, pskOwner(projectId));
    requireStrongPsk(psk);
    return { sealed: this.box.seal(psk, rowOwner(connectionId)), masterKeyId: this.box.keyId };
  }

  /** The key in clear, for the driver. `unavailable` when it was sealed under another master key. */
  open({ sealed, masterKeyId }: SealedPsk, connectionId: string): string {
    this.requireKey(masterKeyId);
    return this.box.open(sealed, rowOwner(connectionId));
  }

  private requireKey(keyId: string): void {
    if (keyId === this.box.keyId) return;
    const detail =
      'The pre-shared key was sealed under another master key; all services must have the same MASTER_KEY.';
    throw new ProblemError('unavailable', detail);
  }
}

function rowOwner(connectionId: string): string {
  return `vpn-connection:${connectionId}`;
}

function weak(message: string): ProblemError {
  return ProblemError.invalid('psk', message);
}
