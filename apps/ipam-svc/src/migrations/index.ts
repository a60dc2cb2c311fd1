import type { MigrationSet } from '@isthmus/db';
import { Ipam1763600100000 } from './1763600100000-ipam';
import { SubnetChange1763640000000 } from './1763640000000-subnet-change';
import { Sources1763700000000 } from './1763700000000-sources';
import { Rehome1763710000000 } from './1763710000000-rehome';
import { AddressSet1763800000000 } from './1763800000000-address-set';
import { AuditedBookings1763900500000 } from './1763900500000-audited-bookings';

/** Schema `ipam`. Needs the roles that the `ops` migrations make. */
export const ipamMigrations: MigrationSet = {
  schema: 'ipam',
  migrations: [
    Ipam1763600100000,
    SubnetChange1763640000000,
    Sources1763700000000,
    Rehome1763710000000,
    AddressSet1763800000000,
    AuditedBookings1763900500000,
  ],
};
