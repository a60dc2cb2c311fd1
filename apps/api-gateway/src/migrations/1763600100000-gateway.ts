import type { MigrationInterface, QueryRunner } from 'typeorm';

const PROJECT = `
  CREATE TABLE gateway.project (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    created_at      timestamptz NOT NULL DEFAULT now()
  )`;

const API_KEY = `
  CREATE TABLE gateway.api_key (
    access_key    text PRIMARY KEY CHECK (access_key ~ '^SCW[A-Z0-9]{17}$'),
    project_id    uuid NOT NULL REFERENCES gateway.project,
    -- Two keys with one secret could not be told apart by those schemes that send only the secret.
    secret_sha256 bytea NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
    secret_sealed bytea NOT NULL,
    master_key_id text NOT NULL,
    scope         text NOT NULL CHECK (scope IN ('admin', 'write', 'read')),
    expires_at    timestamptz,
    revoked_at    timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now()
  )`;

export class Gateway1763600100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PROJECT);
    await runner.query(API_KEY);
    await runner.query('CREATE INDEX api_key_by_project ON gateway.api_key (project_id)');
    await runner.query('GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.project, gateway.api_key TO isthmus_gateway');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE gateway.api_key, gateway.project');
  }
}
