import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecretBox } from '@isthmus/secrets';
import { ApiKeyRepository } from './api-key.repository';
import type { Caller } from './caller';
import { type Credentials, DeniedAuthentication } from './credentials';
import { isSecretOf, isSignedWith, type KnownKey, toKnownKey } from './known-key';

/**
 * How long a key is believed after the query that found it was begun. It spares the hot read one of its two queries, and
 * `KeyChanges` counts on it: a query that is begun after a commit sees it, so that long after the commit no gateway takes
 * the key for what it was before.
 */
export const KEY_FRESH_MS = 250;
/** A bound on memory, not a tuning knob: forgetting a key costs one query. */
const MAX_CACHED = 10_000;

interface Look {
  /** On the clock that nobody sets, and that goes on while the process is stopped. */
  begunAtMs: number;
  found: Promise<KnownKey | null>;
}

/** Turns credentials into callers. */
@Injectable()
export class KeyRing {
  private readonly known = new Map<string, { key: KnownKey; readAtMs: number }>();
  private readonly looks = new Map<string, Look>();

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly box: SecretBox,
  ) {}

  /** The caller, at once when the key is known. Throws `unauthenticated`, in the same words for an unknown key and a wrong secret. */
  identify(credentials: Credentials): Caller | Promise<Caller> {
    const lookup = credentials.kind === 'secret' ? sha256(credentials.secret) : credentials.accessKey;
    const known = this.known.get(lookup);
    if (known && isFresh(known.readAtMs)) return this.verify(known.key, credentials, lookup);
    return this.look(lookup, credentials.kind).then((key) => {
      if (!key) throw new DeniedAuthentication('unknown');
      return this.verify(key, credentials, lookup);
    });
  }

  /** Reads the key anew for its next request. */
  forget(accessKey: string): void {
    for (const [lookup, { key }] of this.known) if (key.accessKey === accessKey) this.known.delete(lookup);
    // Any of them may be on its way with what the key was.
    this.looks.clear();
  }

  private verify(key: KnownKey, credentials: Credentials, lookup: string): Caller {
    const nowMs = Date.now();
    const isProven =
      credentials.kind === 'secret'
        ? isSecretOf(key, lookup, nowMs) && (credentials.accessKey ?? key.accessKey) === key.accessKey
        : isSignedWith(key, credentials.isMadeWith, this.box, nowMs);
    if (!isProven) throw new DeniedAuthentication('unknown');
    if (key.expiresAtMs <= nowMs) throw new DeniedAuthentication('expired');
    return key;
  }

  /** Callers that ask for the same key at the same time share one query, unless it has been under way for too long. */
  private look(lookup: string, kind: Credentials['kind']): Promise<KnownKey | null> {
    const running = this.looks.get(lookup);
    if (running && isFresh(running.begunAtMs)) return running.found;
    const look = { begunAtMs: performance.now(), found: this.read(lookup, kind) };
    this.looks.set(lookup, look);
    const isLatest = (): boolean => this.looks.get(lookup) === look && this.looks.delete(lookup);
    look.found.then(
      (key) => void (isLatest() && this.keep(lookup, key, look.begunAtMs)),
      () => void isLatest(),
    );
    return look.found;
  }

  private keep(lookup: string, key: KnownKey | null, readAtMs: number): void {
    this.known.delete(lookup);
    if (!key) return;
    if (this.known.size >= MAX_CACHED) this.known.clear();
    this.known.set(lookup, { key, readAtMs });
  }

  private async read(lookup: string, kind: Credentials['kind']): Promise<KnownKey | null> {
    const row = await (kind === 'secret'
      ? this.keys.findBySecret(Buffer.from(lookup, 'hex'))
      : this.keys.findByAccessKey(lookup));
    return row && toKnownKey(row);
  }
}

function isFresh(sinceMs: number): boolean {
  return performance.now() - sinceMs < KEY_FRESH_MS;
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
