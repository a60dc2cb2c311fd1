import type { MigrationInterface, QueryRunner } from 'typeorm';
import { projectUsageTable } from '@isthmus/quota';
import { inboxTable } from '@isthmus/rpc';

const GATEWAY = `
  CREATE TABLE vpn.gateway (
    id                    uuid PRIMARY KEY,
    project_id            uuid NOT NULL,
    region                text NOT NULL,
    name                  text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    network_type          text NOT NULL CHECK (network_type IN ('public', 'private')),
    attachment_type       text NOT NULL CHECK (attachment_type IN ('vpc', 'er')),
    ip_version            int NOT NULL CHECK (ip_version IN (4, 6)),
    er_id                 uuid,
    vpc_id                uuid,
    access_vpc_id         uuid NOT NULL,
    access_subnet_id      uuid NOT NULL,
    access_network_id     uuid NOT NULL,
    connect_subnet_id     uuid,
    connect_network_id    uuid,
    local_subnets         cidr[] NOT NULL CHECK (cardinality(local_subnets) <= 50),
    bgp_asn               bigint NOT NULL CHECK (bgp_asn BETWEEN 1 AND 4294967295),
    flavor                text NOT NULL,
    ha_mode               text NOT NULL CHECK (ha_mode IN ('active-active', 'active-standby')),
    -- Zones to choose from, and whether they were the caller's choice.
    zones                 text[] NOT NULL CHECK (cardinality(zones) >= 1),
    are_zones_given       boolean NOT NULL,
    enterprise_project_id text NOT NULL,
    policy_template       jsonb,
    tags                  jsonb NOT NULL,
    connection_limit      int NOT NULL,
    -- Counts living connections; racing creates cannot pass the limit.
    connection_count      int NOT NULL DEFAULT 0,
    state                 text NOT NULL CHECK (state IN ('creating', 'active', 'updating', 'deleting', 'fault')),
    state_reason          text,
    revision              bigint NOT NULL DEFAULT 1,
    created_at            timestamptz NOT NULL DEFAULT now(),
    applied_at            timestamptz,
    updated_at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT gateway_connection_limit CHECK (connection_count BETWEEN 0 AND connection_limit),
    CONSTRAINT gateway_attachment CHECK (CASE attachment_type
      WHEN 'vpc' THEN num_nulls(vpc_id, connect_subnet_id, connect_network_id) = 0 AND er_id IS NULL
      ELSE er_id IS NOT NULL AND num_nonnulls(vpc_id, connect_subnet_id, connect_network_id) = 0 END),
    CONSTRAINT gateway_says_why CHECK (state <> 'fault' OR state_reason IS NOT NULL)
  );
  CREATE INDEX gateway_by_project ON vpn.gateway (project_id, created_at, id);`;

const ENDPOINT = `
  CREATE TABLE vpn.endpoint (
    id                  uuid PRIMARY KEY,
    gateway_id          uuid NOT NULL REFERENCES vpn.gateway ON DELETE CASCADE,
    slot                int NOT NULL CHECK (slot IN (1, 2)),
    -- Null until it has a place, and has taken it off the zone's.
    zone                text,
    role                text NOT NULL CHECK (role IN ('active', 'standby')),
    health              text NOT NULL DEFAULT 'unknown' CHECK (health IN ('unknown', 'up', 'down')),
    access_port_id      uuid NOT NULL,
    access_address      inet,
    -- Both null for a gateway of a router.
    connect_port_id     uuid,
    connect_address     inet,
    -- All null for a private gateway; address and id null until it is bound.
    is_eip_made         boolean,
    eip_id              uuid,
    eip_address         inet,
    eip_type            text,
    eip_charge_mode     text CHECK (eip_charge_mode IN ('bandwidth', 'traffic')),
    eip_bandwidth_id    uuid,
    eip_bandwidth_mbps  int CHECK (eip_bandwidth_mbps BETWEEN 1 AND 1000),
    eip_bandwidth_name  text,
    revision            bigint NOT NULL DEFAULT 1,
    CONSTRAINT endpoint_slot UNIQUE (gateway_id, slot),
    -- Looked at when a statement ends, for two endpoints may exchange theirs.
    CONSTRAINT endpoint_eip UNIQUE (eip_id) DEFERRABLE
  );
  CREATE UNIQUE INDEX endpoint_one_standby ON vpn.endpoint (gateway_id) WHERE role = 'standby';`;

const ZONE_USAGE = `
  CREATE TABLE vpn.zone_usage (
    zone text PRIMARY KEY,
    used int NOT NULL CONSTRAINT zone_usage_is_counted CHECK (used >= 0)
  );`;

const CUSTOMER_GATEWAY = `
  CREATE TABLE vpn.customer_gateway (
    id             uuid PRIMARY KEY,
    project_id     uuid NOT NULL,
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    id_type        text NOT NULL CHECK (id_type IN ('ip', 'fqdn')),
    id_value       text NOT NULL CHECK (length(id_value) BETWEEN 1 AND 128),
    bgp_asn        bigint CHECK (bgp_asn BETWEEN 1 AND 4294967295),
    ca_certificate text,
    tags           jsonb NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    -- Pages are marked by the time of their last row.
    CONSTRAINT customer_gateway_time UNIQUE (project_id, created_at)
  );`;

const CONNECTION = `
  CREATE TABLE vpn.connection (
    id                    uuid PRIMARY KEY,
    project_id            uuid NOT NULL,
    gateway_id            uuid NOT NULL CONSTRAINT connection_gateway REFERENCES vpn.gateway,
    endpoint_id           uuid NOT NULL REFERENCES vpn.endpoint,
    customer_gateway_id   uuid NOT NULL CONSTRAINT connection_customer_gateway REFERENCES vpn.customer_gateway,
    name                  text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    style                 text NOT NULL CHECK (style IN ('static', 'policy', 'bgp')),
    peer_subnets          cidr[] NOT NULL CHECK (cardinality(peer_subnets) <= 50),
    -- The /30 inside the tunnel; null where policies select the traffic.
    tunnel_network        cidr CHECK (masklen(tunnel_network) = 30 AND tunnel_network << '169.254.0.0/16'
                                      AND NOT tunnel_network << '169.254.195.0/24'),
    tunnel_local_address  inet CHECK (tunnel_local_address << tunnel_network),
    tunnel_peer_address   inet CHECK (tunnel_peer_address << tunnel_network AND tunnel_peer_address <> tunnel_local_address),
    is_nqa_enabled        boolean NOT NULL,
    is_hub_enabled        boolean NOT NULL,
    -- The pre-shared key, sealed for vpn-connection:<id>; never read by anything but the driver's steps.
    psk_sealed            bytea NOT NULL,
    psk_master_key_id     text NOT NULL,
    -- What an update is about to make of it; the present values stay until its end, so that there is a way back.
    psk_next_sealed       bytea,
    psk_next_master_key_id text,
    next_customer_gateway_id uuid CONSTRAINT connection_next_customer_gateway REFERENCES vpn.customer_gateway,
    next_tunnel_network   cidr,
    policy_rules          jsonb NOT NULL,
    ike_policy            jsonb NOT NULL,
    ipsec_policy          jsonb NOT NULL,
    ha_role               text NOT NULL CHECK (ha_role IN ('master', 'slave')),
    tags                  jsonb NOT NULL,
    state                 text NOT NULL CHECK (state IN ('creating', 'active', 'updating', 'deleting', 'error')),
    state_reason          text,
    tunnel                text NOT NULL DEFAULT 'unknown' CHECK (tunnel IN ('unknown', 'up', 'down')),
    revision              bigint NOT NULL DEFAULT 1,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    CONSTRAINT connection_once UNIQUE (endpoint_id, customer_gateway_id),
    -- Nobody at either end has the same inner network twice.
    CONSTRAINT connection_tunnel_of_gateway UNIQUE (gateway_id, tunnel_network),
    CONSTRAINT connection_tunnel_of_customer UNIQUE (customer_gateway_id, tunnel_network),
    CONSTRAINT connection_has_tunnel CHECK ((style = 'policy') = (tunnel_network IS NULL)),
    CONSTRAINT connection_time UNIQUE (project_id, created_at),
    CONSTRAINT connection_says_why CHECK (state <> 'error' OR state_reason IS NOT NULL),
    CONSTRAINT connection_next CHECK (state = 'updating'
      OR num_nonnulls(psk_next_sealed, psk_next_master_key_id, next_customer_gateway_id, next_tunnel_network) = 0)
  );
  CREATE INDEX connection_by_next_customer ON vpn.connection (next_customer_gateway_id)
   WHERE next_customer_gateway_id IS NOT NULL;`;

const GRANTS = `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA vpn TO isthmus_vpn;`;

export class Vpn1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const own = [GATEWAY, ENDPOINT, ZONE_USAGE, CUSTOMER_GATEWAY, CONNECTION];
    for (const sql of [...own, projectUsageTable('vpn'), inboxTable('vpn'), GRANTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE vpn.inbox, vpn.project_usage, vpn.connection, vpn.customer_gateway, vpn.zone_usage, vpn.endpoint,
         vpn.gateway`,
    );
  }
}
