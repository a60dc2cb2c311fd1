import type { MigrationSet } from '@isthmus/db';
import { Operations1763600000000 } from './1763600000000-operations';
import { EventFeed1763900000000 } from './1763900000000-event-feed';
import { RecordEvent1763900100000 } from './1763900100000-record-event';
import { OperationRequests1763900200000 } from './1763900200000-operation-requests';
import { Audit1763900400000 } from './1763900400000-audit';
import { EventQueueLag1763900600000 } from './1763900600000-event-queue-lag';

/** Schema `ops`, and the roles and empty schemas of all services. Every service applies it before its own. */
export const opsMigrations: MigrationSet = {
  schema: 'ops',
  migrations: [
    Operations1763600000000,
    EventFeed1763900000000,
    RecordEvent1763900100000,
    OperationRequests1763900200000,
    Audit1763900400000,
    EventQueueLag1763900600000,
  ],
};
