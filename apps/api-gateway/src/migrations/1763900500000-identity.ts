import type { MigrationInterface, QueryRunner } from 'typeorm';

const PROJECT = `
  ALTER TABLE gateway.project
    ADD revision        int NOT NULL DEFAULT 1,
    ADD updated_at      timestamptz NOT NULL DEFAULT now(),
    -- The request that made it: when it is tried again it finds what it did.
    ADD last_request_id uuid UNIQUE`;

const API_KEY = `
  ALTER TABLE gateway.api_key
    ADD name                 text NOT NULL DEFAULT 'bootstrap' CHECK (length(name) BETWEEN 1 AND 255),
    -- The secret before, while it works along.
    ADD former_sha256        bytea UNIQUE CHECK (length(former_sha256) = 32),
    ADD former_sealed        bytea,
    ADD former_master_key_id text,
    ADD former_until         timestamptz,
    ADD rotated_at           timestamptz,
    -- The request that changed it last: when it is tried again it finds what it did.
    ADD last_request_id      uuid UNIQUE,
    -- Of the secret that the settings gave last: a secret that was rotated since does not come back with a restart.
    ADD settings_sha256      bytea CHECK (length(settings_sha256) = 32),
    ADD CONSTRAINT api_key_former_is_whole
        CHECK (num_nonnulls(former_sha256, former_sealed, former_master_key_id, former_until) IN (0, 4))`;

export class Identity1763900500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PROJECT);
    await runner.query('CREATE INDEX project_by_organization ON gateway.project (organization_id, id)');
    await runner.query(API_KEY);
    // Until now only the settings made keys.
    await runner.query('UPDATE gateway.api_key SET settings_sha256 = secret_sha256');
    await runner.query('ALTER TABLE gateway.api_key ALTER name DROP DEFAULT');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE gateway.api_key DROP name, DROP former_sha256, DROP former_sealed, DROP former_master_key_id,
         DROP former_until, DROP rotated_at, DROP last_request_id, DROP settings_sha256`,
    );
    await runner.query('DROP INDEX gateway.project_by_organization');
    await runner.query('ALTER TABLE gateway.project DROP revision, DROP updated_at, DROP last_request_id');
  }
}
