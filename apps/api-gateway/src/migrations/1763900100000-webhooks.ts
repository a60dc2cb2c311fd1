import type { MigrationInterface, QueryRunner } from 'typeorm';

const ENDPOINT = `
  CREATE TABLE gateway.webhook_endpoint (
    id                   uuid PRIMARY KEY DEFAULT uuidv7(),
    project_id           uuid NOT NULL REFERENCES gateway.project,
    url                  text NOT NULL,
    description          text NOT NULL,
    event_types          text[] NOT NULL CHECK (cardinality(event_types) > 0),
    state                text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'disabled')),
    disabled_reason      text,
    consecutive_failures int NOT NULL DEFAULT 0,
    -- Since the first failure after the last success.
    failing_since        timestamptz,
    -- Nothing is sent before this moment.
    paused_until         timestamptz,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    revision             int NOT NULL DEFAULT 1,
    CHECK ((state = 'disabled') = (disabled_reason IS NOT NULL))
  ) WITH (fillfactor = 70);
  CREATE INDEX webhook_endpoint_by_project ON gateway.webhook_endpoint (project_id, id);`;

const SECRET = `
  CREATE TABLE gateway.webhook_secret (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    endpoint_id   uuid NOT NULL REFERENCES gateway.webhook_endpoint ON DELETE CASCADE,
    sealed        bytea NOT NULL,
    master_key_id text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    -- Null for the current one.
    expires_at    timestamptz
  );
  CREATE INDEX webhook_secret_by_endpoint ON gateway.webhook_secret (endpoint_id);
  CREATE UNIQUE INDEX webhook_secret_current ON gateway.webhook_secret (endpoint_id) WHERE expires_at IS NULL;`;

/**
 * A deletion of an endpoint must not take as long as it has deliveries, so they do not refer to it by a foreign key: they
 * are ended with it, and purged like all others.
 */
const DELIVERY = `
  CREATE TABLE gateway.webhook_delivery (
    id              uuid PRIMARY KEY DEFAULT uuidv7(),
    endpoint_id     uuid NOT NULL,
    project_id      uuid NOT NULL,
    event_id        uuid NOT NULL,
    event_type      text NOT NULL,
    position        bigint NOT NULL,
    state           text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'succeeded', 'exhausted', 'discarded')),
    -- How often it was attempted; whoever claims it takes the next number, and only the last one may give it up.
    attempt         int NOT NULL DEFAULT 0,
    -- The attempt after which the schedule last began.
    schedule_start  int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    -- Set while somebody attempts it.
    lease_until     timestamptz,
    request_id      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    CONSTRAINT webhook_delivery_is_unique UNIQUE (endpoint_id, event_id),
    CHECK ((state = 'pending') = (finished_at IS NULL)),
    CHECK (lease_until IS NULL OR state = 'pending')
  ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
  -- Of those that are finished, however many, these know nothing.
  CREATE INDEX webhook_delivery_waiting ON gateway.webhook_delivery (endpoint_id, next_attempt_at)
    WHERE state = 'pending';
  CREATE INDEX webhook_delivery_in_flight ON gateway.webhook_delivery (endpoint_id) WHERE lease_until IS NOT NULL;
  CREATE INDEX webhook_delivery_by_endpoint ON gateway.webhook_delivery (endpoint_id, id);
  CREATE INDEX webhook_delivery_finished ON gateway.webhook_delivery (finished_at) WHERE finished_at IS NOT NULL;`;

const ATTEMPT = `
  CREATE TABLE gateway.webhook_attempt (
    delivery_id      uuid NOT NULL REFERENCES gateway.webhook_delivery ON DELETE CASCADE,
    number           int NOT NULL,
    started_at       timestamptz NOT NULL,
    duration_ms      int NOT NULL,
    -- Null when no answer came.
    status           int,
    error            text,
    response_excerpt text,
    PRIMARY KEY (delivery_id, number)
  );`;

const GRANTS = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.webhook_endpoint, gateway.webhook_secret, gateway.webhook_delivery,
    gateway.webhook_attempt TO isthmus_gateway;`;

export class Webhooks1763900100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [ENDPOINT, SECRET, DELIVERY, ATTEMPT, GRANTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE gateway.webhook_attempt, gateway.webhook_delivery, gateway.webhook_secret, gateway.webhook_endpoint`,
    );
  }
}
