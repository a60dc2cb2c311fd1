import type { MigrationInterface, QueryRunner } from 'typeorm';

const LOCK_SOURCES = `
  -- One at a time takes several addresses of a subnet or zone: two that each hold some of its last intervals would wait
  -- for each other. Before any lock on a subnet, an address or an interval.
  CREATE FUNCTION ipam.lock_sources(in_subnets uuid[], in_zones text[]) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(source.key) FROM (
      SELECT DISTINCT hashtextextended('set ' || coalesce(p.zone, p.subnet::text), 0) AS key
        FROM unnest(in_subnets, in_zones) p (subnet, zone) WHERE num_nonnulls(p.subnet, p.zone) > 0 ORDER BY key
    ) source;
  END $$;
  REVOKE ALL ON FUNCTION ipam.lock_sources FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ipam.lock_sources TO isthmus_ipam;`;

const ASSIGN_SET = `
  -- One address per place to an owner: all or none. The arrays have one element per place: a subnet, with or without an
  -- address; a zone with a family; or a booked address. outcome: assigned | missing | attached | outside | held | in-use
  -- | exhausted; but for the first, refused is the place (from 1), subnet_id the subnet it is about, and nothing is kept.
  CREATE FUNCTION ipam.assign_set(
    in_project uuid, in_subnets uuid[], in_addresses inet[], in_zones text[], in_families int[], in_booked uuid[],
    in_owner_type text, in_owner_id text, in_owner_parent_id text, in_owner_name text, in_owner_mac_address text,
    in_request text,
    OUT outcome text, OUT refused int, OUT subnet_id uuid, OUT views jsonb
  ) LANGUAGE plpgsql SET enable_seqscan = off AS $$
  DECLARE
    place record;
    done record;
    ids uuid[] := in_booked;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('owner ' || in_owner_id, 0));
    PERFORM ipam.lock_sources(in_subnets, in_zones);
    PERFORM FROM ipam.subnet s
      WHERE s.id = ANY (in_subnets || ARRAY(
        SELECT a.subnet_id FROM ipam.address a WHERE a.id = ANY (in_booked) AND a.project_id = in_project))
      ORDER BY s.id FOR KEY SHARE;
    PERFORM FROM ipam.lock_addresses(in_project, in_booked);
    SELECT p.position, CASE WHEN a.owner_id IS NULL THEN 'missing' ELSE 'attached' END INTO refused, outcome
      FROM unnest(in_subnets, in_zones, in_families, in_booked) WITH ORDINALITY
             p (subnet, zone, family, booked, position)
      LEFT JOIN ipam.subnet s ON s.id = p.subnet AND s.project_id = in_project
      LEFT JOIN ipam.address a ON a.id = p.booked AND a.project_id = in_project
     WHERE CASE
       WHEN p.subnet IS NOT NULL THEN s.id IS NULL
       WHEN p.booked IS NOT NULL THEN a.id IS NULL OR a.owner_id IS NOT NULL
       ELSE NOT EXISTS (SELECT FROM ipam.subnet z WHERE z.zone = p.zone AND family(z.cidr) = p.family)
     END
     ORDER BY p.position LIMIT 1;
    IF FOUND THEN
      RETURN;
    END IF;
    BEGIN
      PERFORM ipam.attach(array_remove(in_booked, NULL), in_owner_type, in_owner_id, in_owner_parent_id, in_owner_name,
                          in_owner_mac_address, in_request);
      -- IPv4 first, as everybody who takes of both families. Given addresses before any that is chosen in their subnet.
      FOR place IN
        SELECT p.subnet, p.address, p.zone, coalesce(p.family, family(s.cidr)) AS family, p.position
          FROM unnest(in_subnets, in_addresses, in_zones, in_families) WITH ORDINALITY
                 p (subnet, address, zone, family, position)
          LEFT JOIN ipam.subnet s ON s.id = p.subnet
         WHERE num_nonnulls(p.subnet, p.zone) > 0
         ORDER BY 4, p.subnet, p.zone, p.address, p.position
      LOOP
        SELECT * INTO done FROM ipam.allocate(
          in_project, NULL, place.subnet, place.family, place.address, false, in_owner_type, in_owner_id,
          in_owner_parent_id, in_owner_name, in_owner_mac_address, '{}', in_request, NULL, place.zone);
        IF done.outcome <> 'allocated' THEN
          outcome := done.outcome;
          refused := place.position;
          subnet_id := (done.place).id;
          -- Gives back what the set has taken so far, so that the capacity that is told does not count it.
          RAISE SQLSTATE 'IPSET';
        END IF;
        ids[place.position] := (done.made).id;
      END LOOP;
    EXCEPTION WHEN SQLSTATE 'IPSET' THEN
      RETURN;
    END;
    outcome := 'assigned';
    SELECT jsonb_agg(ipam.view_of(a, s) ORDER BY p.position) INTO views
      FROM unnest(ids) WITH ORDINALITY p (id, position)
      JOIN ipam.address a ON a.id = p.id JOIN ipam.subnet s ON s.id = a.subnet_id;
  END $$;
  REVOKE ALL ON FUNCTION ipam.assign_set FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ipam.assign_set TO isthmus_ipam;`;

/** Several addresses of several sources to one owner at once. */
export class AddressSet1763800000000 implements MigrationInterface {
  readonly name = 'AddressSet1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query([LOCK_SOURCES, ASSIGN_SET].join('\n'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ipam.assign_set, ipam.lock_sources');
  }
}
