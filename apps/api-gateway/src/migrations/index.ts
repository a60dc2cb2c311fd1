import type { MigrationSet } from '@isthmus/db';
import { Gateway1763600100000 } from './1763600100000-gateway';
import { Idempotency1763900300000 } from './1763900300000-idempotency';
import { Identity1763900500000 } from './1763900500000-identity';
import { Webhooks1763900100000 } from './1763900100000-webhooks';

/** Schema `gateway`. */
export const gatewayMigrations: MigrationSet = {
  schema: 'gateway',
  migrations: [Gateway1763600100000, Webhooks1763900100000, Idempotency1763900300000, Identity1763900500000],
};
