import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';
import type { IdempotencyKeyEntity } from './idempotency-key.entity';

/** What a key is unique in. */
export type KeyScope = Pick<IdempotencyKeyEntity, 'projectId' | 'principal' | 'route' | 'key'>;

export interface KeyedRequest extends KeyScope {
  fingerprint: Buffer;
  /** Its id, unless an earlier try has given it one. */
  requestId: string;
}

/** The right to answer a request, until the lease is over and somebody else takes it. */
export interface AdmittedRequest {
  requestId: string;
  attempt: number;
}

/** What is known of a key that is taken. */
export type KnownKey = Pick<
  IdempotencyKeyEntity,
  'fingerprint' | 'requestId' | 'state' | 'status' | 'answerSealed' | 'masterKeyId'
>;

type KeptWork = Pick<IdempotencyKeyEntity, 'workSealed'>;

export interface SealedAnswer {
  status: number;
  answerSealed: Buffer;
  masterKeyId: string;
}

const OF_KEY = 'project_id = $1 AND principal = $2 AND route = $3 AND key = $4';

// A try whose end is unknown goes on under its own request id, as it may have written something. A refused request wrote
// nothing that a corrected one could collide with, so the key is free for that.
const ADMIT = `
  INSERT INTO gateway.idempotency_key AS k (project_id, principal, route, key, fingerprint, request_id, lease_until)
  VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7 / 1000.0))
  ON CONFLICT (project_id, principal, route, key) DO UPDATE
     SET state = 'admitting', attempt = k.attempt + 1, fingerprint = excluded.fingerprint,
         request_id = CASE WHEN k.fingerprint = excluded.fingerprint THEN k.request_id ELSE excluded.request_id END,
         work_sealed = CASE WHEN k.fingerprint = excluded.fingerprint THEN k.work_sealed END,
         lease_until = excluded.lease_until, admitted_at = now()
   WHERE k.state = 'refused'
      OR (k.state = 'admitting' AND k.lease_until <= now() AND k.fingerprint = excluded.fingerprint)
  RETURNING request_id AS "requestId", attempt`;

const FIND = `
  SELECT fingerprint, request_id AS "requestId", state, status, answer_sealed AS "answerSealed",
         master_key_id AS "masterKeyId"
    FROM gateway.idempotency_key WHERE ${OF_KEY}`;

const FINISH = `
  UPDATE gateway.idempotency_key
     SET state = 'done', status = $6, answer_sealed = $7, master_key_id = $8, finished_at = now()
   WHERE ${OF_KEY} AND attempt = $5 AND state = 'admitting'`;

// What the try found may be what it was refused for, so the next one looks again.
const REFUSE = `
  UPDATE gateway.idempotency_key SET state = 'refused', work_sealed = NULL
   WHERE ${OF_KEY} AND attempt = $5 AND state = 'admitting'`;

const GIVE_UP = `
  UPDATE gateway.idempotency_key SET lease_until = now() WHERE ${OF_KEY} AND attempt = $5 AND state = 'admitting'`;

const FORGET = `DELETE FROM gateway.idempotency_key WHERE ${OF_KEY} AND attempt = $5 AND state = 'admitting'`;

const FIND_WORK = 'SELECT work_sealed AS "workSealed" FROM gateway.idempotency_key WHERE request_id = $1';
// Locked, so that of two tries at once the second finds what the first has done.
const LOCK_WORK = `${FIND_WORK} FOR NO KEY UPDATE`;
const KEEP_WORK = 'UPDATE gateway.idempotency_key SET work_sealed = $2 WHERE request_id = $1';
const KEEP_FIRST_WORK = `
  UPDATE gateway.idempotency_key SET work_sealed = coalesce(work_sealed, $2) WHERE request_id = $1
  RETURNING work_sealed AS "workSealed"`;

const PURGE = `
  DELETE FROM gateway.idempotency_key WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM gateway.idempotency_key WHERE admitted_at < now() - make_interval(hours => $1)
     LIMIT $2 FOR UPDATE SKIP LOCKED))`;

/** The keys of all gateways. */
@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  /** The right to answer the request; undefined when it is answered, is being answered, or is another request. */
  async admit(request: KeyedRequest, leaseMs: number): Promise<AdmittedRequest | undefined> {
    const { fingerprint, requestId } = request;
    const values = [...scopeOf(request), fingerprint, requestId, leaseMs];
    return (await this.database.query<AdmittedRequest>(ADMIT, values))[0];
  }

  async find(scope: KeyScope): Promise<KnownKey | undefined> {
    return (await this.database.query<KnownKey>(FIND, scopeOf(scope)))[0];
  }

  /** Keeps the answer for later tries. */
  async finish(scope: KeyScope, attempt: number, answer: SealedAnswer): Promise<void> {
    const values = [...scopeOf(scope), attempt, answer.status, answer.answerSealed, answer.masterKeyId];
    await this.database.execute(FINISH, values);
  }

  /** The next try, also of a corrected request, is answered anew. */
  async refuse(scope: KeyScope, attempt: number): Promise<void> {
    await this.database.execute(REFUSE, [...scopeOf(scope), attempt]);
  }

  /** The next try of the same request goes on at once. */
  async giveUp(scope: KeyScope, attempt: number): Promise<void> {
    await this.database.execute(GIVE_UP, [...scopeOf(scope), attempt]);
  }

  /** The next try is a new request. */
  async forget(scope: KeyScope, attempt: number): Promise<void> {
    await this.database.execute(FORGET, [...scopeOf(scope), attempt]);
  }

  /** What the request's work answered in an earlier try; null when it has not been done. */
  async findWork(requestId: string): Promise<Buffer | null> {
    return (await this.database.query<KeptWork>(FIND_WORK, [requestId]))[0]?.workSealed ?? null;
  }

  async lockWork(tx: Tx, requestId: string): Promise<Buffer | null> {
    return (await tx.query<KeptWork>(LOCK_WORK, [requestId]))[0]?.workSealed ?? null;
  }

  async keepWork(tx: Tx, requestId: string, workSealed: Buffer): Promise<void> {
    await tx.execute(KEEP_WORK, [requestId, workSealed]);
  }

  /** Keeps it unless another try was faster; answers what is kept, null when the key is gone. */
  async keepFirstWork(requestId: string, workSealed: Buffer): Promise<Buffer | null> {
    return (await this.database.query<KeptWork>(KEEP_FIRST_WORK, [requestId, workSealed]))[0]?.workSealed ?? null;
  }

  /** Deletes up to `limit` keys that nobody has used for so long; answers how many. */
  purge(unusedHours: number, limit: number): Promise<number> {
    return this.database.execute(PURGE, [unusedHours, limit]);
  }
}

function scopeOf({ projectId, principal, route, key }: KeyScope): string[] {
  return [projectId, principal, route, key];
}
