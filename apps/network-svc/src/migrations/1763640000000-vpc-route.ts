import type { MigrationInterface, QueryRunner } from 'typeorm';
import { projectUsageTable } from '@isthmus/quota';

const VPC = `
  ALTER TABLE network.vpc
    ADD is_custom_routes_propagation_enabled boolean NOT NULL DEFAULT true,
    ADD state text NOT NULL DEFAULT 'active' CONSTRAINT vpc_state CHECK (state IN ('active', 'updating')),
    ADD state_reason text,
    ADD revision bigint NOT NULL DEFAULT 1,
    ADD CONSTRAINT vpc_name CHECK (length(name) BETWEEN 1 AND 255);
  CREATE INDEX vpc_by_project ON network.vpc (project_id, region, created_at, id);`;

const ROUTE = `
  CREATE TABLE network.route (
    id                          uuid PRIMARY KEY,
    project_id                  uuid NOT NULL,
    vpc_id                      uuid NOT NULL CONSTRAINT route_vpc REFERENCES network.vpc,
    region                      text NOT NULL,
    description                 text NOT NULL CHECK (length(description) <= 200),
    tags                        text[] NOT NULL,
    destination                 cidr NOT NULL,
    -- What a route leads to cannot go before the route does.
    next_hop_attachment_id      uuid CONSTRAINT route_next_hop_attachment REFERENCES network.attachment,
    next_hop_private_network_id uuid CONSTRAINT route_next_hop_private_network REFERENCES network.private_network,
    state                       text NOT NULL CHECK (state IN ('creating', 'active', 'updating', 'deleting', 'error')),
    state_reason                text,
    revision                    bigint NOT NULL DEFAULT 1,
    created_at                  timestamptz NOT NULL DEFAULT now(),
    updated_at                  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT route_destination_once UNIQUE (vpc_id, destination),
    CONSTRAINT route_has_next_hop CHECK (num_nonnulls(next_hop_attachment_id, next_hop_private_network_id) > 0)
  );
  CREATE INDEX route_by_project ON network.route (project_id, region, created_at, id);
  CREATE INDEX route_by_attachment ON network.route (next_hop_attachment_id);
  CREATE INDEX route_by_private_network ON network.route (next_hop_private_network_id);`;

const PROJECT_USAGE = `
  ${projectUsageTable('network')}
  INSERT INTO network.project_usage (project_id, resource, shard, used)
    SELECT project_id, 'vpc', 0, count(*) FROM network.vpc GROUP BY project_id
    UNION ALL
    SELECT project_id, 'private-network', 0, count(*) FROM network.private_network GROUP BY project_id;`;

const GRANTS = `GRANT SELECT, INSERT, UPDATE, DELETE ON network.route, network.project_usage TO isthmus_network;`;

export class VpcRoute1763640000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [VPC, ROUTE, PROJECT_USAGE, GRANTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE network.route, network.project_usage');
    await runner.query(`
      DROP INDEX network.vpc_by_project;
      ALTER TABLE network.vpc DROP CONSTRAINT vpc_name, DROP is_custom_routes_propagation_enabled, DROP state,
        DROP state_reason, DROP revision;`);
  }
}
