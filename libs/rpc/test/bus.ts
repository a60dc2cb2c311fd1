import Redis from 'ioredis';
import type { Logger } from '@isthmus/telemetry';
import { BusLink } from '../src/bus-link';
import { type CallContext, RpcCaller, type RpcCallerOptions } from '../src/rpc-caller';
import type { RpcContext } from '../src/rpc-context';
import { RedisStreamsServer, type RedisStreamsServerOptions } from '../src/redis-streams-server';
import type { RedisProcess } from './redis-process';

export type Handler = (data: never, context: RpcContext) => Promise<unknown>;

/** Calls of a service that exists only in tests. */
export interface TestCalls {
  work: { request: unknown; response: unknown };
  'work.unknown': { request: unknown; response: unknown };
}

export const PROJECT = '9a1c8f2e-5f0b-4a69-9d6c-2f1f5f6f0001';

export function contextOf(overrides: Partial<CallContext> = {}): CallContext {
  return { projectId: PROJECT, principal: 'key:test', timeoutMs: 15_000, ...overrides };
}

/** A log that keeps what it was told at error. */
export class KeptLog {
  readonly errors: Record<string, unknown>[] = [];
  readonly logger = {
    error: (fields: Record<string, unknown>) => void this.errors.push(fields),
    warn: () => undefined,
    info: () => undefined,
    debug: () => undefined,
  } as unknown as Logger;
}

/** Starts callers and replicas of `ipam` on one Redis, and closes all of them at the end of a test. */
export class TestBus {
  private readonly closing: (() => unknown)[] = [];
  readonly log = new KeptLog();
  private replicas = 0;

  constructor(private readonly redis: RedisProcess) {}

  caller(options: RpcCallerOptions = {}, link = this.link()): RpcCaller {
    const caller = new RpcCaller(link, options);
    this.closing.push(() => caller.onApplicationShutdown());
    return caller;
  }

  link(): BusLink {
    const link = new BusLink(this.redis.url, 'test', this.log.logger);
    this.closing.push(() => link.close());
    return link;
  }

  async replica(work: Handler, options: Partial<RedisStreamsServerOptions> = {}): Promise<RedisStreamsServer> {
    const server = new RedisStreamsServer({
      redisUrl: this.redis.url,
      service: 'ipam',
      instance: `replica-${++this.replicas}`,
      logger: this.log.logger,
      drainMs: 500,
      ...options,
    });
    server.addHandler('work', work as never);
    this.closing.push(() => server.close());
    await new Promise<void>((resolve, reject) => server.listen((error) => (error ? reject(error) : resolve())));
    return server;
  }

  /** A bare connection. */
  client(): Redis {
    const client = new Redis(this.redis.url);
    client.on('error', () => undefined);
    this.closing.push(() => client.disconnect());
    return client;
  }

  async close(): Promise<void> {
    for (const close of this.closing.reverse()) await close();
  }
}

export function connectionsOf(server: RedisStreamsServer): { reader: Redis; commands: Redis } {
  return server.unwrap();
}

/** Cuts a replica off as a crash would: nothing it does from here on reaches Redis. */
export function crash(server: RedisStreamsServer): void {
  const { reader, commands } = connectionsOf(server);
  reader.disconnect();
  commands.disconnect();
}

/** A handler that answers when it is let go. */
export class Gate {
  entered = 0;
  private readonly waiting: (() => void)[] = [];
  private isOpen = false;

  async pass(): Promise<void> {
    this.entered++;
    if (!this.isOpen) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  open(): void {
    this.isOpen = true;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
