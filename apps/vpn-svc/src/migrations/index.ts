import type { MigrationSet } from '@isthmus/db';
import { Vpn1763800000000 } from './1763800000000-vpn';

export const vpnMigrations: MigrationSet = { schema: 'vpn', migrations: [Vpn1763800000000] };
