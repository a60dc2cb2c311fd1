import { type BeforeApplicationShutdown, type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Database } from '@isthmus/db';
import { Inbox, type InboxCompanion } from './inbox';

const PURGE_EVERY_MS = 3_600_000;
const KEEP = Symbol('INBOX_KEEP');

export interface InboxOptions {
  /** SQL condition on `request_id` of rows that outlive a day, because their command may still be undone. */
  keep?: string;
  /** Written with every command. */
  companion?: InboxCompanion;
}

/** The inbox of a service that has a database. Purges it every hour, from the start on. */
@Module({})
export class InboxModule implements OnModuleInit, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private purging: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly inbox: Inbox,
    private readonly database: Database,
    @Inject(KEEP) private readonly keep: string | undefined,
  ) {}

  static forService({ keep, companion }: InboxOptions = {}): DynamicModule {
    return {
      module: InboxModule,
      global: true,
      providers: [
        { provide: Inbox, useValue: new Inbox(companion) },
        { provide: KEEP, useValue: keep },
      ],
      exports: [Inbox],
    };
  }

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
    this.purging = this.inbox.purge(this.database, this.keep).catch(() => undefined);
  }
}
