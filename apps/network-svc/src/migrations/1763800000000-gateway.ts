import type { MigrationInterface, QueryRunner } from 'typeorm';

const GATEWAY_PORT = `
  -- Of all ports together, so that a port which is plugged in again under its old id is newer than its removal.
  CREATE SEQUENCE network.gateway_port_revision AS bigint;
  CREATE TABLE network.gateway_port (
    id                 uuid PRIMARY KEY,
    project_id         uuid NOT NULL,
    gateway_id         uuid NOT NULL,
    -- A network cannot go while a gateway hangs on it.
    private_network_id uuid NOT NULL CONSTRAINT gateway_port_private_network REFERENCES network.private_network,
    name               text NOT NULL,
    -- The fourth byte keeps it apart from those of NICs on the same network.
    mac_address        text NOT NULL CHECK (mac_address ~ '^02:00:01(:[0-9a-f]{2}){3}$'),
    addresses          inet[] NOT NULL,
    revision           bigint NOT NULL DEFAULT nextval('network.gateway_port_revision'),
    created_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT gateway_port_mac UNIQUE (private_network_id, mac_address)
  );
  CREATE INDEX gateway_port_by_gateway ON network.gateway_port (gateway_id);`;

const VPN_ROUTE = `
  CREATE TABLE network.vpn_route (
    id                          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id                  uuid NOT NULL,
    connection_id               uuid NOT NULL,
    gateway_id                  uuid NOT NULL,
    vpc_id                      uuid NOT NULL CONSTRAINT vpn_route_vpc REFERENCES network.vpc,
    destination                 cidr NOT NULL,
    -- What a route leads to cannot go before the route does.
    next_hop_private_network_id uuid NOT NULL
                                CONSTRAINT vpn_route_next_hop_private_network REFERENCES network.private_network,
    next_hop_address            inet NOT NULL,
    revision                    bigint NOT NULL DEFAULT 1,
    created_at                  timestamptz NOT NULL DEFAULT now(),
    updated_at                  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT vpn_route_once UNIQUE (connection_id, vpc_id, destination),
    -- The tunnels of one gateway share a destination as routes of equal cost; two gateways cannot.
    CONSTRAINT vpn_route_of_one_gateway
      EXCLUDE USING gist (vpc_id WITH =, destination inet_ops WITH =, gateway_id WITH <>)
  );
  CREATE INDEX vpn_route_by_vpc ON network.vpn_route (vpc_id, destination);
  CREATE INDEX vpn_route_by_project ON network.vpn_route (project_id, created_at, id);
  CREATE INDEX vpn_route_by_private_network ON network.vpn_route (next_hop_private_network_id);`;

const GRANTS = `
  GRANT USAGE ON SEQUENCE network.gateway_port_revision TO isthmus_network;
  GRANT SELECT, INSERT, UPDATE, DELETE ON network.gateway_port, network.vpn_route TO isthmus_network;`;

export class Gateway1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [GATEWAY_PORT, VPN_ROUTE, GRANTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE network.vpn_route, network.gateway_port; DROP SEQUENCE network.gateway_port_revision',
    );
  }
}
