import type { MigrationInterface, QueryRunner } from 'typeorm';
import { PEERING_TRIGGERS } from './peering.triggers';

const NETWORK = `
  -- Where a network comes from while it moves to another router: it may have to go back, so that VPC cannot be deleted.
  ALTER TABLE network.private_network
    ADD former_vpc_id uuid CONSTRAINT private_network_former_vpc REFERENCES network.vpc;
  CREATE INDEX private_network_by_former_vpc ON network.private_network (former_vpc_id) WHERE former_vpc_id IS NOT NULL;`;

const PEERING = `
  CREATE TABLE network.peering (
    id               uuid PRIMARY KEY,
    project_id       uuid NOT NULL,
    name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    labels           jsonb NOT NULL,
    intent           text NOT NULL CHECK (intent IN ('active', 'disabled')),
    state            text NOT NULL CONSTRAINT peering_state CHECK (state IN ('active', 'provisioning', 'disabled',
                       'waiting-for-peer', 'peer-disabled', 'local-network-not-routed', 'peer-network-not-routed',
                       'peer-network-deleted', 'subnets-overlap', 'error')),
    state_reason     text,
    -- The network cannot go before its peerings do. The peer's can: this side is then told so.
    local_network_id uuid NOT NULL CONSTRAINT peering_local_network REFERENCES network.private_network,
    peer_network_id  uuid NOT NULL,
    revision         bigint NOT NULL DEFAULT 1,
    -- Its create has ended well. Until then it may be taken back, so it counts for nobody.
    is_confirmed     boolean NOT NULL DEFAULT false,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT peering_once UNIQUE (local_network_id, peer_network_id),
    CONSTRAINT peering_with_another CHECK (local_network_id <> peer_network_id),
    CONSTRAINT peering_reason CHECK ((state = 'active') = (state_reason IS NULL))
  );
  CREATE INDEX peering_by_peer ON network.peering (peer_network_id);
  CREATE INDEX peering_by_project ON network.peering (project_id, created_at, id);`;

const LINK = `
  -- Both sides together, from the moment that routes are to be installed until the last one is gone. What the fabric
  -- has of two peerings is what their link says; no link, nothing.
  CREATE TABLE network.peering_link (
    id         uuid PRIMARY KEY,
    -- The lower and the higher id of the two peerings, which cannot go before the link does.
    low_id     uuid NOT NULL CONSTRAINT peering_link_low UNIQUE REFERENCES network.peering,
    high_id    uuid NOT NULL CONSTRAINT peering_link_high UNIQUE REFERENCES network.peering,
    phase      text NOT NULL CHECK (phase IN ('installing', 'installed', 'removing', 'failed')),
    failure    text,
    retry_at   timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (low_id < high_id),
    CHECK ((phase = 'failed') = (failure IS NOT NULL AND retry_at IS NOT NULL))
  );
  CREATE INDEX peering_link_in_transit ON network.peering_link (id) WHERE phase IN ('installing', 'removing', 'failed');
  CREATE TABLE network.peering_route (
    link_id         uuid NOT NULL REFERENCES network.peering_link ON DELETE CASCADE,
    -- The router that has the route, and the network it leads to.
    vpc_id          uuid NOT NULL,
    peer_network_id uuid NOT NULL,
    destination     cidr NOT NULL,
    PRIMARY KEY (link_id, vpc_id, peer_network_id, destination),
    -- A router reaches each address in one network only, whoever activates what at the same moment.
    CONSTRAINT peering_route_is_unambiguous
      EXCLUDE USING gist (vpc_id WITH =, destination inet_ops WITH &&, peer_network_id WITH <>)
  );`;

const CHANGE = `
  CREATE TABLE network.peering_change (
    peering_id uuid NOT NULL REFERENCES network.peering ON DELETE CASCADE,
    number     bigint GENERATED ALWAYS AS IDENTITY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    from_state text,
    to_state   text NOT NULL,
    -- Which fact decided, and what a person can do about it.
    fact       text NOT NULL,
    reason     text NOT NULL,
    PRIMARY KEY (peering_id, number)
  );`;

const CHECK = `
  -- Something that peerings depend on has changed: evaluate these, those of that network, or those of that VPC's networks.
  CREATE TABLE network.peering_check (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    peering_id uuid,
    network_id uuid,
    vpc_id     uuid,
    CHECK (num_nonnulls(peering_id, network_id, vpc_id) = 1)
  );`;

const GRANTS = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON network.peering, network.peering_link, network.peering_route,
    network.peering_change, network.peering_check TO isthmus_network;`;

export class Peering1763720000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public');
    for (const sql of [NETWORK, PEERING, LINK, CHANGE, CHECK, PEERING_TRIGGERS, GRANTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER peering_check ON network.private_network;
      DROP TRIGGER peering_check_deleted ON network.private_network;
      DROP TRIGGER peering_check ON network.vpc;
      DROP TABLE network.peering_check, network.peering_change, network.peering_route, network.peering_link,
        network.peering;
      DROP FUNCTION network.check_peerings_of_network, network.check_peerings_of_vpc, network.check_peering,
        network.check_peerings_of_link, network.check_overlapping_peerings;
      ALTER TABLE network.private_network DROP former_vpc_id;`);
  }
}
