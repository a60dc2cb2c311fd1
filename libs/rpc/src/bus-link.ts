import { randomUUID } from 'node:crypto';
import type Redis from 'ioredis';
import type { Logger } from '@isthmus/telemetry';
import { connectRedis, ignoreOutage } from './connection';

type Listener = (payload: string) => void;

/**
 * The two connections of a caller: commands (never blocked) and subscriptions. It is up when both are, and the reply
 * channel is subscribed: a request that is sent earlier would be answered to nobody.
 */
export class BusLink {
  /** This process's own reply channel. */
  readonly replyTo: string;
  readonly commands: Redis;
  private readonly subscriber: Redis;
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly upActions: (() => void)[] = [];
  private isSubscribed = false;

  constructor(
    redisUrl: string,
    readonly caller: string,
    logger: Logger,
  ) {
    this.replyTo = `replies:${caller}:${randomUUID()}`;
    this.commands = connectRedis(redisUrl, `isthmus-${caller}-commands`, logger);
    this.subscriber = connectRedis(redisUrl, `isthmus-${caller}-subscriber`, logger);
    this.commands.on('ready', () => this.tellIfUp());
    this.subscriber.on('ready', () => void this.subscribeAll());
    this.subscriber.on('close', () => (this.isSubscribed = false));
    this.subscriber.on('message', (channel: string, payload: string) => {
      for (const listener of this.listeners.get(channel) ?? []) listener(payload);
    });
  }

  get isUp(): boolean {
    return this.isSubscribed && this.commands.status === 'ready';
  }

  /** Called each time the link comes up, also after an outage. */
  onUp(action: () => void): void {
    this.upActions.push(action);
    if (this.isUp) action();
  }

  /** Resolves once subscribed, or at once while Redis is away: then it is subscribed on its return. */
  async listen(channel: string, listener: Listener): Promise<() => void> {
    const known = this.listeners.get(channel);
    if (known) known.add(listener);
    else {
      this.listeners.set(channel, new Set([listener]));
      if (this.subscriber.status === 'ready') await this.subscriber.subscribe(channel).catch(ignoreOutage);
    }
    return () => this.forget(channel, listener);
  }

  close(): void {
    this.subscriber.disconnect();
    this.commands.disconnect();
  }

  private forget(channel: string, listener: Listener): void {
    const known = this.listeners.get(channel);
    if (!known?.delete(listener) || known.size > 0) return;
    this.listeners.delete(channel);
    this.subscriber.unsubscribe(channel).catch(ignoreOutage);
  }

  private async subscribeAll(): Promise<void> {
    try {
      await this.subscriber.subscribe(this.replyTo, ...this.listeners.keys());
      this.isSubscribed = true;
      this.tellIfUp();
    } catch {
      // Lost again before it was subscribed: the next `ready` comes back here.
    }
  }

  private tellIfUp(): void {
    if (this.isUp) for (const action of this.upActions) action();
  }
}
