import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The gateway tells of its own resources in the same feed, but may write nothing else into it. */
const RECORD_EVENT = `
  CREATE FUNCTION ops.record_event(in_type text, in_project_id uuid, in_resource_type text, in_resource_id uuid,
                                   in_payload jsonb, in_request_id text, in_traceparent text) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    event_id uuid;
  BEGIN
    IF in_type NOT LIKE 'webhook%' THEN RAISE EXCEPTION 'the gateway has no events of type %', in_type; END IF;
    INSERT INTO ops.event (type, project_id, resource_type, resource_id, payload, request_id, traceparent)
    VALUES (in_type, in_project_id, in_resource_type, in_resource_id, in_payload, in_request_id, in_traceparent)
    RETURNING id INTO event_id;
    RETURN event_id;
  END $$;
  REVOKE ALL ON FUNCTION ops.record_event FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ops.record_event TO isthmus_gateway;`;

export class RecordEvent1763900100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RECORD_EVENT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ops.record_event');
  }
}
