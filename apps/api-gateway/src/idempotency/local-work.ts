import { Injectable } from '@nestjs/common';
import { Database, rehearse, type Tx } from '@isthmus/db';
import { SecretBox } from '@isthmus/secrets';
import type { RequestContext } from '../http/request';
import { IdempotencyRepository } from './idempotency.repository';

/** What the gateway does or decides by itself in a request, where no service's inbox makes it idempotent. */
@Injectable()
export class LocalWork {
  constructor(
    private readonly database: Database,
    private readonly keys: IdempotencyRepository,
    private readonly box: SecretBox,
  ) {}

  /**
   * Runs `work` in a transaction, once per request with an idempotency key; every later try gets the first answer as JSON gives
   * it back, also when the gateway died before it could be told. Without a key it just runs. A dry run is rolled back.
   * One call per request.
   */
  once<T>(call: RequestContext, work: (tx: Tx) => Promise<T>, isDryRun = false): Promise<T> {
    if (isDryRun) return rehearse(this.database, work);
    return this.database.transaction((tx) => (call.hasIdempotencyKey ? this.firstOf(tx, call, work) : work(tx)));
  }

  /**
   * Around work that looks before it opens its transaction: what it refuses may be what an earlier try has done. So when
   * `work` refuses and the request was done before, the first answer stands.
   */
  async orEarlier<T>(call: RequestContext, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (refusal) {
      const before = await this.before(call);
      if (!before) throw refusal;
      return this.opened<T>(before, call);
    }
  }

  /**
   * What a request finds before it makes its commands. Every later try finds the same, whatever the tries before have changed,
   * and so makes the same commands, until the request is refused. As JSON gives it back. One call per request.
   */
  async finding<T>(call: RequestContext, find: () => Promise<T>): Promise<T> {
    const before = await this.before(call);
    if (before) return this.opened<T>(before, call);
    const found = await find();
    if (!call.hasIdempotencyKey) return found;
    const kept = await this.keys.keepFirstWork(call.requestId, this.sealed(found, call));
    return kept ? this.opened<T>(kept, call) : found;
  }

  private async firstOf<T>(tx: Tx, call: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    const before = await this.keys.lockWork(tx, call.requestId);
    if (before) return this.opened<T>(before, call);
    const answer = await work(tx);
    await this.keys.keepWork(tx, call.requestId, this.sealed(answer, call));
    return answer;
  }

  private async before({ requestId, hasIdempotencyKey }: RequestContext): Promise<Buffer | null> {
    return hasIdempotencyKey ? this.keys.findWork(requestId) : null;
  }

  private sealed(answer: unknown, { requestId }: RequestContext): Buffer {
    return this.box.seal(JSON.stringify(answer ?? null), ownerOf(requestId));
  }

  private opened<T>(sealed: Buffer, { requestId }: RequestContext): T {
    return JSON.parse(this.box.open(sealed, ownerOf(requestId))) as T;
  }
}

const ownerOf = (requestId: string): string => `work:${requestId}`;
