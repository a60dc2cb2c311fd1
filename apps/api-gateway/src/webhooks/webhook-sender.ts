import { Injectable } from '@nestjs/common';
import type { EventView } from '../events/event.view';
import { excerptOf } from './excerpt';
import { SafeFetch, SendError } from './safe-fetch/safe-fetch';
import { signedHeaders } from './signature';
import type { AttemptResult } from './verdict';

const USER_AGENT = 'Isthmus-Webhooks/1';

/** Tells one endpoint one event, once. */
@Injectable()
export class WebhookSender {
  constructor(private readonly safeFetch: SafeFetch) {}

  /** @param traceparent of the attempt, so that what the receiver does is found in the same trace; null without a trace */
  async send(
    url: string,
    event: EventView,
    secrets: readonly string[],
    traceparent: string | null,
  ): Promise<AttemptResult> {
    const startedAt = new Date();
    const body = JSON.stringify(event);
    const headers = {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      ...(traceparent === null ? {} : { traceparent }),
      ...signedHeaders({ id: event.id, sentAt: startedAt, body }, secrets),
    };
    const begunAtMs = performance.now();
    const outcome = await this.post(url, headers, body);
    return { startedAt, durationMs: Math.round(performance.now() - begunAtMs), ...outcome };
  }

  private async post(
    url: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<Omit<AttemptResult, 'startedAt' | 'durationMs'>> {
    try {
      const { status, retryAfter, body: answer } = await this.safeFetch.post(url, headers, body);
      const error = status >= 300 && status < 400 ? 'Redirects are not followed.' : null;
      return { status, error, responseExcerpt: excerptOf(answer), retryAfter };
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      return { status: null, error: error.message, responseExcerpt: null, retryAfter: undefined };
    }
  }
}
