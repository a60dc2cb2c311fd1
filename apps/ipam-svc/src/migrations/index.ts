import type { MigrationSet } from '@isthmus/db';
import { Ipam1763600100000 } from './1763600100000-ipam';
import { SubnetChange1763640000000 } from './1763640000000-subnet-change';

/** Schema `ipam`. Needs the roles that the `ops` migrations make. */
export const ipamMigrations: MigrationSet = { schema: 'ipam', migrations: [Ipam1763600100000, SubnetChange1763640000000] };
