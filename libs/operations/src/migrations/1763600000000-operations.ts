import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Schemas with a service behind them; each gets a role of its own that owns nothing but may use its schema. */
const SERVICE_SCHEMAS = ['gateway', 'network', 'ipam', 'vpn'];

const ROLES = SERVICE_SCHEMAS.map(
  (schema) => `
  DO $$ BEGIN CREATE ROLE isthmus_${schema} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
  GRANT isthmus_${schema} TO CURRENT_USER;
  CREATE SCHEMA IF NOT EXISTS ${schema};
  GRANT USAGE ON SCHEMA ${schema}, ops TO isthmus_${schema};`,
).join('\n');

const OPERATION = `
  CREATE TABLE ops.operation (
    id             uuid NOT NULL DEFAULT uuidv7(),
    project_id     uuid NOT NULL,
    service        text NOT NULL,
    kind           text NOT NULL,
    resource_type  text NOT NULL,
    resource_id    uuid NOT NULL,
    reference_type text NOT NULL,
    reference_id   uuid NOT NULL,
    input          jsonb NOT NULL,
    saga_steps     text[] NOT NULL,
    state          text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'success', 'failure', 'timeout')),
    direction      text NOT NULL DEFAULT 'forward' CHECK (direction IN ('forward', 'undo')),
    -- How it will end once the undo is through: {state, code, detail, meta}.
    failure        jsonb,
    reason         text CHECK (reason IN ('incorrect', 'unknown', 'unavailable', 'forbidden', 'busy', 'fault', 'partial',
                                          'not-found', 'interrupted', 'unsupported', 'conflict')),
    message        text,
    code           text,
    attempt        int NOT NULL DEFAULT 0,
    retries        int NOT NULL DEFAULT 0,
    is_stuck       boolean NOT NULL DEFAULT false,
    -- Nobody may claim it before this moment: a worker has it, or it backs off.
    lease_until    timestamptz NOT NULL DEFAULT now(),
    -- The sweeper wakes somebody for it after this moment.
    wake_at        timestamptz NOT NULL,
    deadline       timestamptz NOT NULL,
    principal      text NOT NULL,
    request_id     text NOT NULL,
    traceparent    text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    started_at     timestamptz,
    finished_at    timestamptz,
    PRIMARY KEY (id),
    CHECK ((state = 'pending') = (finished_at IS NULL)),
    CHECK ((state IN ('failure', 'timeout')) = (reason IS NOT NULL)),
    CHECK ((reason IS NULL) = (message IS NULL)),
    CHECK ((direction = 'undo') = (failure IS NOT NULL))
  ) PARTITION BY RANGE (id);
  -- No index on what changes (the sweeper goes by live_operation), and room on each page: an update writes no index.
  CREATE INDEX operation_by_project ON ops.operation (project_id, id);
  CREATE INDEX operation_by_resource ON ops.operation (resource_id, id);`;

const STEP = `
  CREATE TABLE ops.operation_step (
    operation_id uuid NOT NULL,
    position     int NOT NULL,
    name         text NOT NULL,
    state        text NOT NULL CHECK (state IN ('done', 'failed', 'undone')),
    attempt      int NOT NULL,
    output       jsonb,
    error        text,
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz NOT NULL,
    PRIMARY KEY (operation_id, position)
  ) PARTITION BY RANGE (operation_id);`;

const LIVE = `
  -- One row per resource that is being changed: the primary key is the lock.
  CREATE TABLE ops.live_operation (
    resource_id  uuid PRIMARY KEY,
    operation_id uuid NOT NULL
  );`;

const OUTBOX = `
  CREATE TABLE ops.outbox (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    service      text NOT NULL,
    operation_id uuid NOT NULL,
    available_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX outbox_due ON ops.outbox (service, available_at);`;

const EVENT = `
  CREATE TABLE ops.event (
    id            uuid NOT NULL DEFAULT uuidv7(),
    type          text NOT NULL,
    project_id    uuid NOT NULL,
    resource_type text NOT NULL,
    resource_id   uuid NOT NULL,
    operation_id  uuid,
    payload       jsonb NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id)
  ) PARTITION BY RANGE (id);
  CREATE INDEX event_by_operation ON ops.event (operation_id);`;

/** Ids are uuidv7, so a range of ids is a range of time: one partition a month, dropped whole when it is old. */
const PARTITIONS = `
  CREATE FUNCTION ops.first_id_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT rpad(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid
  $$;
  CREATE FUNCTION ops.ensure_partitions(months_ahead int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE
    first_month timestamptz := date_trunc('month', now(), 'UTC');
    month_start timestamptz;
    table_name  text;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ops.ensure_partitions'));
    FOR n IN 0..months_ahead LOOP
      month_start := first_month + make_interval(months => n);
      FOREACH table_name IN ARRAY ARRAY['operation', 'operation_step', 'event'] LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS ops.%I PARTITION OF ops.%I FOR VALUES FROM (%L) TO (%L)
                          WITH (fillfactor = %s)',
                       table_name || '_' || to_char(month_start AT TIME ZONE 'UTC', 'YYYY_MM'), table_name,
                       ops.first_id_at(month_start), ops.first_id_at(month_start + interval '1 month'),
                       CASE table_name WHEN 'operation' THEN 50 ELSE 100 END);
      END LOOP;
    END LOOP;
  END $$;
  SELECT ops.ensure_partitions(3);`;

const GRANTS = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ops TO isthmus_network, isthmus_ipam, isthmus_vpn;
  GRANT SELECT ON ops.operation, ops.operation_step, ops.event TO isthmus_gateway;
  REVOKE ALL ON FUNCTION ops.ensure_partitions FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ops.ensure_partitions TO isthmus_network, isthmus_ipam, isthmus_vpn;`;

export class Operations1763600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [ROLES, OPERATION, STEP, LIVE, OUTBOX, EVENT, PARTITIONS, GRANTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ops.event, ops.outbox, ops.live_operation, ops.operation_step, ops.operation');
    await runner.query('DROP FUNCTION ops.ensure_partitions, ops.first_id_at');
  }
}
