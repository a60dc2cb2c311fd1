import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = `ALTER TABLE ops.event ADD COLUMN request_id text, ADD COLUMN traceparent text`;

const TABLES = `
  -- Committed events without a position. The number is taken when the event is written: of two events of which one was
  -- committed before the other was written, it has the lower one.
  CREATE TABLE ops.event_queue (
    number        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id      uuid NOT NULL,
    project_id    uuid NOT NULL,
    resource_type text NOT NULL,
    resource_id   uuid NOT NULL,
    type          text NOT NULL,
    created_at    timestamptz NOT NULL
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

  -- Committed events in the order in which they are told; positions have no gaps.
  CREATE TABLE ops.event_feed (
    position          bigint PRIMARY KEY,
    event_id          uuid NOT NULL UNIQUE,
    project_id        uuid NOT NULL,
    resource_type     text NOT NULL,
    resource_id       uuid NOT NULL,
    resource_sequence bigint NOT NULL,
    type              text NOT NULL,
    created_at        timestamptz NOT NULL,
    UNIQUE (resource_id, resource_sequence)
  );
  CREATE INDEX event_feed_by_project ON ops.event_feed (project_id, position);

  -- The last position that was given out. One row, and room to rewrite it in place.
  CREATE TABLE ops.feed_head (
    is_only  boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    position bigint NOT NULL
  ) WITH (fillfactor = 10);
  INSERT INTO ops.feed_head (position) VALUES (0);

  -- How many events of a resource have been told. Outlives the events, so that a sequence never begins again.
  CREATE TABLE ops.resource_head (
    resource_id uuid PRIMARY KEY,
    sequence    bigint NOT NULL
  ) WITH (fillfactor = 70);`;

/** Whoever may write an event need not know of the queue. */
const TRIGGER = `
  CREATE FUNCTION ops.queue_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  BEGIN
    INSERT INTO ops.event_queue (event_id, project_id, resource_type, resource_id, type, created_at)
    VALUES (NEW.id, NEW.project_id, NEW.resource_type, NEW.resource_id, NEW.type, NEW.created_at);
    RETURN NULL;
  END $$;
  CREATE TRIGGER queue_event AFTER INSERT ON ops.event FOR EACH ROW EXECUTE FUNCTION ops.queue_event();`;

/** The change of the table above keeps writers out until this is committed, so that none slips between. */
const BACKLOG = `
  INSERT INTO ops.event_queue (event_id, project_id, resource_type, resource_id, type, created_at)
  SELECT id, project_id, resource_type, resource_id, type, created_at FROM ops.event ORDER BY id`;

/**
 * The lock is taken by a statement of its own, so that the next one sees all that the holder before committed. Sequential
 * scans are off because the plan is made once, often while the queue is empty, and then used on a long one.
 */
const SEQUENCE = `
  CREATE FUNCTION ops.sequence_events(in_limit int) RETURNS TABLE (first_position bigint, last_position bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  DECLARE
    head   bigint;
    upto   bigint;
    events bigint;
  BEGIN
    -- Somebody else is at it.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('ops.sequence_events', 0)) THEN RETURN; END IF;
    SELECT position INTO head FROM ops.feed_head;
    SELECT max(number) INTO upto FROM (SELECT number FROM ops.event_queue ORDER BY number LIMIT in_limit) due;
    IF upto IS NULL THEN RETURN QUERY SELECT head + 1, head; RETURN; END IF;

    WITH taken AS (
      DELETE FROM ops.event_queue WHERE number <= upto RETURNING *
    ), numbered AS (
      SELECT *, row_number() OVER (ORDER BY number) AS nth,
             row_number() OVER (PARTITION BY resource_id ORDER BY number) AS nth_of_resource
        FROM taken
    ), heads AS (
      INSERT INTO ops.resource_head AS h (resource_id, sequence)
      SELECT resource_id, count(*) FROM taken GROUP BY resource_id ORDER BY resource_id
      ON CONFLICT (resource_id) DO UPDATE SET sequence = h.sequence + excluded.sequence
      RETURNING resource_id, new.sequence - coalesce(old.sequence, 0) AS added, new.sequence
    )
    INSERT INTO ops.event_feed (position, event_id, project_id, resource_type, resource_id, resource_sequence, type,
                                created_at)
    SELECT head + n.nth, n.event_id, n.project_id, n.resource_type, n.resource_id, h.sequence - h.added + n.nth_of_resource,
           n.type, n.created_at
      FROM numbered n JOIN heads h USING (resource_id) ORDER BY n.nth;
    GET DIAGNOSTICS events = ROW_COUNT;
    UPDATE ops.feed_head SET position = head + events;
    RETURN QUERY SELECT head + 1, head + events;
  END $$;`;

/**
 * Forgets the oldest positions whose events were written before that moment, up to so many, and answers how many. It stops
 * at the first event that is younger, so what is kept has no gaps either.
 */
const PURGE = `
  CREATE FUNCTION ops.purge_feed(in_before timestamptz, in_limit int) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    upto   bigint;
    purged bigint;
  BEGIN
    SELECT coalesce(min(position) FILTER (WHERE created_at >= in_before) - 1, max(position)) INTO upto
      FROM (SELECT position, created_at FROM ops.event_feed ORDER BY position LIMIT in_limit) oldest;
    DELETE FROM ops.event_feed WHERE position <= upto;
    GET DIAGNOSTICS purged = ROW_COUNT;
    RETURN purged;
  END $$;`;

const GRANTS = `
  REVOKE ALL ON FUNCTION ops.sequence_events, ops.purge_feed, ops.queue_event FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ops.sequence_events, ops.purge_feed TO isthmus_gateway;
  GRANT SELECT ON ops.event_feed, ops.feed_head TO isthmus_gateway;`;

/** Gives every committed event a position in the feed, in the order of the commits. */
export class EventFeed1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [COLUMNS, TABLES, TRIGGER, BACKLOG, SEQUENCE, PURGE, GRANTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER queue_event ON ops.event');
    await runner.query('DROP FUNCTION ops.purge_feed, ops.sequence_events, ops.queue_event');
    await runner.query('DROP TABLE ops.resource_head, ops.feed_head, ops.event_feed, ops.event_queue');
    await runner.query('ALTER TABLE ops.event DROP COLUMN request_id, DROP COLUMN traceparent');
  }
}
