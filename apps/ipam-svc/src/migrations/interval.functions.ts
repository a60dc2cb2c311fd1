/**
 * The free intervals of one subnet: take the lowest, take a given one, give back, rebuild, count.
 *
 * Callers hold the subnet FOR KEY SHARE (bookings and releases) or FOR UPDATE (rebuilding), always before any interval,
 * so that a change of shape and a booking never wait for each other in a circle.
 */
export const INTERVAL_FUNCTIONS = `
-- The lowest free address between two ends that no other transaction is about to take; null when there is truly none.
CREATE FUNCTION ipam.take_lowest(in_subnet uuid, in_start inet, in_end inet) RETURNS inet
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  piece record;
  is_contended boolean := false;
BEGIN
  LOOP
    SELECT f.lo, f.hi INTO piece FROM ipam.free_interval f
     WHERE f.subnet_id = in_subnet AND f.hi BETWEEN in_start AND in_end
     ORDER BY f.hi LIMIT 1 FOR UPDATE SKIP LOCKED;
    EXIT WHEN FOUND;
    -- All are held by others, who may leave something over or roll back: wait for the lowest.
    SELECT f.lo, f.hi INTO piece FROM ipam.free_interval f
     WHERE f.subnet_id = in_subnet AND f.hi BETWEEN in_start AND in_end
     ORDER BY f.hi LIMIT 1 FOR UPDATE;
    is_contended := true;
    EXIT WHEN FOUND;
    -- What we waited for is gone. Others may have appeared since that statement began; "full" must be true.
    IF NOT EXISTS (
      SELECT FROM ipam.free_interval f WHERE f.subnet_id = in_subnet AND f.hi BETWEEN in_start AND in_end
    ) THEN
      RETURN NULL;
    END IF;
  END LOOP;
  IF piece.lo = piece.hi THEN
    DELETE FROM ipam.free_interval f WHERE f.subnet_id = in_subnet AND f.hi = piece.hi;
  ELSE
    UPDATE ipam.free_interval f SET lo = piece.lo + 1 WHERE f.subnet_id = in_subnet AND f.hi = piece.hi;
    IF is_contended THEN
      PERFORM ipam.cut(in_subnet, piece.lo + 1, piece.hi);
    END IF;
  END IF;
  RETURN piece.lo;
END $$;

-- Cuts an interval that callers queue for into pieces, so that the next ones find some that nobody holds.
CREATE FUNCTION ipam.cut(in_subnet uuid, in_lo inet, in_hi inet) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  piece_size CONSTANT int := 8;
  pieces CONSTANT int := 8;
BEGIN
  -- By comparison and not by subtraction: the size of an IPv6 interval overflows a bigint.
  IF in_lo + piece_size * pieces > in_hi THEN
    RETURN;
  END IF;
  UPDATE ipam.free_interval f SET lo = in_lo + piece_size * pieces WHERE f.subnet_id = in_subnet AND f.hi = in_hi;
  INSERT INTO ipam.free_interval (subnet_id, lo, hi)
  SELECT in_subnet, in_lo + n * piece_size, in_lo + (n + 1) * piece_size - 1 FROM generate_series(0, pieces - 1) n;
END $$;

-- Takes this address out of the interval that has it; false when it is in use. It must lie inside and not be held.
CREATE FUNCTION ipam.take_given(in_subnet uuid, in_address inet) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  piece record;
BEGIN
  FOR try IN 1..100 LOOP
    IF EXISTS (SELECT FROM ipam.address a WHERE a.subnet_id = in_subnet AND a.address = in_address) THEN
      RETURN false;
    END IF;
    SELECT f.lo, f.hi INTO piece FROM ipam.free_interval f
     WHERE f.subnet_id = in_subnet AND f.hi >= in_address
     ORDER BY f.hi LIMIT 1 FOR UPDATE;
    IF FOUND AND piece.lo <= in_address THEN
      IF piece.lo = piece.hi THEN
        DELETE FROM ipam.free_interval f WHERE f.subnet_id = in_subnet AND f.hi = piece.hi;
      ELSIF in_address = piece.hi THEN
        UPDATE ipam.free_interval f SET hi = in_address - 1 WHERE f.subnet_id = in_subnet AND f.hi = piece.hi;
      ELSE
        UPDATE ipam.free_interval f SET lo = in_address + 1 WHERE f.subnet_id = in_subnet AND f.hi = piece.hi;
        IF piece.lo < in_address THEN
          INSERT INTO ipam.free_interval (subnet_id, lo, hi) VALUES (in_subnet, piece.lo, in_address - 1);
        END IF;
      END IF;
      RETURN true;
    END IF;
    -- Neither used nor found free: the interval was cut while we waited for it. Look again with fresh eyes.
  END LOOP;
  RAISE EXCEPTION 'address % of subnet % is neither free nor used', in_address, in_subnet
    USING ERRCODE = 'serialization_failure';
END $$;

-- Makes an address free again and merges it with neighbours on its side of the range's ends. A neighbour that somebody
-- holds is left alone: two intervals side by side are as good as one, and nobody waits to give something back.
CREATE FUNCTION ipam.give_back(in_subnet uuid, in_address inet, in_start inet, in_end inet) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  below inet;
  above inet;
BEGIN
  IF in_address <> in_start AND in_address <> in_end + 1 THEN
    SELECT f.lo INTO below FROM ipam.free_interval f
     WHERE f.subnet_id = in_subnet AND f.hi = in_address - 1
     FOR UPDATE SKIP LOCKED;
  END IF;
  IF in_address <> in_end AND in_address <> in_start - 1 THEN
    SELECT f.hi INTO above FROM ipam.free_interval f
     WHERE f.subnet_id = in_subnet AND f.lo = in_address + 1
       AND f.hi = (SELECT n.hi FROM ipam.free_interval n
                    WHERE n.subnet_id = in_subnet AND n.hi > in_address ORDER BY n.hi LIMIT 1)
     FOR UPDATE SKIP LOCKED;
  END IF;
  IF above IS NOT NULL THEN
    IF below IS NOT NULL THEN
      DELETE FROM ipam.free_interval f WHERE f.subnet_id = in_subnet AND f.hi = in_address - 1;
    END IF;
    UPDATE ipam.free_interval f SET lo = coalesce(below, in_address) WHERE f.subnet_id = in_subnet AND f.hi = above;
  ELSIF below IS NOT NULL THEN
    UPDATE ipam.free_interval f SET hi = in_address WHERE f.subnet_id = in_subnet AND f.hi = in_address - 1;
  ELSE
    INSERT INTO ipam.free_interval (subnet_id, lo, hi) VALUES (in_subnet, in_address, in_address);
  END IF;
END $$;

-- Why an address of the subnet is never handed out, or null: 'network', 'broadcast' or 'gateway'.
CREATE FUNCTION ipam.held_for(in_cidr cidr, in_gateway inet, in_address inet) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN in_address = in_gateway THEN 'gateway'
    WHEN in_address = host(network(in_cidr))::inet THEN 'network'
    WHEN family(in_cidr) = 4 AND in_address = host(broadcast(in_cidr))::inet THEN 'broadcast'
  END
$$;

-- Computes the free intervals of a subnet anew: what lies between the used and held addresses, cut at the range's ends.
CREATE FUNCTION ipam.rebuild_free(in_subnet uuid) RETURNS void
LANGUAGE sql SET enable_seqscan = off AS $$
  DELETE FROM ipam.free_interval WHERE subnet_id = in_subnet;
  INSERT INTO ipam.free_interval (subnet_id, lo, hi)
  WITH place AS (
    SELECT s.*, host(broadcast(s.cidr))::inet - CASE family(s.cidr) WHEN 4 THEN 1 ELSE 0 END AS last_usable
      FROM ipam.subnet s WHERE s.id = in_subnet
  ), taken AS (
    SELECT host(network(cidr))::inet AS address FROM place
    UNION SELECT gateway FROM place WHERE gateway IS NOT NULL
    UNION SELECT address FROM ipam.address WHERE subnet_id = in_subnet
  ), gap AS (
    SELECT address + 1 AS lo, coalesce(lead(address) OVER (ORDER BY address) - 1, last_usable) AS hi FROM taken, place
  )
  SELECT in_subnet, part.lo, part.hi FROM gap, place, LATERAL (VALUES
    (gap.lo, least(gap.hi, range_start - 1)),
    (greatest(gap.lo, range_start), least(gap.hi, range_end)),
    (greatest(gap.lo, range_end + 1), gap.hi)
  ) AS part (lo, hi)
  WHERE part.lo <= part.hi
$$;

-- An address as a number, for sums that a bigint cannot hold.
CREATE FUNCTION ipam.number_of(in_address inet) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$
  SELECT sum(trunc(('x' || substr(hex.digits, at, 8))::bit(32)::bigint * power(2::numeric, 4 * (length(hex.digits) - at - 7))))
    -- The first four bytes say family, bits, kind and length.
    FROM (SELECT encode(substr(inet_send(in_address), 5), 'hex') AS digits) hex, generate_series(1, length(hex.digits), 8) at
$$;
`;
