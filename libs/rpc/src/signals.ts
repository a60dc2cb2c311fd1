import { Injectable } from '@nestjs/common';
import type { BusLink } from './bus-link';
import { ignoreOutage } from './connection';

/**
 * Wake-ups between processes over Redis pub/sub. A signal may be lost and carries no truth: whoever waits for one also
 * looks at the database by itself, only less often.
 */
@Injectable()
export class Signals {
  constructor(private readonly link: BusLink) {}

  /** Fire and forget; lost while Redis is away. */
  publish(channel: string, payload: string): void {
    this.link.commands.publish(keyOf(channel), payload).catch(ignoreOutage);
  }

  /** Answers how to stop listening. Survives reconnects. While Redis is away it begins with Redis's return. */
  subscribe(channel: string, listener: (payload: string) => void): Promise<() => void> {
    return this.link.listen(keyOf(channel), listener);
  }
}

function keyOf(channel: string): string {
  return `signal:${channel}`;
}
