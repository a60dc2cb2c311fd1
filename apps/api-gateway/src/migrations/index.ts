import type { MigrationSet } from '@isthmus/db';
import { Gateway1763600100000 } from './1763600100000-gateway';

/** Schema `gateway`. */
export const gatewayMigrations: MigrationSet = { schema: 'gateway', migrations: [Gateway1763600100000] };
