import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import { SecretBox } from '@isthmus/secrets';
import type { RequestContext } from '../http/request';
import { IdempotencyRepository } from './idempotency.repository';

/** Work that the gateway does in its own database, where no service's inbox makes it idempotent. */
@Injectable()
export class LocalWork {
  constructor(
    private readonly keys: IdempotencyRepository,
    private readonly box: SecretBox,
  ) {}

  /**
   * Runs `work` once per request with an idempotency key; every later try gets the first answer as JSON gives it back, also
   * when the gateway died before it could be told. Without a key it just runs. One call per request.
   */
  async once<T>(tx: Tx, { requestId, hasIdempotencyKey }: RequestContext, work: () => Promise<T>): Promise<T> {
    if (!hasIdempotencyKey) return work();
    const owner = `work:${requestId}`;
    const before = await this.keys.lockWork(tx, requestId);
    if (before) return JSON.parse(this.box.open(before, owner)) as T;
    const answer = await work();
    await this.keys.keepWork(tx, requestId, this.box.seal(JSON.stringify(answer ?? null), owner));
    return answer;
  }
}
