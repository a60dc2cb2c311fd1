import type { MigrationSet } from '@isthmus/db';
import { Operations1763600000000 } from './1763600000000-operations';

/** Schema `ops`, and the roles and empty schemas of all services. Every service applies it before its own. */
export const opsMigrations: MigrationSet = { schema: 'ops', migrations: [Operations1763600000000] };
