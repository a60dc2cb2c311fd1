import type Redis from 'ioredis';
import { ignoreOutage } from './connection';
import { encodeReplies } from './envelope';
import type { RequestStream } from './request-stream';

/**
 * Sends replies and acknowledges their requests, all that became ready in one turn of the event loop together: one
 * PUBLISH per caller, one XACK and one XDEL, however many requests there were, in one system call. Under load this is
 * most of the rate.
 */
export class ReplyWriter {
  private replies = new Map<string, string[]>();
  private handled: string[] = [];
  private isScheduled = false;
  private lastFlush: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly commands: Redis,
    private readonly stream: RequestStream,
  ) {}

  /** Answers a request and takes it off the stream. */
  finish(entryId: string, replyTo: string, reply: string): void {
    const waiting = this.replies.get(replyTo);
    if (waiting) waiting.push(reply);
    else this.replies.set(replyTo, [reply]);
    this.discard(entryId);
  }

  /** Takes a request off the stream that nobody wants answered. */
  discard(entryId: string): void {
    this.handled.push(entryId);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.flush());
  }

  /** Resolves when all that was finished so far has reached Redis, or was lost with it. */
  async settled(): Promise<void> {
    if (this.isScheduled) this.flush();
    await this.lastFlush;
  }

  private flush(): void {
    if (!this.isScheduled) return;
    const { replies, handled } = this;
    this.replies = new Map();
    this.handled = [];
    this.isScheduled = false;
    const sent: Promise<unknown>[] = [];
    const { stream: socket } = this.commands;
    socket?.cork();
    for (const [replyTo, batch] of replies) sent.push(this.commands.publish(replyTo, encodeReplies(batch)));
    sent.push(this.stream.acknowledge(handled));
    socket?.uncork();
    // A lost reply is asked for again by its caller; a lost acknowledgement is found by the next round of claims.
    this.lastFlush = Promise.all(sent).catch(ignoreOutage);
  }
}
