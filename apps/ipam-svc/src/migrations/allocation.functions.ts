/**
 * Booking, releasing and taking back: each one round trip. They answer an outcome, which the services put into words.
 * Lock order everywhere: owner, subnet, address, interval.
 */
export const ALLOCATION_FUNCTIONS = `
-- Takes one address of a family, in that subnet, or in the oldest of the network's that has room (or in_address in it).
-- Attached at once when there is an owner. outcome: allocated | no-subnet | outside | held | in-use | exhausted;
-- place is the subnet it is about, made the new row.
CREATE FUNCTION ipam.allocate(
  in_project uuid, in_network uuid, in_subnet uuid, in_family int, in_address inet, in_is_reserved boolean,
  in_owner_type text, in_owner_id text, in_owner_parent_id text, in_owner_name text, in_owner_mac_address text,
  in_tags text[], in_request text,
  OUT outcome text, OUT place ipam.subnet, OUT made ipam.address
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  candidates uuid[] := ARRAY[in_subnet];
  candidate uuid;
  seen ipam.subnet;
  chosen inet;
BEGIN
  IF in_subnet IS NULL THEN
    SELECT array_agg(s.id ORDER BY s.created_at, s.id) INTO candidates
      FROM ipam.subnet s WHERE s.private_network_id = in_network;
  END IF;
  outcome := 'no-subnet';
  FOREACH candidate IN ARRAY coalesce(candidates, '{}') LOOP
    SELECT s.* INTO seen FROM ipam.subnet s
     WHERE s.id = candidate AND s.project_id = in_project AND family(s.cidr) = in_family FOR KEY SHARE;
    CONTINUE WHEN NOT FOUND;
    place := seen;
    IF in_address IS NULL THEN
      chosen := ipam.take_lowest(place.id, place.range_start, place.range_end);
      outcome := 'exhausted';
      CONTINUE WHEN chosen IS NULL;
    ELSE
      outcome := 'outside';
      CONTINUE WHEN NOT in_address << place.cidr;
      outcome := 'held';
      EXIT WHEN ipam.held_for(place.cidr, place.gateway, in_address) IS NOT NULL;
      outcome := 'in-use';
      EXIT WHEN NOT ipam.take_given(place.id, in_address);
      chosen := in_address;
    END IF;
    INSERT INTO ipam.address (
      project_id, private_network_id, subnet_id, address, owner_type, owner_id, owner_parent_id, owner_name,
      owner_mac_address, is_reserved, tags, created_by_request, attached_by_request
    ) VALUES (
      in_project, place.private_network_id, place.id, chosen, in_owner_type, in_owner_id, in_owner_parent_id,
      in_owner_name, in_owner_mac_address, in_is_reserved, in_tags, in_request,
      CASE WHEN in_owner_id IS NOT NULL THEN in_request END
    ) RETURNING * INTO made;
    outcome := 'allocated';
    RETURN;
  END LOOP;
END $$;

-- One assignment to an owner at a time. Answers whether the owner has addresses of that network already.
CREATE FUNCTION ipam.lock_owner(in_project uuid, in_network uuid, in_owner text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('owner ' || in_owner, 0));
  RETURN EXISTS (
    SELECT FROM ipam.address a
     WHERE a.owner_id = in_owner AND a.project_id = in_project AND a.private_network_id = in_network
  );
END $$;

-- Gives back a reserved address that nobody is attached to. outcome: released | missing | attached.
CREATE FUNCTION ipam.release(in_project uuid, in_address_id uuid, in_request text) RETURNS text
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  place ipam.subnet;
  gone ipam.address;
BEGIN
  SELECT s.* INTO place FROM ipam.subnet s
   WHERE s.id = (SELECT a.subnet_id FROM ipam.address a WHERE a.id = in_address_id AND a.project_id = in_project)
     FOR KEY SHARE;
  DELETE FROM ipam.address a WHERE a.id = in_address_id AND a.project_id = in_project AND a.owner_id IS NULL
  RETURNING * INTO gone;
  IF NOT FOUND THEN
    RETURN CASE WHEN EXISTS (SELECT FROM ipam.address a WHERE a.id = in_address_id AND a.project_id = in_project)
      THEN 'attached' ELSE 'missing' END;
  END IF;
  PERFORM ipam.give_back(place.id, gone.address, place.range_start, place.range_end);
  INSERT INTO ipam.undo_note (request_id, project_id, kind, data)
  VALUES (in_request, in_project, 'addresses', jsonb_build_array(to_jsonb(gone)));
  RETURN 'released';
END $$;

-- Ends what an owner holds of one row: an address that was reserved stays so, any other becomes free.
CREATE FUNCTION ipam.detach(in_address ipam.address) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF in_address.is_reserved THEN
    UPDATE ipam.address a
       SET owner_type = NULL, owner_id = NULL, owner_parent_id = NULL, owner_name = NULL, owner_mac_address = NULL,
           attached_by_request = NULL, updated_at = now()
     WHERE a.id = in_address.id;
  ELSE
    DELETE FROM ipam.address a WHERE a.id = in_address.id;
    PERFORM ipam.give_back(s.id, in_address.address, s.range_start, s.range_end)
       FROM ipam.subnet s WHERE s.id = in_address.subnet_id;
  END IF;
END $$;

-- The addresses a request is about, locked in the order that everybody keeps.
CREATE FUNCTION ipam.lock_addresses(in_project uuid, in_ids uuid[]) RETURNS SETOF ipam.address
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM FROM ipam.subnet s
    WHERE s.id IN (SELECT a.subnet_id FROM ipam.address a WHERE a.id = ANY (in_ids) AND a.project_id = in_project)
    ORDER BY s.id FOR KEY SHARE;
  RETURN QUERY SELECT a.* FROM ipam.address a
    WHERE a.id = ANY (in_ids) AND a.project_id = in_project ORDER BY a.id FOR UPDATE;
END $$;

CREATE FUNCTION ipam.release_owner(
  in_project uuid, in_owner text, in_except uuid[], in_families int[], in_request text
) RETURNS void
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
    before := before || to_jsonb(held);
    PERFORM ipam.detach(held);
  END LOOP;
  IF before <> '[]' THEN
    INSERT INTO ipam.undo_note (request_id, project_id, kind, data) VALUES (in_request, in_project, 'addresses', before);
  END IF;
END $$;

-- Takes back what a booking or an assignment made, of the rows it had answered. False when one of them was a booking
-- to which somebody is attached now.
CREATE FUNCTION ipam.undo_allocation(in_project uuid, in_ids uuid[], in_request text) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  made ipam.address;
BEGIN
  FOR made IN SELECT * FROM ipam.lock_addresses(in_project, in_ids) LOOP
    IF made.attached_by_request = in_request THEN
      PERFORM ipam.detach(made);
    ELSIF made.created_by_request = in_request AND made.is_reserved THEN
      IF made.owner_id IS NOT NULL THEN
        RETURN false;
      END IF;
      made.is_reserved := false;
      PERFORM ipam.detach(made);
    END IF;
  END LOOP;
  RETURN true;
END $$;

-- Gives an address back to whom it belonged before a release. False when somebody else has it by now.
CREATE FUNCTION ipam.restore_address(in_former ipam.address) RETURNS boolean
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
         attached_by_request = in_former.attached_by_request, updated_at = now()
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
