/**
 * Placing subnets: the last word is the exclusion constraints'. Index scans are forced, also on the foreign keys' own
 * checks: where a few subnets have most of the addresses, the planner takes any subnet for one of those and reads the
 * whole table.
 */
export const SUBNET_FUNCTIONS = `
-- A subnet that a block could not lie beside: of the network itself or, for a joined one, of the VPC.
CREATE FUNCTION ipam.overlapping(in_vpc uuid, in_network uuid, in_is_joined boolean, in_cidr cidr) RETURNS ipam.subnet
LANGUAGE sql SET enable_seqscan = off AS $$
  (SELECT s FROM ipam.subnet s WHERE s.private_network_id = in_network AND s.cidr && in_cidr)
  UNION ALL
  (SELECT s FROM ipam.subnet s WHERE in_is_joined AND s.vpc_id = in_vpc AND s.is_joined AND s.cidr && in_cidr)
  LIMIT 1
$$;

-- Inserts a subnet with its free intervals. False when the id or an overlapping subnet is there already.
CREATE FUNCTION ipam.add_subnet(in_subnet ipam.subnet) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
  INSERT INTO ipam.subnet SELECT in_subnet.* ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM ipam.rebuild_free(in_subnet.id);
  RETURN true;
END $$;

-- The lowest free block of that size out of 172.16.0.0/12, in the VPC (joined) or beside the network's own subnets
-- (isolated); null when there is none. Concurrent callers are kept apart by a try-lock on the candidate, as SKIP LOCKED
-- does for rows: each goes on to the next block instead of waiting for the one before to commit. The cost is one pass
-- over the subnets of the VPC, whatever the size of the block.
CREATE FUNCTION ipam.pick_block(in_vpc uuid, in_network uuid, in_is_joined boolean, in_prefix int) RETURNS cidr
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  space CONSTANT inet := '172.16.0.0';
  block_size CONSTANT bigint := 1::bigint << (32 - in_prefix);
  block_count CONSTANT bigint := 1::bigint << (in_prefix - 12);
  scope CONSTANT uuid := CASE WHEN in_is_joined THEN in_vpc ELSE in_network END;
  gap record;
  candidate cidr;
  key bigint;
  busy_key bigint;
BEGIN
  LOOP
    busy_key := NULL;
    FOR gap IN
      WITH neighbour AS (
        SELECT s.cidr FROM ipam.subnet s WHERE in_is_joined AND s.vpc_id = in_vpc AND s.is_joined
        UNION ALL
        SELECT s.cidr FROM ipam.subnet s WHERE NOT in_is_joined AND s.private_network_id = in_network
      ), taken AS (
        SELECT (host(network(n.cidr))::inet - space) / block_size AS first,
               (host(broadcast(n.cidr))::inet - space) / block_size AS last
          FROM neighbour n WHERE n.cidr <<= '172.16.0.0/12'
        UNION ALL SELECT block_count, block_count
      )
      SELECT coalesce(max(t.last) OVER (ORDER BY t.first, t.last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -1)
             + 1 AS first, t.first - 1 AS last
        FROM taken t ORDER BY t.first, t.last
    LOOP
      FOR block IN gap.first..gap.last LOOP
        candidate := set_masklen(space + block * block_size, in_prefix)::cidr;
        key := hashtextextended(scope || ' ' || candidate, 0);
        IF pg_try_advisory_xact_lock(key) THEN
          -- Its former holder may have committed since the list was read.
          IF ipam.overlapping(in_vpc, in_network, in_is_joined, candidate) IS NULL THEN
            RETURN candidate;
          END IF;
        ELSE
          busy_key := coalesce(busy_key, key);
        END IF;
      END LOOP;
    END LOOP;
    IF busy_key IS NULL THEN
      RETURN NULL;
    END IF;
    -- All that is left is being taken by others, who may still roll back.
    PERFORM pg_advisory_xact_lock(busy_key);
  END LOOP;
END $$;

-- Places a subnet in the next free block; a joined one has the first usable address as its gateway. False when the id is
-- in use, null when no block is left.
CREATE FUNCTION ipam.add_next_block(in_subnet ipam.subnet, in_prefix int) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  block cidr;
  network inet;
BEGIN
  LOOP
    block := ipam.pick_block(in_subnet.vpc_id, in_subnet.private_network_id, in_subnet.is_joined, in_prefix);
    IF block IS NULL THEN
      RETURN NULL;
    END IF;
    network := host(block)::inet;
    in_subnet.cidr := block;
    in_subnet.gateway := CASE WHEN in_subnet.is_joined THEN network + 1 END;
    in_subnet.range_start := network + CASE WHEN in_subnet.is_joined THEN 2 ELSE 1 END;
    in_subnet.range_end := host(broadcast(block))::inet - 1;
    IF ipam.add_subnet(in_subnet) THEN
      RETURN true;
    END IF;
    -- Either somebody took part of the block under its own name meanwhile, or the subnet's id is in use.
    IF EXISTS (SELECT FROM ipam.subnet s WHERE s.id = in_subnet.id) THEN
      RETURN false;
    END IF;
  END LOOP;
END $$;

-- Gives a subnet another block, range and gateway, in which all its addresses must fit. False when it would overlap
-- another.
CREATE FUNCTION ipam.set_shape(in_shape ipam.subnet) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
  UPDATE ipam.subnet s
     SET cidr = in_shape.cidr, range_start = in_shape.range_start, range_end = in_shape.range_end,
         gateway = in_shape.gateway, shaped_by_request = in_shape.shaped_by_request, updated_at = now()
   WHERE s.id = in_shape.id;
  PERFORM ipam.rebuild_free(in_shape.id);
  RETURN true;
EXCEPTION WHEN exclusion_violation THEN
  RETURN false;
END $$;

-- Deletes the subnets of a network. False when an address in them is booked or attached.
CREATE FUNCTION ipam.release_subnets(in_project uuid, in_network uuid, in_request text) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  gone jsonb;
  ids uuid[];
BEGIN
  SELECT jsonb_agg(to_jsonb(s)), array_agg(s.id) INTO gone, ids FROM (
    SELECT * FROM ipam.subnet s
     WHERE s.private_network_id = in_network AND s.project_id = in_project ORDER BY s.id FOR UPDATE
  ) s;
  IF ids IS NULL THEN
    RETURN true;
  END IF;
  IF EXISTS (SELECT FROM ipam.address a WHERE a.subnet_id = ANY (ids)) THEN
    RETURN false;
  END IF;
  DELETE FROM ipam.subnet s WHERE s.id = ANY (ids);
  INSERT INTO ipam.undo_note (request_id, project_id, kind, data) VALUES (in_request, in_project, 'subnets', gone);
  RETURN true;
END $$;

-- Deletes those of the subnets that a request made. Answers the block of one that is in use: roll back then.
CREATE FUNCTION ipam.undo_subnets(in_project uuid, in_ids uuid[], in_request text) RETURNS cidr
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  made ipam.subnet;
BEGIN
  FOR made IN
    SELECT s.* FROM ipam.subnet s
     WHERE s.id = ANY (in_ids) AND s.project_id = in_project AND s.created_by_request = in_request
     ORDER BY s.id FOR UPDATE
  LOOP
    IF EXISTS (SELECT FROM ipam.address a WHERE a.subnet_id = made.id) THEN
      RETURN made.cidr;
    END IF;
    DELETE FROM ipam.subnet s WHERE s.id = made.id;
  END LOOP;
  RETURN NULL;
END $$;
`;
