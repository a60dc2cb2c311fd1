/**
 * Allocating from any source, and the two hot commands (book, release) with their inbox in one round trip. In place of
 * the first \`allocate\`, whose thirteen arguments stay the first thirteen.
 */
export const BOOKING_FUNCTIONS = `
DROP FUNCTION ipam.allocate;

-- Takes one address of a family out of one source: a subnet, a network, a VPC or the pools of a zone; of several
-- subnets the oldest that has room (or in_address in it). Attached at once when there is an owner; a custom one has the
-- id of the address. outcome: allocated | no-subnet | outside | held | in-use | exhausted; place is the subnet it is
-- about, made the new row.
CREATE FUNCTION ipam.allocate(
  in_project uuid, in_network uuid, in_subnet uuid, in_family int, in_address inet, in_is_reserved boolean,
  in_owner_type text, in_owner_id text, in_owner_parent_id text, in_owner_name text, in_owner_mac_address text,
  in_tags text[], in_request text,
  in_vpc uuid DEFAULT NULL, in_zone text DEFAULT NULL, in_region text DEFAULT NULL,
  OUT outcome text, OUT place ipam.subnet, OUT made ipam.address
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  candidates uuid[] := ARRAY[in_subnet];
  candidate uuid;
  seen ipam.subnet;
  chosen inet;
  new_id CONSTANT uuid := uuidv7();
BEGIN
  IF in_network IS NOT NULL THEN
    SELECT array_agg(s.id ORDER BY s.created_at, s.id) INTO candidates
      FROM ipam.subnet s WHERE s.private_network_id = in_network;
  ELSIF in_vpc IS NOT NULL THEN
    SELECT array_agg(s.id ORDER BY s.created_at, s.id) INTO candidates FROM ipam.subnet s WHERE s.vpc_id = in_vpc;
  ELSIF in_zone IS NOT NULL THEN
    SELECT array_agg(s.id ORDER BY s.created_at, s.id) INTO candidates FROM ipam.subnet s WHERE s.zone = in_zone;
  END IF;
  outcome := 'no-subnet';
  FOREACH candidate IN ARRAY coalesce(candidates, '{}') LOOP
    SELECT s.* INTO seen FROM ipam.subnet s
     WHERE s.id = candidate AND (s.project_id = in_project OR s.zone = in_zone) AND family(s.cidr) = in_family
       AND (in_region IS NULL OR s.region = in_region) FOR KEY SHARE;
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
      id, project_id, private_network_id, subnet_id, address, region, owner_type, owner_id, owner_parent_id, owner_name,
      owner_mac_address, is_reserved, tags, created_by_request, attached_by_request, attached_at
    ) VALUES (
      new_id, in_project, place.private_network_id, place.id, chosen, place.region, in_owner_type,
      CASE in_owner_type WHEN 'custom' THEN new_id::text ELSE in_owner_id END, in_owner_parent_id, in_owner_name,
      in_owner_mac_address, in_is_reserved, in_tags, in_request,
      CASE WHEN in_owner_type IS NOT NULL THEN in_request END, CASE WHEN in_owner_type IS NOT NULL THEN now() END
    ) RETURNING * INTO made;
    outcome := 'allocated';
    RETURN;
  END LOOP;
END $$;

CREATE FUNCTION ipam.text_of(in_time timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT to_char(in_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- An address as other services read it: the same as viewOfAddress makes of a row.
CREATE FUNCTION ipam.view_of(in_address ipam.address, in_place ipam.subnet) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', in_address.id, 'projectId', in_address.project_id, 'region', in_place.region,
    'source', CASE WHEN in_place.zone IS NULL THEN jsonb_build_object('kind', 'subnet', 'subnetId', in_place.id)
      ELSE jsonb_build_object('kind', 'zone', 'zone', in_place.zone) END,
    'zone', in_place.zone, 'subnetId', CASE WHEN in_place.zone IS NULL THEN in_place.id END,
    'privateNetworkId', in_place.private_network_id, 'vpcId', in_place.vpc_id,
    'family', family(in_address.address), 'address', host(in_address.address), 'prefixLength', masklen(in_place.cidr),
    'owner', CASE WHEN in_address.owner_id IS NOT NULL THEN jsonb_build_object(
      'type', in_address.owner_type, 'id', in_address.owner_id, 'parentId', in_address.owner_parent_id,
      'name', in_address.owner_name, 'macAddress', in_address.owner_mac_address) END,
    'isReserved', in_address.is_reserved, 'tags', in_address.tags, 'reverses', in_address.reverses,
    'createdAt', ipam.text_of(in_address.created_at), 'updatedAt', ipam.text_of(in_address.updated_at))
$$;

-- A booking with its inbox (see Inbox.once): the row first, which keeps a second delivery waiting, the answer last. is_first
-- is false when the request was done before. What was refused leaves no row behind.
CREATE FUNCTION ipam.book(
  in_project uuid, in_network uuid, in_subnet uuid, in_vpc uuid, in_zone text, in_region text, in_family int,
  in_address inet, in_owner_type text, in_owner_id text, in_owner_parent_id text, in_owner_name text,
  in_owner_mac_address text, in_tags text[], in_request text, in_pattern text,
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
  IF outcome = 'allocated' THEN
    view := ipam.view_of(done.made, done.place);
    UPDATE ipam.inbox SET response = view WHERE request_id = in_request;
  ELSE
    DELETE FROM ipam.inbox WHERE request_id = in_request;
  END IF;
END $$;

-- A release with its inbox. outcome: released | missing | attached.
CREATE FUNCTION ipam.release_once(
  in_project uuid, in_address_id uuid, in_region text, in_request text, in_pattern text,
  OUT is_first boolean, OUT outcome text
) LANGUAGE plpgsql AS $$
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
  END IF;
END $$;
`;
