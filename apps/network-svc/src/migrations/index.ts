import type { MigrationSet } from '@isthmus/db';
import { Network1763600100000 } from './1763600100000-network';
import { VpcRoute1763640000000 } from './1763640000000-vpc-route';
import { Peering1763720000000 } from './1763720000000-peering';
import { Gateway1763800000000 } from './1763800000000-gateway';

/** Schema `network`: VPCs, private networks, attachments, instances, routes, peerings, ports and routes of gateways. */
export const networkMigrations: MigrationSet = {
  schema: 'network',
  migrations: [Network1763600100000, VpcRoute1763640000000, Peering1763720000000, Gateway1763800000000],
};
