import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
  -- One row for each mutation that was accepted, written with it, and for each that was denied. Never changed.
  CREATE TABLE ops.audit_entry (
    id                  uuid PRIMARY KEY DEFAULT uuidv7(),
    at                  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Null when nobody knows who asked; principal too.
    project_id          uuid,
    principal           text,
    source_address      inet,
    -- By which the one who asked knows the request, and the command's own where that is another one.
    request_id          text NOT NULL,
    internal_request_id text,
    traceparent         text,
    action              text NOT NULL,
    resource_type       text,
    resource_id         text,
    outcome             text NOT NULL CHECK (outcome IN ('accepted', 'denied')),
    code                text,
    detail              text,
    operation_id        uuid,
    before              jsonb,
    -- What was asked for, where the change itself follows later.
    requested           jsonb,
    after               jsonb,
    CHECK ((outcome = 'denied') = (code IS NOT NULL)),
    CHECK ((code IS NULL) = (detail IS NULL))
  );
  CREATE INDEX audit_entry_by_project ON ops.audit_entry (project_id, id);
  CREATE INDEX audit_entry_by_resource ON ops.audit_entry (resource_id, id) WHERE resource_id IS NOT NULL;

  -- Committed entries without a seal. Of two entries of which one was committed before the other was written, it has the
  -- lower number.
  CREATE TABLE ops.audit_queue (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id uuid NOT NULL
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

  -- The entries in the order of their commits; each hash covers its entry and the hash before. Positions have no gaps.
  CREATE TABLE ops.audit_seal (
    position bigint PRIMARY KEY,
    entry_id uuid NOT NULL UNIQUE,
    hash     bytea NOT NULL
  );

  -- The last seal, and since when mutations are audited. One row, and room to rewrite it in place.
  CREATE TABLE ops.audit_head (
    is_only  boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    position bigint NOT NULL,
    hash     bytea NOT NULL,
    since    timestamptz NOT NULL DEFAULT clock_timestamp()
  ) WITH (fillfactor = 10);
  INSERT INTO ops.audit_head (position, hash) VALUES (0, decode(repeat('00', 32), 'hex'));`;

/** The same text for the same entry in every session and version: what is hashed. */
const TEXT = `
  CREATE FUNCTION ops.audit_text(e ops.audit_entry) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
      'id', e.id, 'at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'project_id', e.project_id,
      'principal', e.principal, 'source_address', host(e.source_address), 'request_id', e.request_id,
      'internal_request_id', e.internal_request_id, 'traceparent', e.traceparent, 'action', e.action,
      'resource_type', e.resource_type, 'resource_id', e.resource_id, 'outcome', e.outcome, 'code', e.code,
      'detail', e.detail, 'operation_id', e.operation_id, 'before', e.before, 'requested', e.requested, 'after', e.after)::text
  $$;
  CREATE FUNCTION ops.audit_hash(previous bytea, e ops.audit_entry) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || convert_to(ops.audit_text(e), 'UTF8'))
  $$;`;

/** Whoever may write an entry need not know of the queue. */
const QUEUE = `
  CREATE FUNCTION ops.queue_audit_entry() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    INSERT INTO ops.audit_queue (entry_id) VALUES (NEW.id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER queue_audit_entry AFTER INSERT ON ops.audit_entry
    FOR EACH ROW EXECUTE FUNCTION ops.queue_audit_entry();`;

/** For the owner of the tables too. Who switches the triggers off is found by the chain. */
const APPEND_ONLY = `
  CREATE FUNCTION ops.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% of %: the audit is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END $$;
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_audit_change();
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_audit_change();`;

/**
 * Seals up to so many entries and answers how many; null while somebody else is at it. The lock is taken by a statement of
 * its own, so that the next one sees all that the holder before committed. Sequential scans are off because the plan is
 * made once, often while the queue is empty, and then used on a long one.
 */
const SEAL = `
  CREATE FUNCTION ops.seal_audit(in_limit int) RETURNS int
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  DECLARE
    head    ops.audit_head;
    queued  record;
    link    bytea;
    ids     uuid[] := '{}';
    links   bytea[] := '{}';
    highest bigint;
  BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('ops.seal_audit', 0)) THEN RETURN NULL; END IF;
    SELECT * INTO head FROM ops.audit_head;
    link := head.hash;
    FOR queued IN
      SELECT q.number, e.id, convert_to(ops.audit_text(e), 'UTF8') AS content
        FROM (SELECT * FROM ops.audit_queue ORDER BY number LIMIT in_limit) q
        JOIN ops.audit_entry e ON e.id = q.entry_id ORDER BY q.number
    LOOP
      link := sha256(link || queued.content);
      ids := ids || queued.id;
      links := links || link;
      highest := queued.number;
    END LOOP;
    IF highest IS NULL THEN RETURN 0; END IF;
    INSERT INTO ops.audit_seal (position, entry_id, hash)
    SELECT head.position + s.nth, s.entry_id, s.hash
      FROM unnest(ids, links) WITH ORDINALITY s (entry_id, hash, nth) ORDER BY s.nth;
    DELETE FROM ops.audit_queue WHERE number <= highest AND entry_id = ANY (ids);
    UPDATE ops.audit_head SET position = head.position + cardinality(ids), hash = link;
    RETURN cardinality(ids);
  END $$;`;

/** Neither id nor time of an entry is the writer's to say. */
const GRANTS = `
  REVOKE ALL ON ops.audit_entry, ops.audit_queue, ops.audit_seal, ops.audit_head
    FROM PUBLIC, isthmus_gateway, isthmus_network, isthmus_ipam, isthmus_vpn;
  GRANT INSERT (project_id, principal, source_address, request_id, internal_request_id, traceparent, action, resource_type,
                resource_id, outcome, code, detail, operation_id, before, requested, after)
    ON ops.audit_entry TO isthmus_gateway, isthmus_network, isthmus_ipam, isthmus_vpn;
  GRANT SELECT ON ops.audit_entry, ops.audit_seal TO isthmus_gateway;
  REVOKE ALL ON FUNCTION ops.seal_audit, ops.queue_audit_entry FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ops.seal_audit TO isthmus_gateway;`;

/** The audit: who asked for which mutation, and what came of it, in a chain of hashes. */
export class Audit1763900400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [TABLES, TEXT, QUEUE, APPEND_ONLY, SEAL, GRANTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ops.seal_audit, ops.audit_hash, ops.audit_text');
    await runner.query('DROP TABLE ops.audit_head, ops.audit_seal, ops.audit_queue, ops.audit_entry');
    await runner.query('DROP FUNCTION ops.refuse_audit_change, ops.queue_audit_entry');
  }
}
