import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inboxTable } from '@isthmus/rpc';
import { ALLOCATION_FUNCTIONS } from './allocation.functions';
import { INTERVAL_FUNCTIONS } from './interval.functions';
import { SUBNET_FUNCTIONS } from './subnet.functions';

const SUBNET = `
  CREATE TABLE ipam.subnet (
    id                 uuid PRIMARY KEY,
    project_id         uuid NOT NULL,
    private_network_id uuid NOT NULL,
    vpc_id             uuid NOT NULL,
    region             text NOT NULL,
    is_joined          boolean NOT NULL,
    cidr               cidr NOT NULL,
    range_start        inet NOT NULL,
    range_end          inet NOT NULL,
    gateway            inet,
    created_by_request text NOT NULL,
    -- The reshape that gave it its present shape.
    shaped_by_request  text,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT subnet_range_lies_inside CHECK (range_start << cidr AND range_end << cidr AND range_start <= range_end),
    CONSTRAINT subnet_gateway_lies_inside CHECK (gateway << cidr),
    CONSTRAINT subnet_overlaps_in_vpc
      EXCLUDE USING gist (vpc_id WITH =, cidr inet_ops WITH &&) WHERE (is_joined),
    CONSTRAINT subnet_overlaps_in_network
      EXCLUDE USING gist (private_network_id WITH =, cidr inet_ops WITH &&)
  );
  CREATE INDEX subnet_by_network ON ipam.subnet (private_network_id);
  CREATE INDEX subnet_by_project ON ipam.subnet (project_id);`;

const ADDRESS = `
  CREATE TABLE ipam.address (
    id                  uuid PRIMARY KEY DEFAULT uuidv7(),
    project_id          uuid NOT NULL,
    private_network_id  uuid NOT NULL,
    subnet_id           uuid NOT NULL REFERENCES ipam.subnet,
    address             inet NOT NULL,
    owner_type          text,
    owner_id            text,
    owner_parent_id     text,
    owner_name          text,
    owner_mac_address   text,
    is_reserved         boolean NOT NULL,
    tags                text[] NOT NULL DEFAULT '{}',
    created_by_request  text NOT NULL,
    attached_by_request text,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    -- Whatever the free intervals say, this has the last word.
    CONSTRAINT address_is_unique UNIQUE (subnet_id, address),
    CONSTRAINT address_owner_is_whole CHECK (
      CASE WHEN owner_id IS NULL
        THEN num_nonnulls(owner_type, owner_parent_id, owner_name, owner_mac_address, attached_by_request) = 0
        ELSE num_nonnulls(owner_type, attached_by_request) = 2
      END),
    -- Nobody's address that nobody reserved would be a leak.
    CONSTRAINT address_has_a_holder CHECK (is_reserved OR owner_id IS NOT NULL)
  );
  CREATE INDEX address_by_owner ON ipam.address (owner_id) WHERE owner_id IS NOT NULL;`;

const FREE_INTERVAL = `
  -- The free addresses of a subnet as disjoint rows, none across an end of the automatic range. Keyed by the high end,
  -- because the low end is the one that moves: taking from it touches no index (a heap-only update).
  CREATE TABLE ipam.free_interval (
    subnet_id uuid NOT NULL REFERENCES ipam.subnet ON DELETE CASCADE,
    lo        inet NOT NULL,
    hi        inet NOT NULL,
    PRIMARY KEY (subnet_id, hi),
    CONSTRAINT free_interval_is_not_empty CHECK (lo <= hi)
  ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);`;

const UNDO_NOTE = `
  -- What a command destroyed, for its undo. What a command made is found by its answer and its request id.
  CREATE TABLE ipam.undo_note (
    -- Kept as long as the request itself is.
    request_id text PRIMARY KEY REFERENCES ipam.inbox ON DELETE CASCADE,
    project_id uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('subnets', 'shape', 'addresses')),
    data       jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );`;

const GRANTS = `
  GRANT USAGE ON SCHEMA ipam TO isthmus_ipam;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ipam TO isthmus_ipam;
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ipam FROM PUBLIC;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ipam TO isthmus_ipam;`;

export class Ipam1763600100000 implements MigrationInterface {
  readonly name = 'Ipam1763600100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public');
    await runner.query([inboxTable('ipam'), SUBNET, ADDRESS, FREE_INTERVAL, UNDO_NOTE].join('\n'));
    await runner.query([INTERVAL_FUNCTIONS, ALLOCATION_FUNCTIONS, SUBNET_FUNCTIONS].join('\n'));
    await runner.query(GRANTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA ipam CASCADE');
  }
}
