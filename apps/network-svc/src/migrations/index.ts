import type { MigrationSet } from '@isthmus/db';
import { Network1763600100000 } from './1763600100000-network';

/** Schema `network`: VPCs, private networks, attachments, instances. */
export const networkMigrations: MigrationSet = { schema: 'network', migrations: [Network1763600100000] };
