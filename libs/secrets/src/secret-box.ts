import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';

/** A sealed secret on its way from one service to another. */
export interface SealedText {
  /** The master key it is sealed under. */
  keyId: string;
  /** Base64. */
  sealed: string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals secrets with AES-256-GCM under the master key. A sealed secret is nonce, tag and ciphertext in one; it opens only
 * for the owner it was sealed for, so that a row cannot be passed off as another.
 */
export class SecretBox {
  /** Tells master keys apart without telling anything about them. */
  readonly keyId: string;

  constructor(private readonly masterKey: Buffer) {
    this.keyId = hash('sha256', masterKey, 'hex').slice(0, 16);
  }

  seal(secret: string, owner: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.masterKey, nonce);
    cipher.setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Throws when the box was sealed under another key, for another owner, or was changed. */
  open(sealed: Buffer, owner: string): string {
    const decipher = createDecipheriv('aes-256-gcm', this.masterKey, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(owner));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }

  sealText(secret: string, owner: string): SealedText {
    return { keyId: this.keyId, sealed: this.seal(secret, owner).toString('base64') };
  }

  /** Throws as `open`. */
  openText({ sealed }: SealedText, owner: string): string {
    return this.open(Buffer.from(sealed, 'base64'), owner);
  }
}
