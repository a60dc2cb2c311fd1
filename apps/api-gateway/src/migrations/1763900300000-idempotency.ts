import type { MigrationInterface, QueryRunner } from 'typeorm';

const IDEMPOTENCY_KEY = `
  CREATE TABLE gateway.idempotency_key (
    project_id    uuid NOT NULL,
    principal     text NOT NULL,
    -- Method and pattern of the path.
    route         text NOT NULL,
    key           text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    -- SHA-256 of method, path with query, and body.
    fingerprint   bytea NOT NULL CHECK (length(fingerprint) = 32),
    -- What makes the request's commands idempotent: the same one in every try.
    request_id    uuid NOT NULL UNIQUE,
    state         text NOT NULL DEFAULT 'admitting' CHECK (state IN ('admitting', 'refused', 'done')),
    -- Whoever admits the request takes the next number, and only the last one may end it.
    attempt       int NOT NULL DEFAULT 1,
    -- Nobody else may take the request over before.
    lease_until   timestamptz NOT NULL,
    -- What the gateway's own part of the work answered, in the transaction that did it.
    work_sealed   bytea,
    status        int,
    -- Headers and body; an answer may tell a secret that is never told again.
    answer_sealed bytea,
    master_key_id text,
    admitted_at   timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    PRIMARY KEY (project_id, principal, route, key),
    CHECK ((state = 'done') = (finished_at IS NOT NULL)),
    CHECK (num_nonnulls(status, answer_sealed, master_key_id, finished_at) IN (0, 4))
    -- Room on each page: the answer is written in place, without touching an index.
  ) WITH (fillfactor = 50);
  CREATE INDEX idempotency_key_admitted_at ON gateway.idempotency_key USING brin (admitted_at);
  GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.idempotency_key TO isthmus_gateway`;

export class Idempotency1763900300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(IDEMPOTENCY_KEY);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE gateway.idempotency_key');
  }
}
