import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BOOKING_FUNCTIONS } from './booking.functions';
import { OWNER_FUNCTIONS } from './owner.functions';

const SUBNET = `
  -- A zonal pool is a subnet that belongs to no network and to every project, so that there is one way of allocating.
  ALTER TABLE ipam.subnet
    ADD COLUMN zone text,
    ALTER COLUMN project_id DROP NOT NULL,
    ALTER COLUMN private_network_id DROP NOT NULL,
    ALTER COLUMN vpc_id DROP NOT NULL,
    ADD CONSTRAINT subnet_is_of_network_or_zone CHECK (
      CASE WHEN zone IS NULL THEN num_nulls(project_id, private_network_id, vpc_id) = 0
        ELSE num_nonnulls(project_id, private_network_id, vpc_id) = 0 AND NOT is_joined
      END),
    ADD CONSTRAINT subnet_overlaps_in_zones EXCLUDE USING gist (cidr inet_ops WITH &&) WHERE (zone IS NOT NULL);
  CREATE INDEX subnet_by_zone ON ipam.subnet (zone) WHERE zone IS NOT NULL;
  CREATE INDEX subnet_by_vpc ON ipam.subnet (vpc_id);
  CREATE INDEX subnet_in_order ON ipam.subnet (project_id, region, created_at, id);
  DROP INDEX ipam.subnet_by_project;`;

const ADDRESS = `
  ALTER TABLE ipam.address
    ADD COLUMN region text,
    ADD COLUMN reverses jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN attached_at timestamptz,
    ALTER COLUMN private_network_id DROP NOT NULL;
  UPDATE ipam.address a
     SET region = s.region, attached_at = CASE WHEN a.owner_id IS NOT NULL THEN a.updated_at END
    FROM ipam.subnet s WHERE s.id = a.subnet_id;
  ALTER TABLE ipam.address ALTER COLUMN region SET NOT NULL;
  -- Pages of lists in the order of creation are walked in these alone, without reading the rows that are skipped.
  CREATE INDEX address_in_order ON ipam.address (project_id, region, created_at, id) INCLUDE (subnet_id);
  CREATE INDEX address_by_mac ON ipam.address (lower(owner_mac_address)) WHERE owner_mac_address IS NOT NULL;
  CREATE INDEX address_by_zonal_project ON ipam.address (project_id, region) WHERE private_network_id IS NULL;`;

const PROMISES = `
  -- The promises to users, kept by the database whatever the code above it does.
  CREATE FUNCTION ipam.refuse_broken_promise() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = 'address';
  END $$;
  CREATE TRIGGER address_never_changes
    BEFORE UPDATE OF id, project_id, private_network_id, subnet_id, address, region ON ipam.address FOR EACH ROW
    WHEN (ROW (OLD.id, OLD.project_id, OLD.private_network_id, OLD.subnet_id, OLD.address, OLD.region)
          IS DISTINCT FROM ROW (NEW.id, NEW.project_id, NEW.private_network_id, NEW.subnet_id, NEW.address, NEW.region))
    EXECUTE FUNCTION ipam.refuse_broken_promise('a reserved address never changes');
  CREATE TRIGGER attached_address_is_not_taken_over
    BEFORE UPDATE OF owner_type, owner_id ON ipam.address FOR EACH ROW
    WHEN (OLD.owner_id IS NOT NULL AND NEW.owner_id IS NOT NULL
          AND ROW (OLD.owner_type, OLD.owner_id) IS DISTINCT FROM ROW (NEW.owner_type, NEW.owner_id))
    EXECUTE FUNCTION ipam.refuse_broken_promise('an attached address belongs to one resource until it is detached');
  CREATE TRIGGER attached_address_is_not_released
    BEFORE DELETE ON ipam.address FOR EACH ROW WHEN (OLD.owner_id IS NOT NULL)
    EXECUTE FUNCTION ipam.refuse_broken_promise('an attached address is not released before it is detached');
  -- Rows that are put in by hand, or back by the undo of a release that is older than these columns.
  CREATE FUNCTION ipam.complete_address() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    SELECT s.region INTO NEW.region FROM ipam.subnet s WHERE s.id = NEW.subnet_id;
    NEW.reverses := coalesce(NEW.reverses, '[]');
    RETURN NEW;
  END $$;
  CREATE TRIGGER address_is_complete BEFORE INSERT ON ipam.address FOR EACH ROW
    WHEN (NEW.region IS NULL) EXECUTE FUNCTION ipam.complete_address();
  REVOKE UPDATE ON ipam.address FROM isthmus_ipam;
  GRANT UPDATE (owner_type, owner_id, owner_parent_id, owner_name, owner_mac_address, is_reserved, tags, reverses,
                attached_by_request, attached_at, updated_at) ON ipam.address TO isthmus_ipam;`;

const GRANTS = `
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ipam FROM PUBLIC;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ipam TO isthmus_ipam;`;

/** Zonal pools, owners of any product, the promises as triggers, and bookings in one round trip. */
export class Sources1763700000000 implements MigrationInterface {
  readonly name = 'Sources1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query([SUBNET, ADDRESS, PROMISES].join('\n'));
    await runner.query([BOOKING_FUNCTIONS, OWNER_FUNCTIONS].join('\n'));
    await runner.query(GRANTS);
  }

  async down(): Promise<void> {
    throw new Error('Zonal addresses have no place in the schema before this one; restore a backup instead.');
  }
}
