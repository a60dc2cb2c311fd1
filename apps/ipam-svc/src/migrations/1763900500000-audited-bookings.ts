import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BOOKING_FUNCTIONS } from './booking.functions';

const DROP = 'DROP FUNCTION ipam.book, ipam.release_once;';

const ENTRY = `
  -- The audit's entry of a user's command on one address: in_audit is what auditOriginOf makes of its context.
  CREATE FUNCTION ipam.audit(in_audit jsonb, in_action text, in_address_id uuid, in_before jsonb, in_after jsonb)
  RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO ops.audit_entry (project_id, principal, source_address, request_id, internal_request_id, traceparent,
                                 action, resource_type, resource_id, outcome, before, after)
    VALUES ((in_audit ->> 'projectId')::uuid, in_audit ->> 'principal', (in_audit ->> 'sourceAddress')::inet,
            in_audit ->> 'requestId', in_audit ->> 'internalRequestId', in_audit ->> 'traceparent',
            in_action, 'address', in_address_id, 'accepted', in_before, in_after);
  END $$;`;

const BOOK = `
  -- A booking with its inbox (see Inbox.once): the row first, which keeps a second delivery waiting, the answer last.
  -- is_first is false when the request was done before. What was refused leaves no row behind.
  CREATE FUNCTION ipam.book(
    in_project uuid, in_network uuid, in_subnet uuid, in_vpc uuid, in_zone text, in_region text, in_family int,
    in_address inet, in_owner_type text, in_owner_id text, in_owner_parent_id text, in_owner_name text,
    in_owner_mac_address text, in_tags text[], in_request text, in_pattern text, in_audit jsonb DEFAULT NULL,
    OUT is_first boolean, OUT outcome text, OUT subnet_id uuid, OUT view jsonb
  ) LANGUAGE plpgsql AS $$
  DECLARE
    done record;
  BEGIN
    INSERT INTO ipam.inbox (request_id, pattern, project_id) VALUES (in_request, in_pattern, in_project::text)
      ON CONFLICT (request_id) DO NOTHING;
    is_first := FOUND;
    IF NOT is_first THEN
      RETURN;
    END IF;
    SELECT * INTO done FROM ipam.allocate(
      in_project, in_network, in_subnet, in_family, in_address, true, in_owner_type, in_owner_id, in_owner_parent_id,
      in_owner_name, in_owner_mac_address, in_tags, in_request, in_vpc, in_zone, in_region);
    outcome := done.outcome;
    subnet_id := (done.place).id;
    IF outcome <> 'allocated' THEN
      DELETE FROM ipam.inbox WHERE request_id = in_request;
      RETURN;
    END IF;
    view := ipam.view_of(done.made, done.place);
    UPDATE ipam.inbox SET response = view WHERE request_id = in_request;
    IF in_audit IS NOT NULL THEN
      PERFORM ipam.audit(in_audit, in_pattern, (done.made).id, NULL, view);
    END IF;
  END $$;`;

const RELEASE = `
  -- A release with its inbox. outcome: released | missing | attached.
  CREATE FUNCTION ipam.release_once(
    in_project uuid, in_address_id uuid, in_region text, in_request text, in_pattern text, in_audit jsonb DEFAULT NULL,
    OUT is_first boolean, OUT outcome text
  ) LANGUAGE plpgsql SET enable_seqscan = off AS $$
  BEGIN
    INSERT INTO ipam.inbox (request_id, pattern, project_id, response)
    VALUES (in_request, in_pattern, in_project::text, 'null') ON CONFLICT (request_id) DO NOTHING;
    is_first := FOUND;
    IF NOT is_first THEN
      RETURN;
    END IF;
    IF in_region IS NULL OR EXISTS (SELECT FROM ipam.address a WHERE a.id = in_address_id AND a.region = in_region) THEN
      outcome := ipam.release(in_project, in_address_id, in_request);
    ELSE
      outcome := 'missing';
    END IF;
    IF outcome <> 'released' THEN
      DELETE FROM ipam.inbox WHERE request_id = in_request;
    ELSIF in_audit IS NOT NULL THEN
      PERFORM ipam.audit(in_audit, in_pattern, in_address_id, ipam.view_of(a, s), NULL)
         FROM ipam.undo_note n, jsonb_populate_record(NULL::ipam.address, n.data -> 0) a
         JOIN ipam.subnet s ON s.id = a.subnet_id WHERE n.request_id = in_request;
    END IF;
  END $$;`;

const GRANTS = `
  REVOKE ALL ON FUNCTION ipam.audit, ipam.book, ipam.release_once FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ipam.audit, ipam.book, ipam.release_once TO isthmus_ipam;`;

const FORMER_GRANTS = `
  REVOKE ALL ON FUNCTION ipam.book, ipam.release_once FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ipam.book, ipam.release_once TO isthmus_ipam;`;

/** As they were before this migration. */
const FORMER = BOOKING_FUNCTIONS.slice(BOOKING_FUNCTIONS.indexOf('-- A booking with its inbox'));

/** Bookings and releases write the audit's entry in their one round trip. Callers that give no `in_audit` stay as they are. */
export class AuditedBookings1763900500000 implements MigrationInterface {
  readonly name = 'AuditedBookings1763900500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query([DROP, ENTRY, BOOK, RELEASE, GRANTS].join('\n'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query([DROP, 'DROP FUNCTION ipam.audit;', FORMER, FORMER_GRANTS].join('\n'));
  }
}
