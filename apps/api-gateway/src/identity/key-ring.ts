import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ProblemError } from '@isthmus/problem';
import { ApiKeyRepository, type LiveKey } from './api-key.repository';
import type { Caller } from './caller';
import { type Credentials, DeniedAuthentication } from './credentials';
import { SecretBox } from '@isthmus/secrets';

/**
 * How long a key that was found is believed without asking again. It spares the hot read one of its two queries; the price
 * is that a revoked key may work for this long on a gateway that has just seen it.
 */
const FRESH_MS = 1_000;
/** A bound on memory, not a tuning knob: forgetting a key costs one query. */
const MAX_CACHED = 10_000;

interface KnownKey extends Caller {
  expiresAtMs: number;
  freshUntilMs: number;
  /** Opened at the first signature. */
  secret: string | null;
  sealed: Buffer;
  masterKeyId: string;
}

/** Turns credentials into callers. */
@Injectable()
export class KeyRing {
  private readonly known = new Map<string, KnownKey>();
  private readonly loading = new Map<string, Promise<KnownKey | null>>();

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly box: SecretBox,
  ) {}

  /** The caller, at once when the key is known. Throws `unauthenticated`, in the same words for an unknown key and a wrong secret. */
  identify(credentials: Credentials, nowMs = Date.now()): Caller | Promise<Caller> {
    const lookup = credentials.kind === 'secret' ? sha256(credentials.secret) : credentials.accessKey;
    const known = this.known.get(lookup);
    if (known && known.freshUntilMs > nowMs) return this.verify(known, credentials, nowMs);
    return this.load(lookup, credentials.kind).then((loaded) => {
      if (!loaded) throw new DeniedAuthentication('unknown');
      return this.verify(loaded, credentials, nowMs);
    });
  }

  private verify(key: KnownKey, credentials: Credentials, nowMs: number): Caller {
    // A secret has proven itself by being found: keys are looked up by its digest, which gives away nothing by its timing.
    const isProven =
      credentials.kind === 'secret'
        ? credentials.accessKey === null || credentials.accessKey === key.accessKey
        : credentials.isMadeWith(this.secretOf(key));
    if (!isProven) throw new DeniedAuthentication('unknown');
    if (key.expiresAtMs <= nowMs) throw new DeniedAuthentication('expired');
    return key;
  }

  private secretOf(key: KnownKey): string {
    if (key.masterKeyId !== this.box.keyId) throw sealedElsewhere(key);
    return (key.secret ??= this.box.open(key.sealed, key.accessKey));
  }

  /** Callers that ask for the same key at the same time share one query. */
  private load(lookup: string, kind: Credentials['kind']): Promise<KnownKey | null> {
    const running = this.loading.get(lookup);
    if (running) return running;
    const loading = this.read(lookup, kind).finally(() => this.loading.delete(lookup));
    this.loading.set(lookup, loading);
    return loading;
  }

  private async read(lookup: string, kind: Credentials['kind']): Promise<KnownKey | null> {
    const row = await (kind === 'secret'
      ? this.keys.findBySecret(Buffer.from(lookup, 'hex'))
      : this.keys.findByAccessKey(lookup));
    this.known.delete(lookup);
    if (!row) return null;
    if (this.known.size >= MAX_CACHED) this.known.clear();
    const key = toKnownKey(row);
    this.known.set(lookup, key);
    return key;
  }
}

function toKnownKey(row: LiveKey): KnownKey {
  return {
    projectId: row.projectId,
    organizationId: row.organizationId,
    accessKey: row.accessKey,
    scope: row.scope,
    expiresAtMs: row.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
    freshUntilMs: Date.now() + FRESH_MS,
    secret: null,
    sealed: row.secretSealed,
    masterKeyId: row.masterKeyId,
  };
}

/** The installation's fault, not the caller's: the same key works with a secret, and with the right master key. */
function sealedElsewhere({ accessKey, masterKeyId }: KnownKey): ProblemError {
  return new ProblemError(
    'unavailable',
    `The secret of API key ${accessKey} is sealed under the master key ${masterKeyId}, which is not the one in use; signatures made with it cannot be checked.`,
  );
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
