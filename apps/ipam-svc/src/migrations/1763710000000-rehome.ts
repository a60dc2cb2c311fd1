import type { MigrationInterface, QueryRunner } from 'typeorm';

const KINDS = `
  ALTER TABLE ipam.undo_note DROP CONSTRAINT undo_note_kind_check,
    ADD CONSTRAINT undo_note_kind_check CHECK (kind IN ('subnets', 'shape', 'addresses', 'placement'));`;

const FORMER_KINDS = `
  DELETE FROM ipam.undo_note WHERE kind = 'placement';
  ALTER TABLE ipam.undo_note DROP CONSTRAINT undo_note_kind_check,
    ADD CONSTRAINT undo_note_kind_check CHECK (kind IN ('subnets', 'shape', 'addresses'));`;

const REHOME = `
  -- Puts the subnets of a network into another VPC, joined or not, and notes where they were. Answers a block that would
  -- overlap another of that VPC: roll back then. Index scans are forced as in the other functions.
  CREATE FUNCTION ipam.rehome_subnets(in_project uuid, in_network uuid, in_vpc uuid, in_is_joined boolean, in_request text)
  RETURNS cidr LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  DECLARE
    moving ipam.subnet;
    former jsonb := '[]';
  BEGIN
    FOR moving IN
      SELECT s.* FROM ipam.subnet s
       WHERE s.private_network_id = in_network AND s.project_id = in_project ORDER BY s.id FOR UPDATE
    LOOP
      BEGIN
        UPDATE ipam.subnet s SET vpc_id = in_vpc, is_joined = in_is_joined, updated_at = now() WHERE s.id = moving.id;
      EXCEPTION WHEN exclusion_violation THEN
        RETURN moving.cidr;
      END;
      former := former || to_jsonb(moving);
    END LOOP;
    IF former <> '[]' THEN
      INSERT INTO ipam.undo_note (request_id, project_id, kind, data)
      VALUES (in_request, in_project, 'placement', former);
    END IF;
    RETURN NULL;
  END $$;
  -- False when the place where it was is taken by now.
  CREATE FUNCTION ipam.restore_placement(in_former ipam.subnet) RETURNS boolean
  LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  BEGIN
    UPDATE ipam.subnet s SET vpc_id = in_former.vpc_id, is_joined = in_former.is_joined, updated_at = now()
     WHERE s.id = in_former.id;
    RETURN true;
  EXCEPTION WHEN exclusion_violation THEN
    RETURN false;
  END $$;
  REVOKE ALL ON FUNCTION ipam.rehome_subnets, ipam.restore_placement FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ipam.rehome_subnets, ipam.restore_placement TO isthmus_ipam;`;

/** Networks that move from one VPC to another, or join and leave one. */
export class Rehome1763710000000 implements MigrationInterface {
  readonly name = 'Rehome1763710000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KINDS);
    await runner.query(REHOME);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ipam.rehome_subnets, ipam.restore_placement');
    await runner.query(FORMER_KINDS);
  }
}
