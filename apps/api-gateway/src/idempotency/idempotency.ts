import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '@isthmus/problem';
import { SecretBox } from '@isthmus/secrets';
import type { Logger } from '@isthmus/telemetry';
import { GatewayConfig } from '../config';
import type { Admission } from '../http/request';
import { FailedOperation } from '../operations/operation-body';
import { LOGGER } from '../settings.module';
import {
  type AdmittedRequest,
  IdempotencyRepository,
  type KeyedRequest,
  type KnownKey,
} from './idempotency.repository';
import { answerOf, openAnswer, ReplayedAnswer, sealAnswer } from './stored-answer';

/** A key may be released between two looks at it, but hardly again and again. */
const LOOKS = 3;
const RETRY_AFTER_SECONDS = 1;

/** A request that this gateway answers, with the id under which every try of it makes its commands. */
export interface AnsweringRequest extends Admission {
  readonly requestId: string;
}

/** Lets each request with a key be answered once, by whichever gateway, and repeats its answer. */
@Injectable()
export class Idempotency {
  constructor(
    private readonly keys: IdempotencyRepository,
    private readonly box: SecretBox,
    private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Admits the request under its key. Throws the answer if there is one; `idempotency-key-reused` when the key is another
   * request's; `idempotency-key-in-use` while somebody else answers.
   */
  async admit(request: KeyedRequest): Promise<AnsweringRequest> {
    for (let look = 1; look <= LOOKS; look++) {
      const admitted = await this.keys.admit(request, this.config.idempotencyLeaseMs);
      if (admitted) return this.answering(request, admitted);
      const known = await this.keys.find(request);
      if (known) this.endBy(known, request);
    }
    throw keyInUse();
  }

  /** Throws whatever the row says about the request; returns when it can be admitted by now. */
  private endBy(known: KnownKey, { fingerprint }: KeyedRequest): void {
    if (known.state === 'refused') return;
    if (!known.fingerprint.equals(fingerprint)) throw keyReused();
    const { requestId, status, answerSealed, masterKeyId } = known;
    if (status === null || answerSealed === null) throw keyInUse();
    if (masterKeyId !== this.box.keyId) {
      const detail = `The answer to this request is sealed under the master key ${masterKeyId}, which this gateway does not have.`;
      throw new ProblemError('unavailable', detail);
    }
    throw new ReplayedAnswer(openAnswer(this.box, status, answerSealed, requestId), requestId);
  }

  private answering(request: KeyedRequest, { requestId, attempt }: AdmittedRequest): AnsweringRequest {
    let refusal: ProblemError | undefined;
    return {
      requestId,
      refuse: (problem) => void (refusal = problem),
      close: async (reply, payload) => {
        try {
          await this.close(request, { requestId, attempt }, reply, payload, refusal);
        } catch (error) {
          // The answer is true all the same. Once the lease is over, the next try is answered by the inboxes of the services.
          this.logger.warn({ err: error, requestId }, 'an answer could not be kept for its idempotency key');
        }
      },
    };
  }

  private async close(
    request: KeyedRequest,
    { requestId, attempt }: AdmittedRequest,
    reply: FastifyReply,
    payload: unknown,
    refusal: ProblemError | undefined,
  ): Promise<void> {
    const { statusCode } = reply;
    if (statusCode >= 200 && statusCode < 300) {
      const answer = answerOf(reply, payload);
      const answerSealed = sealAnswer(this.box, answer, requestId);
      return this.keys.finish(request, attempt, { status: statusCode, answerSealed, masterKeyId: this.box.keyId });
    }
    // It was undone, and under the same request id it would only be told again.
    if (refusal instanceof FailedOperation) return this.keys.forget(request, attempt);
    // Nobody knows whether something was written before it went wrong.
    if (statusCode >= 500) return this.keys.giveUp(request, attempt);
    return this.keys.refuse(request, attempt);
  }
}

function keyReused(): ProblemError {
  const detail = 'This Idempotency-Key was used for another request; give every request a key of its own.';
  return new ProblemError('idempotency-key-reused', detail);
}

function keyInUse(): ProblemError {
  const detail = 'A request with this Idempotency-Key is being answered; send it again shortly.';
  return new ProblemError('idempotency-key-in-use', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
