/** Attaching, detaching and releasing of several at once, with the triggers that keep the promises in place. */
export const OWNER_FUNCTIONS = `
-- Ends what an owner holds of one row: an address that was reserved stays so, any other becomes free. It is detached
-- before it goes: no attached address is ever deleted.
CREATE OR REPLACE FUNCTION ipam.detach(in_address ipam.address) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  UPDATE ipam.address a
     SET owner_type = NULL, owner_id = NULL, owner_parent_id = NULL, owner_name = NULL, owner_mac_address = NULL,
         attached_by_request = NULL, attached_at = NULL, is_reserved = true, updated_at = now()
   WHERE a.id = in_address.id;
  IF NOT in_address.is_reserved THEN
    DELETE FROM ipam.address a WHERE a.id = in_address.id;
    PERFORM ipam.give_back(s.id, in_address.address, s.range_start, s.range_end)
       FROM ipam.subnet s WHERE s.id = in_address.subnet_id;
  END IF;
END $$;

-- Attaches locked addresses that nobody has; or changes the machine of a custom owner, whose id stays the address's own.
CREATE FUNCTION ipam.attach(
  in_ids uuid[], in_owner_type text, in_owner_id text, in_owner_parent_id text, in_owner_name text,
  in_owner_mac_address text, in_request text
) RETURNS void LANGUAGE sql SET enable_seqscan = off AS $$
  UPDATE ipam.address a
     SET owner_type = in_owner_type, owner_id = CASE in_owner_type WHEN 'custom' THEN a.id::text ELSE in_owner_id END,
         owner_parent_id = in_owner_parent_id, owner_name = in_owner_name, owner_mac_address = in_owner_mac_address,
         attached_by_request = in_request, attached_at = now(), updated_at = now()
   WHERE a.id = ANY (in_ids)
$$;

-- Keeps how locked addresses are now, for the undo of the request that changes them.
CREATE FUNCTION ipam.note_addresses(in_project uuid, in_ids uuid[], in_request text) RETURNS void
LANGUAGE sql SET enable_seqscan = off AS $$
  INSERT INTO ipam.undo_note (request_id, project_id, kind, data)
  SELECT in_request, in_project, 'addresses', jsonb_agg(to_jsonb(a)) FROM ipam.address a WHERE a.id = ANY (in_ids)
  HAVING count(*) > 0
$$;

-- Detaches locked addresses, all of one request.
CREATE FUNCTION ipam.detach_noted(in_project uuid, in_ids uuid[], in_request text) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  held ipam.address;
BEGIN
  PERFORM ipam.note_addresses(in_project, in_ids, in_request);
  FOR held IN SELECT a.* FROM ipam.address a WHERE a.id = ANY (in_ids) ORDER BY a.id LOOP
    PERFORM ipam.detach(held);
  END LOOP;
END $$;

-- Releases locked addresses that nobody is attached to, all of one request.
CREATE FUNCTION ipam.release_noted(in_project uuid, in_ids uuid[], in_request text) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  gone ipam.address;
BEGIN
  PERFORM ipam.note_addresses(in_project, in_ids, in_request);
  FOR gone IN SELECT a.* FROM ipam.address a WHERE a.id = ANY (in_ids) ORDER BY a.subnet_id, a.address LOOP
    DELETE FROM ipam.address a WHERE a.id = gone.id;
    PERFORM ipam.give_back(s.id, gone.address, s.range_start, s.range_end)
       FROM ipam.subnet s WHERE s.id = gone.subnet_id;
  END LOOP;
END $$;

-- Gives back what an owner holds, but nothing of it when its type is not one of the caller's: false then.
DROP FUNCTION ipam.release_owner;
CREATE FUNCTION ipam.release_owner(
  in_project uuid, in_owner text, in_except uuid[], in_families int[], in_types text[], in_request text
) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  wanted uuid[];
  held ipam.address;
  before jsonb := '[]';
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('owner ' || in_owner, 0));
  SELECT array_agg(a.id) INTO wanted FROM ipam.address a
   WHERE a.owner_id = in_owner AND a.project_id = in_project
     AND NOT a.id = ANY (in_except) AND (in_families IS NULL OR family(a.address) = ANY (in_families));
  FOR held IN SELECT * FROM ipam.lock_addresses(in_project, wanted) LOOP
    -- Only what is still the owner's: it may have been undone while we waited for the row.
    CONTINUE WHEN held.owner_id IS DISTINCT FROM in_owner;
    IF NOT held.owner_type = ANY (in_types) THEN
      RETURN false;
    END IF;
    before := before || to_jsonb(held);
    PERFORM ipam.detach(held);
  END LOOP;
  IF before <> '[]' THEN
    INSERT INTO ipam.undo_note (request_id, project_id, kind, data) VALUES (in_request, in_project, 'addresses', before);
  END IF;
  RETURN true;
END $$;

-- Takes back what a booking or an assignment made, of the rows it had answered. False when one of them was a booking
-- to which another request attached somebody.
CREATE OR REPLACE FUNCTION ipam.undo_allocation(in_project uuid, in_ids uuid[], in_request text) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  made ipam.address;
BEGIN
  FOR made IN SELECT * FROM ipam.lock_addresses(in_project, in_ids) LOOP
    IF made.created_by_request = in_request AND made.is_reserved THEN
      IF made.attached_by_request <> in_request THEN
        RETURN false;
      END IF;
      made.is_reserved := false;
      PERFORM ipam.detach(made);
    ELSIF made.attached_by_request = in_request THEN
      PERFORM ipam.detach(made);
    END IF;
  END LOOP;
  RETURN true;
END $$;

-- Makes an address what it was before a release, a detachment or a move. False when somebody else has it by now.
CREATE OR REPLACE FUNCTION ipam.restore_address(in_former ipam.address) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  place ipam.subnet;
BEGIN
  SELECT s.* INTO place FROM ipam.subnet s WHERE s.id = in_former.subnet_id FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE ipam.address a
     SET owner_type = in_former.owner_type, owner_id = in_former.owner_id, owner_parent_id = in_former.owner_parent_id,
         owner_name = in_former.owner_name, owner_mac_address = in_former.owner_mac_address,
         attached_by_request = in_former.attached_by_request, attached_at = in_former.attached_at, updated_at = now()
   WHERE a.id = in_former.id AND a.owner_id IS NULL;
  IF FOUND THEN
    RETURN true;
  END IF;
  IF NOT in_former.address << place.cidr
     OR ipam.held_for(place.cidr, place.gateway, in_former.address) IS NOT NULL
     OR NOT ipam.take_given(place.id, in_former.address) THEN
    RETURN false;
  END IF;
  INSERT INTO ipam.address SELECT in_former.*;
  RETURN true;
END $$;
`;
