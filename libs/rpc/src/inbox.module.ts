import { type BeforeApplicationShutdown, Global, Module, type OnModuleInit } from '@nestjs/common';
import { Database } from '@isthmus/db';
import { Inbox } from './inbox';

const PURGE_EVERY_MS = 3_600_000;

/** The inbox of a service that has a database. Purges it every hour, from the start on. */
@Global()
@Module({ providers: [Inbox], exports: [Inbox] })
export class InboxModule implements OnModuleInit, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private purging: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly inbox: Inbox,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.purge();
    this.timer = setInterval(() => this.purge(), PURGE_EVERY_MS);
    this.timer.unref();
  }

  /** The database closes in the hook after this one. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.purging;
  }

  private purge(): void {
    // The database is away: an hour later will do.
    this.purging = this.inbox.purge(this.database).catch(() => undefined);
  }
}
