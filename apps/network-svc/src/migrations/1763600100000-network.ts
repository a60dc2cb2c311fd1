import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inboxTable } from '@isthmus/rpc';

const VPC = `
  CREATE TABLE network.vpc (
    id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id         uuid NOT NULL,
    region             text NOT NULL,
    name               text NOT NULL,
    tags               text[] NOT NULL DEFAULT '{}',
    is_default         boolean NOT NULL DEFAULT false,
    is_routing_enabled boolean NOT NULL DEFAULT true,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX vpc_one_default ON network.vpc (project_id, region) WHERE is_default;`;

const PRIVATE_NETWORK = `
  CREATE TABLE network.private_network (
    id                          uuid PRIMARY KEY,
    project_id                  uuid NOT NULL,
    vpc_id                      uuid NOT NULL REFERENCES network.vpc,
    region                      text NOT NULL,
    zone                        text,
    name                        text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    description                 text NOT NULL CHECK (length(description) <= 255),
    labels                      jsonb NOT NULL,
    tags                        text[] NOT NULL,
    state                       text NOT NULL CHECK (state IN ('creating', 'active', 'updating', 'deleting', 'error')),
    state_reason                text,
    -- VXLAN id: 24 bits, unique among living networks, free again when its network is deleted.
    vni                         int NOT NULL CONSTRAINT private_network_vni UNIQUE CHECK (vni BETWEEN 1 AND 16777215),
    connectivity                text NOT NULL CHECK (connectivity IN ('joined', 'isolated')),
    is_dhcp_enabled             boolean NOT NULL,
    dhcp_options                jsonb NOT NULL,
    is_default_route_propagated boolean NOT NULL,
    -- Counts living attachments; the check is the quota, which racing attaches cannot pass.
    attachment_count            int NOT NULL DEFAULT 0
                                CONSTRAINT private_network_attachment_limit CHECK (attachment_count BETWEEN 0 AND 250),
    revision                    bigint NOT NULL DEFAULT 1,
    created_at                  timestamptz NOT NULL DEFAULT now(),
    updated_at                  timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX private_network_by_project ON network.private_network (project_id, region, created_at, id);
  CREATE INDEX private_network_by_vpc ON network.private_network (vpc_id);`;

const INSTANCE = `
  CREATE TABLE network.instance (
    id               uuid PRIMARY KEY,
    project_id       uuid NOT NULL,
    region           text NOT NULL,
    zone             text NOT NULL,
    name             text NOT NULL,
    attachment_count int NOT NULL DEFAULT 0
                     CONSTRAINT instance_attachment_limit CHECK (attachment_count BETWEEN 0 AND 8),
    created_at       timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX instance_by_project ON network.instance (project_id, created_at, id);`;

const ATTACHMENT = `
  CREATE TABLE network.attachment (
    id                 uuid PRIMARY KEY,
    project_id         uuid NOT NULL,
    private_network_id uuid NOT NULL REFERENCES network.private_network,
    instance_id        uuid NOT NULL REFERENCES network.instance,
    region             text NOT NULL,
    zone               text NOT NULL,
    mac_address        text NOT NULL CHECK (mac_address ~ '^02:00:00(:[0-9a-f]{2}){3}$'),
    state              text NOT NULL CHECK (state IN ('attaching', 'active', 'updating', 'detaching', 'error')),
    state_reason       text,
    tags               text[] NOT NULL,
    revision           bigint NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT attachment_once UNIQUE (private_network_id, instance_id),
    CONSTRAINT attachment_mac UNIQUE (private_network_id, mac_address)
  );
  CREATE INDEX attachment_by_instance ON network.attachment (instance_id, created_at, id);`;

const GRANTS = `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA network TO isthmus_network;`;

export class Network1763600100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [VPC, PRIVATE_NETWORK, INSTANCE, ATTACHMENT, inboxTable('network'), GRANTS]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE network.inbox, network.attachment, network.instance, network.private_network, network.vpc',
    );
  }
}
