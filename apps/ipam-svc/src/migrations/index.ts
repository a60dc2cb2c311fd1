import type { MigrationSet } from '@isthmus/db';
import { Ipam1763600100000 } from './1763600100000-ipam';

/** Schema `ipam`. Needs the roles that the `ops` migrations make. */
export const ipamMigrations: MigrationSet = { schema: 'ipam', migrations: [Ipam1763600100000] };
